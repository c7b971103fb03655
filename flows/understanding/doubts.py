"""Whether a text says a day or a number plainly.

Beside a negation, a comparison, a question or an `or` it is not: then it is asked for, never taken.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from flows.understanding import counted
from flows.understanding.plain_text import MAX_GUESS_LENGTH, cleaned, plain, without_pictures
from flows.understanding.vocabulary import Vocabulary, compiled, current

KEPT_PHRASES = 256
"""Tables of phrases that are kept: three for each set of languages."""
_ENDS = frozenset(".?!।|")
_STOPS = _ENDS | frozenset(",;:()")
_PUNCTUATION = re.compile(r"([,;:!?।|()&+=]|(?<!\d)\.|\.(?!\d))")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d\d(?!\d)")
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
_HYPHENS = re.compile(r"(?<=\d)-(?=[^\W\d_])|(?<=[^\W\d_])-(?=[\d\w])")


class _DoubtWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        # A word that names different days or numbers in two languages makes doubtful what stands beside it.
        self.denying, self.doubting = spoken.words("doubts.denying"), spoken.words("doubts.doubting") | _unclear(spoken)
        self.asking, self.auxiliaries = spoken.words("doubts.asking"), spoken.words("doubts.auxiliaries")
        self.asked_of, self.beginnings = spoken.words("doubts.asked_of"), spoken.words("doubts.beginning_questions")
        self.before, self.after = spoken.words("doubts.before"), spoken.words("doubts.after")
        self.ranges, self.any_day = spoken.words("doubts.ranges"), spoken.words("doubts.any_day")
        self.lengths, self.clauses = spoken.words("days.long"), spoken.words("doubts.clauses")
        self.leaving_out, self.another_day = spoken.words("doubts.leaving_out"), spoken.words("doubts.another_day")
        self.between = spoken.words("doubts.around")
        self.greetings = spoken.words("commands.hi", "doubts.greetings")
        names = ("days.weekdays", "days.short_weekdays", "days.months", "days.relative")
        tables = [f"{table}.{key}" for table in names for key in spoken.keys(table)]
        self.days = spoken.words(*tables, "days.day_of_month", "days.endings")
        self.days_and_people = self.days | spoken.words("numbers.people", "party.units")
        known = (self.denying, self.doubting, self.asking, self.before, self.after, self.ranges, self.any_day)
        beside = (self.greetings, self.between, self.leaving_out, self.another_day, spoken.words("doubts.harmless"))
        self.phrases = frozenset(word for table in (*known, *beside) for word in table if " " in word)


def _unclear(spoken: Vocabulary) -> frozenset[str]:
    """Words that are one day or number in one of these languages and something else in another."""
    return frozenset(
        word
        for word, meanings in spoken.unclear.items()
        if any(name.startswith(("days", "numbers")) for name in meanings)
    )


_words = compiled(_DoubtWords)


def split(text: str, phrases: Iterable[str] = ()) -> tuple[str, ...]:
    """The words of a text as they are compared, each mark of punctuation a word; `phrases` are one word each.

    Nothing of a text that is too long to be looked at whole: its end may deny its beginning.
    """
    if len(cleaned(text)) >= MAX_GUESS_LENGTH:
        return ()
    line = without_pictures(
        plain(
            _with_plain_dashes(text).replace("\n", " ; ").replace("~", " about ").replace("’", "'").replace("`", "'")
        ),
        but=_words().denying,
    )
    line = _CLOCK.sub(" oclock ", line)
    line = _PUNCTUATION.sub(r" \1 ", _HYPHENS.sub(" ", line))
    line = f" {' '.join(_GLUED.sub(' ', line).split())} "
    said = frozenset(line.split())
    for first, phrase, joined in _longest_first(tuple(phrases), current()):
        if first in said:
            line = line.replace(phrase, joined)
    return tuple(word.replace("_", " ").strip("'") for word in line.split())


def _with_plain_dashes(text: str) -> str:
    if text.isascii():
        return text
    return "".join("-" if unicodedata.category(character) == "Pd" else character for character in text)


@lru_cache(maxsize=KEPT_PHRASES)
def _longest_first(phrases: tuple[str, ...], spoken: Vocabulary) -> tuple[tuple[str, str, str], ...]:
    """Each phrase by its first word, as it stands in a line and as one word; `spoken` is what is understood here."""
    by_length = sorted({*_words().phrases, *phrases}, key=len, reverse=True)
    return tuple((phrase.split()[0], f" {phrase} ", f" {phrase.replace(' ', '_')} ") for phrase in by_length)


@dataclass(frozen=True)
class Doubts:
    """The reasons in a text to doubt what stands at a place in it."""

    words: tuple[str, ...]

    def about_day(self, start: int, end: int) -> bool:
        """Whether the words from `start` to `end`, which name a day, are not plain."""
        known = _words()
        clause = self._clause(start, end)
        for_days = any(counted(word) is not None and other in known.lengths for word, other in pairwise(clause))
        any_day = (
            for_days
            or not known.any_day.isdisjoint(clause)
            or not known.another_day.isdisjoint(self._sentence(start, end))
        )
        return any_day or self._about(start, end) or self._denied_next(start, end, known.days)

    def about_number(self, start: int, end: int) -> bool:
        """Whether words that say how many people come are in doubt."""
        known = _words()
        left_out = not known.leaving_out.isdisjoint(self._sentence(start, end))
        return left_out or self._about(start, end) or self._denied_next(start, end, known.days_and_people)

    def _about(self, start: int, end: int) -> bool:
        return (
            any(map(_denies, self._clause(start, end), self._following(start, end)))
            or _asks(self._sentence(start, end))
            or self._beside(start, end)
        )

    # --- beside it ------------------------------------------------------------------------------

    def _beside(self, start: int, end: int) -> bool:
        known = _words()
        before, after = start - 1, end
        while before >= 0 and self.words[before] in known.between:
            before -= 1
        while after < len(self.words) and self.words[after] in known.between:
            after += 1
        return (before >= 0 and self.words[before] in known.before | known.ranges) or (
            after < len(self.words) and self.words[after] in known.after
        )

    def _denied_next(self, start: int, end: int, else_about: frozenset[str]) -> bool:
        """Whether it stands alone before a comma, and what follows denies it: `on sunday, we cannot`.

        What follows may be about something else, which one of the words `else_about` tells.
        """
        known = _words()
        first, last = self._bounds(start, end, _STOPS | known.clauses)
        alone = all(_says(word) or word in known.between for word in self.words[first:last])
        if not alone or last >= len(self.words) or self.words[last] not in {",", *known.clauses}:
            return False
        while last < len(self.words) and self.words[last] in {",", *known.clauses}:
            last += 1
        following = self._clause(last, last)
        return any(map(_denies, following, (*following[1:], ""))) and else_about.isdisjoint(following)

    # --- around it ------------------------------------------------------------------------------

    def _clause(self, start: int, end: int) -> tuple[str, ...]:
        return self.words[slice(*self._bounds(start, end, _STOPS | _words().clauses))]

    def _following(self, start: int, end: int) -> tuple[str, ...]:
        """For each word of the clause, the word after it."""
        first, last = self._bounds(start, end, _STOPS | _words().clauses)
        return (*self.words[first + 1 : last + 1], "", "")[: last - first]

    def _sentence(self, start: int, end: int) -> tuple[str, ...]:
        first, last = self._bounds(start, end, _ENDS)
        return self.words[first : last + 1]

    def _bounds(self, start: int, end: int, stops: Collection[str]) -> tuple[int, int]:
        while start > 0 and self.words[start - 1] not in stops:
            start -= 1
        while end < len(self.words) and self.words[end] not in stops:
            end += 1
        return start, end


def _says(word: str) -> bool:
    """Whether it may be part of a day or of a number of people."""
    return word in _words().days_and_people or counted(word) is not None or word[:1].isdecimal()


def _denies(word: str, following: str) -> bool:
    """Whether it denies, or makes doubtful, what stands beside it: not so `no of people`, `gate no 3`."""
    known = _words()
    if word == "no":
        return following not in ("of", ".") and not following.isdecimal()
    return word in known.denying or word in known.doubting or word.endswith("n't")


def _asks(sentence: tuple[str, ...]) -> bool:
    """Whether it is a question, with or without a mark."""
    known = _words()
    if sentence and sentence[-1] == "?":
        return True
    begun = 0
    while begun < len(sentence) and (sentence[begun] in known.greetings or sentence[begun] in _STOPS):
        begun += 1
    asked = begun < len(sentence) and sentence[begun] in known.beginnings
    pairs = pairwise(sentence)
    return (
        asked
        or any(word in known.asking for word in sentence)
        or any(first in known.auxiliaries and second in known.asked_of for first, second in pairs)
    )
