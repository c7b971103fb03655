"""Renders sentences in a language.

English is the source of every sentence. Other languages live in `locale/<code>/LC_MESSAGES/pravesh.po`,
which is read as it stands, when it is first needed: there is no compiling step. The languages are those of
`flows.text.languages`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import locale
from flows.shapes import Sentence
from flows.text.languages import LANGUAGES, SOURCE

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

MISSING = "—"
"""Stands where a parameter is missing. No sentence of ours has this character, so a test can find it."""

DOMAIN = "pravesh"

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence that is said in this language, whatever the reader's is: for who has not chosen yet."""

    sentence: Sentence
    language: str


def catalogue(language: str) -> "Catalog":
    """The catalogue of a language as its file has it; empty for one that has no file yet."""
    # Not before a catalogue is read: what lists a few rows says nothing.
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = file_of(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def file_of(language: str) -> Path:
    """The file with the sentences of a language."""
    return locale.FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def _kept(language: str) -> tuple[Mapping[str, Sequence[str]], Callable[[int], int]]:
    """The translations of a language by their source, and which form of a plural belongs to a number, as its file says.

    Of what is no plural there is one form, of what is not translated none.
    """
    known = catalogue(language)
    forms = {_forms(message.id)[0]: _forms(message.string) for message in known if message.id}
    return {source: said for source, said in forms.items() if all(said)}, c2py(known.plural_expr)


def _forms(text: str | Sequence[str] | None) -> Sequence[str]:
    return (text or "",) if text is None or isinstance(text, str) else text


def render(sentence: Sentence, language: str | None, results: Mapping[str, Any] | None = None) -> str:
    """The sentence in this language (English where we do not have it), its parameters filled in.

    A parameter that the sentence does not bring is taken from the results of the turn's effects; one
    that is nowhere leaves MISSING. Never raises. What people typed is put in as it is: braces in it
    mean nothing.
    """
    spoken = language if language and language in LANGUAGES else SOURCE
    known = {**(results or {}), **sentence.params}

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        return format_value(known[name], spoken, results) if known.get(name) is not None else MISSING

    return _PLACEHOLDER.sub(fill, _template(sentence, spoken, known.get("count")))


def _template(sentence: Sentence, language: str, count: Any) -> str:
    number = count if isinstance(count, int) else 2
    if language != SOURCE:
        return _translated(language, sentence, number)
    return sentence.plural if sentence.plural and number != 1 else sentence.source


def _translated(language: str, sentence: Sentence, number: int) -> str:
    known, plural = _kept(language)
    forms = known.get(sentence.source)
    if forms is None:
        return sentence.plural if sentence.plural and number != 1 else sentence.source
    return forms[plural(number)] if len(forms) > 1 else forms[0]


def format_value(value: Any, language: str, results: Mapping[str, Any] | None = None) -> str:
    """One parameter in words: what a summary or a caption shows for a value of any kind we use.

    Tuples are one line each; a Mapping gives its text in this language, else in English.
    """
    from flows.text import formats  # with Babel, which takes a moment

    match value:
        case Sentence():
            return render(value, language, results)
        case SpokenSentence():
            return render(value.sentence, value.language, results)
        case Mapping():
            return str(value.get(language) or value.get(SOURCE) or next(iter(value.values()), MISSING))
        case tuple() | list():
            return "\n".join(format_value(part, language, results) for part in value)
        case datetime() | date() | time():
            return formats.moment(value, language)
        case int() if not isinstance(value, bool):
            return formats.whole_number(value, language)
        case _:
            return str(value)
