"""Whether a text says a day or a number plainly.

Beside a negation, a comparison, a question or an `or` it is not: then it is asked for, never taken.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from flows.understanding import MAX_GUESS_LENGTH, cleaned, counted, plain, vocabulary, without_pictures, word_set
from flows.understanding.vocabulary import visits as visit_vocabulary

_DENYING, _DOUBTING = word_set(visit_vocabulary.DENYING), word_set(visit_vocabulary.DOUBTING)
_ASKING, _AUXILIARIES = word_set(visit_vocabulary.ASKING), word_set(visit_vocabulary.AUXILIARIES)
_ASKED_OF, _BEGINNINGS = word_set(visit_vocabulary.ASKED_OF), word_set(visit_vocabulary.BEGINNING_QUESTIONS)
_BEFORE, _AFTER = word_set(visit_vocabulary.BEFORE_DOUBTFUL), word_set(visit_vocabulary.AFTER_DOUBTFUL)
_RANGES, _ANY_DAY = word_set(visit_vocabulary.MARKING_RANGES), word_set(visit_vocabulary.ANY_DAY)
_LENGTHS = word_set(visit_vocabulary.DAYS_LONG)
_LEAVING_OUT, _ANOTHER_DAY = word_set(visit_vocabulary.LEAVING_OUT), word_set(visit_vocabulary.ANOTHER_DAY)
_CLAUSES = word_set(visit_vocabulary.CLAUSES)
_BETWEEN = word_set("the, a, of, on, for, this, next, coming, only, just, in, in all, all, ke, ko, hi, के, को, ही")
_GREETINGS = word_set(vocabulary.COMMANDS["hi"]) | word_set(
    "sir, madam, dear, please, pls, plz, kindly, ok, so, and, ji"
)
_DAYS = word_set(
    ",".join((*vocabulary.WEEKDAYS, *vocabulary.SHORT_WEEKDAYS, *vocabulary.MONTHS, *vocabulary.RELATIVE_DAYS.values()))
) | word_set(vocabulary.DAY_OF_MONTH)
_PEOPLE = word_set(f"{vocabulary.PEOPLE}, {visit_vocabulary.PARTY_UNITS}")
_DAYS_AND_PEOPLE = _DAYS | _PEOPLE
_PHRASES = {
    word
    for table in (
        *(_DENYING, _DOUBTING, _ASKING, _BEFORE, _AFTER, _RANGES, _ANY_DAY, _GREETINGS, _BETWEEN),
        *(_LEAVING_OUT, _ANOTHER_DAY, word_set(visit_vocabulary.HARMLESS)),
    )
    for word in table
    if " " in word
}

_ENDS = frozenset(".?!।|")
_STOPS = _ENDS | frozenset(",;:()")
_PUNCTUATION = re.compile(r"([,;:!?।|()&+=]|(?<!\d)\.|\.(?!\d))")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d\d(?!\d)")
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
_HYPHENS = re.compile(r"(?<=\d)-(?=[^\W\d_])|(?<=[^\W\d_])-(?=[\d\w])")


def split(text: str, phrases: Iterable[str] = ()) -> tuple[str, ...]:
    """The words of a text as they are compared, each mark of punctuation a word; `phrases` are one word each.

    Nothing of a text that is too long to be looked at whole: its end may deny its beginning.
    """
    if len(cleaned(text)) >= MAX_GUESS_LENGTH:
        return ()
    line = "".join("-" if unicodedata.category(character) == "Pd" else character for character in text)
    line = without_pictures(
        plain(line.replace("\n", " ; ").replace("~", " about ").replace("’", "'").replace("`", "'")), but=_DENYING
    )
    line = _CLOCK.sub(" oclock ", line)
    line = _PUNCTUATION.sub(r" \1 ", _HYPHENS.sub(" ", line))
    line = f" {' '.join(_GLUED.sub(' ', line).split())} "
    said = frozenset(line.split())
    for first, phrase, joined in _longest_first(tuple(phrases)):
        if first in said:
            line = line.replace(phrase, joined)
    return tuple(word.replace("_", " ").strip("'") for word in line.split())


@cache
def _longest_first(phrases: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """Each phrase by its first word, as it stands in a line and as one word."""
    by_length = sorted({*_PHRASES, *phrases}, key=len, reverse=True)
    return tuple((phrase.split()[0], f" {phrase} ", f" {phrase.replace(' ', '_')} ") for phrase in by_length)


@dataclass(frozen=True)
class Doubts:
    """The reasons in a text to doubt what stands at a place in it."""

    words: tuple[str, ...]

    def about_day(self, start: int, end: int) -> bool:
        """Whether the words from `start` to `end`, which name a day, are not plain."""
        clause = self._clause(start, end)
        for_days = any(counted(word) is not None and other in _LENGTHS for word, other in pairwise(clause))
        any_day = for_days or not _ANY_DAY.isdisjoint(clause) or not _ANOTHER_DAY.isdisjoint(self._sentence(start, end))
        return any_day or self._about(start, end) or self._denied_next(start, end, _DAYS)

    def about_number(self, start: int, end: int) -> bool:
        """Whether words that say how many people come are in doubt."""
        left_out = not _LEAVING_OUT.isdisjoint(self._sentence(start, end))
        return left_out or self._about(start, end) or self._denied_next(start, end, _DAYS_AND_PEOPLE)

    def _about(self, start: int, end: int) -> bool:
        return (
            any(map(_denies, self._clause(start, end), self._following(start, end)))
            or _asks(self._sentence(start, end))
            or self._beside(start, end)
        )

    # --- beside it ------------------------------------------------------------------------------

    def _beside(self, start: int, end: int) -> bool:
        before, after = start - 1, end
        while before >= 0 and self.words[before] in _BETWEEN:
            before -= 1
        while after < len(self.words) and self.words[after] in _BETWEEN:
            after += 1
        return (before >= 0 and self.words[before] in _BEFORE | _RANGES) or (
            after < len(self.words) and self.words[after] in _AFTER
        )

    def _denied_next(self, start: int, end: int, else_about: frozenset[str]) -> bool:
        """Whether it stands alone before a comma, and what follows denies it: `on sunday, we cannot`.

        What follows may be about something else, which one of the words `else_about` tells.
        """
        first, last = self._bounds(start, end, _STOPS | _CLAUSES)
        alone = all(_says(word) or word in _BETWEEN for word in self.words[first:last])
        if not alone or last >= len(self.words) or self.words[last] not in {",", *_CLAUSES}:
            return False
        while last < len(self.words) and self.words[last] in {",", *_CLAUSES}:
            last += 1
        following = self._clause(last, last)
        return any(map(_denies, following, (*following[1:], ""))) and else_about.isdisjoint(following)

    # --- around it ------------------------------------------------------------------------------

    def _clause(self, start: int, end: int) -> tuple[str, ...]:
        return self.words[slice(*self._bounds(start, end, _STOPS | _CLAUSES))]

    def _following(self, start: int, end: int) -> tuple[str, ...]:
        """For each word of the clause, the word after it."""
        first, last = self._bounds(start, end, _STOPS | _CLAUSES)
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
    return word in _DAYS_AND_PEOPLE or counted(word) is not None or word[:1].isdecimal()


def _denies(word: str, following: str) -> bool:
    """Whether it denies, or makes doubtful, what stands beside it: not so `no of people`, `gate no 3`."""
    if word == "no":
        return following not in ("of", ".") and not following.isdecimal()
    return word in _DENYING or word in _DOUBTING or word.endswith("n't")


def _asks(sentence: tuple[str, ...]) -> bool:
    """Whether it is a question, with or without a mark."""
    if sentence and sentence[-1] == "?":
        return True
    begun = 0
    while begun < len(sentence) and (sentence[begun] in _GREETINGS or sentence[begun] in _STOPS):
        begun += 1
    asked = begun < len(sentence) and sentence[begun] in _BEGINNINGS
    pairs = pairwise(sentence)
    return (
        asked
        or any(word in _ASKING for word in sentence)
        or any(first in _AUXILIARIES and second in _ASKED_OF for first, second in pairs)
    )
