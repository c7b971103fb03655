"""Finds a name in what people write: the name alone, `my name is …`, a form with `Name:`."""

import re
from collections.abc import Sequence

from flows import understanding
from flows.shapes import Invalid
from flows.understanding import agreement, cleaned, codes, labelled_forms, plain, without_pictures
from flows.understanding.name_patterns import NamePatterns
from flows.understanding.plain_text import without_apostrophes
from flows.understanding.vocabulary import Vocabulary, compiled

_ADDRESS = re.compile(r"@|://|\bwww\.", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s.,;:!।()\"“”*_~/-]+")


class _NameWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        self.also_names = spoken.words("names.also_names")
        self.never, self.seldom = spoken.words("names.never"), spoken.words("names.seldom")
        numbers = frozenset(spoken.values("numbers.values")) - spoken.words("names.numbers_too")
        days = frozenset(spoken.values("days.weekdays")) | frozenset(spoken.values("days.relative"))
        answers = spoken.words("answers.yes", "answers.no") - self.also_names
        self.no_names = self.seldom.union(spoken.words("numbers.people", "commands.hi"), numbers, days, answers)
        self.months = frozenset(spoken.values("days.months"))


_words, _patterns = compiled(_NameWords), compiled(NamePatterns)


def given(text: str) -> str:
    """The name that somebody gives when they are asked for it, as typed. Raises Invalid `not_a_name`."""
    patterns = _patterns()
    whole = patterns.answer_before.sub("", cleaned(text))
    sure = introduced(whole)
    who = "" if sure else _by(patterns.saying_who, whole)
    name = sure or who or patterns.figures_behind.sub("", whole)
    if not name or is_none(name, sure=bool(sure)) or (who and _has_seldom(who)):
        raise Invalid("not_a_name")
    return name


def may_be_yes_or_no(text: str) -> bool:
    """Whether the whole text says yes or no and is a name as well: `Manzoor`, `Han`."""
    return without_pictures(plain(text)) in _words().also_names


def introduced(text: str) -> str:
    """The name that the text says is one, as typed: `My name is Asha`, `Name: Asha Date: 5 Dec`; empty where none."""
    return labelled_forms.read(text).get("full_name") or _by(_patterns().saying_name, text)


def _by(patterns: Sequence[re.Pattern[str]], text: str) -> str:
    whole = cleaned(text)
    found = next((found for pattern in patterns if (found := pattern.fullmatch(whole))), None)
    return _patterns().after_a_name.split(found["name"], maxsplit=1)[0].strip(" ,.;:!।-") if found else ""


def is_none(text: str, *, sure: bool = False) -> bool:
    """Whether it is no name: a question, thanks, a pass code, a yes, a sentence.

    `sure`: somebody said that it is one, so that only what can never be one is none.
    """
    known = _words()
    words = _split(text)
    said = frozenset(words)
    if (
        "?" in plain(f"{text}.")
        or _ADDRESS.search(text)
        or said & known.never
        or any(map(_is_code, (text, *text.split())))
    ):
        return True
    if sure or may_be_yes_or_no(text):
        return False
    if understanding.skips(text) or understanding.command(text) or agreement.yes_no(text) is not None:
        return True
    named = [word for word in words if not word.isdigit()]
    none = known.no_names if len(named) == len(words) else known.no_names | known.months
    seldom = [word for word in words if word in known.seldom and word not in _initials(text)]
    return bool(named) and (len(seldom) >= 2 or none.issuperset(named))


def _initials(text: str) -> frozenset[str]:
    """Single letters that are written large, as those of names are: `I. H. Rao`."""
    return frozenset(letter.lower() for letter in _BETWEEN.split(text) if len(letter) == 1 and letter.isupper())


def _has_seldom(name: str) -> bool:
    return any(word in _words().seldom for word in _split(name))


def _split(text: str) -> list[str]:
    bare = without_apostrophes(plain(text))
    return [word for word in map(without_pictures, _BETWEEN.split(bare)) if word]


def _is_code(word: str) -> bool:
    """Whether it is a pass code, or looks like one: eight letters and digits."""
    bare = "".join(word.split()).strip("*_~`.,;:!?\"'()")
    digits = sum(character.isdigit() for character in bare)
    letters = sum(character.isalpha() for character in bare)
    return len(codes.corrected(bare)) == codes.LENGTH and digits > 0 and letters > 0 and bare.replace("-", "").isalnum()
