"""The languages that we speak: how each is called and written.

All that is particular to a language stands in a folder of `flows.locale`; this gives what its `language.toml` says.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from flows import locale
from flows.locale import CONFIRMED, SOURCE

__all__ = ["ADMIN_LANGUAGES", "CONFIRMED", "LANGUAGES", "SOURCE", "TABLE", "Language", "written_in"]


@dataclass(frozen=True, slots=True)
class Language:
    """How a language is written. The patterns are CLDR's (https://cldr.unicode.org/translation/date-time)."""

    name: str
    """As it calls itself."""
    order: int
    """Its place among the languages that are listed to people."""
    complete: bool
    """Whether all that visitors and volunteers read and type is there: only then an event can offer it."""
    confirmed: bool
    """Whether somebody who speaks it has confirmed its words; another one is off until an event switches it on."""
    locale: str
    """CLDR's name of the locale whose numbers, days and months it uses."""
    day: str
    """A day of a visit, such as `Sat 17 Jan`."""
    full_day: str
    """A day of any year, such as `17 Jan 2026`."""
    hour: str
    """A whole hour, such as `5 pm`."""
    minute: str
    """An hour with its minutes, such as `5:30 pm`."""
    admin: bool = False
    """Whether the pages of admins and the command line speak it as well."""
    letters: str = ""
    """The letters of its script, as a set of a regular expression; empty: Latin ones, which tell nothing."""
    font: str = ""
    """The script of its font, as bot.delivery.images.fonts names it; empty: Noto Sans has the script."""


def _read(code: str) -> Language:
    written = locale.read(code, "language")
    unknown = written.keys() - {field.name for field in fields(Language)}
    if unknown:
        raise ValueError(f"language.toml of {code} has what no language has: {', '.join(sorted(unknown))}")
    return Language(**written)


TABLE: Mapping[str, Language] = {code: _read(code) for code in locale.CODES}
"""Every language that has a folder, by its code, the source first."""

LANGUAGES: Mapping[str, str] = {code: one.name for code, one in TABLE.items() if one.complete}
"""What each language that can be offered calls itself, by its code."""
ADMIN_LANGUAGES: Mapping[str, str] = {code: name for code, name in LANGUAGES.items() if TABLE[code].admin}
"""Those that the pages of admins speak."""


def written_in(text: str, offered: Iterable[str]) -> str:
    """The first of these languages (by code) in whose script there is a letter in the text; empty for none of them."""
    known = ((code, TABLE[code].letters) for code in offered if code in TABLE)
    return next((code for code, letters in known if letters and re.search(f"[{letters}]", text)), "")
