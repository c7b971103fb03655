"""The languages that we speak: all that is particular to each, besides its sentences and its words.

The sentences stand in `flows/locale/<code>/LC_MESSAGES/pravesh.po`, the words that are understood in
`flows.understanding.vocabulary`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """How a language is written. The patterns are CLDR's (https://cldr.unicode.org/translation/date-time)."""

    name: str
    """As it calls itself."""
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
    letters: str = ""
    """The letters that no other of our languages has, as a set of a regular expression; empty: there are none."""
    font: str = ""
    """The script's name in the package of its font, such as `devanagari`; empty: Noto Sans has the script."""


SOURCE = "en"
TABLE: Mapping[str, Language] = {
    SOURCE: Language("English", "en_IN", "EEE d MMM", "d MMM y", "h a", "h:mm a"),
    "hi": Language(
        *("हिन्दी", "hi_IN", "EEEE, d MMMM", "d MMMM y", "B h 'बजे'", "B h:mm 'बजे'"),
        letters="\u0904-\u0939\u0958-\u0961\u0972-\u097f",
        font="devanagari",
    ),
}
"""The languages by code, the source first."""

LANGUAGES: Mapping[str, str] = {code: one.name for code, one in TABLE.items()}
"""What each calls itself, by its code."""


def written_in(text: str, offered: Iterable[str]) -> str:
    """The first of these languages (by code) whose own letters stand in the text; empty for none of them."""
    known = ((code, TABLE[code].letters) for code in offered if code in TABLE)
    return next((code for code, letters in known if letters and re.search(f"[{letters}]", text)), "")
