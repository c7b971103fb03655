"""Finds the places in a text that name days, before they are resolved to dates."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.understanding import counted, nearest
from flows.understanding.vocabulary import Vocabulary, compiled

_WRITTEN = re.compile(r"(\d{1,4})[/.\-](\d{1,2})(?:[/.\-](\d{1,4}))?")
MIN_NAME_LENGTH = 5
"""Letters from which the name of a day or month is read although it is misspelt."""


class DayWords:
    """The words of some languages by what they do beside days."""

    def __init__(self, spoken: Vocabulary) -> None:
        self.relative, self.weekdays = spoken.numbers("days.relative"), _by_place(spoken, "days.weekdays")
        self.short_weekdays, self.ordinals = _by_place(spoken, "days.short_weekdays"), spoken.numbers("days.ordinals")
        self.months = {word: place + 1 for word, place in _by_place(spoken, "days.months").items()}
        self.this, self.next = spoken.words("days.this"), spoken.words("days.next")
        self.day_of_month = spoken.words("days.day_of_month")
        self.of_month = self.day_of_month | spoken.words("days.endings")
        self.week, self.of = spoken.words("days.week"), spoken.words("days.of")
        self.before_ordinals, self.after_ordinals = (
            spoken.words("days.before_ordinals"),
            spoken.words("days.after_ordinals"),
        )
        self.beside_ordinals = spoken.words("days.beside_ordinals")
        self.and_, self.to, self.either = spoken.words("days.and"), spoken.words("days.to"), spoken.words("days.either")
        self.hours, self.before_hours = spoken.words("days.hours"), spoken.words("days.before_hours")
        people = ("party.units", "party.passes", "party.adults", "party.children", "party.others")
        self.party = spoken.words("numbers.people", *people) - self.months.keys()
        self.counted = self.party | self.hours | spoken.words("days.lengths")
        """What makes a number before it no day."""
        known = (*self.weekdays, *self.months, *spoken.words("days.near"))
        self.names = tuple(word for word in known if len(word) >= MIN_NAME_LENGTH)
        tables = (self.relative, self.this, self.next, self.of_month, self.ordinals)
        self.phrases = tuple(word for table in tables for word in table if " " in word)
        self.ahead = _ahead_pattern(spoken.typed("days.ahead"))


def _by_place(spoken: Vocabulary, table: str) -> Mapping[str, int]:
    """The words of a table of names, each with its name's place: Monday and January are 0."""
    return {word: spoken.keys(table).index(key) for word, key in spoken.values(table).items()}


def _ahead_pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """Finds these phrases, in which # stands for a number."""
    either = "|".join(re.escape(phrase).replace(r"\#", r"(\S+)").replace(r"\ ", " ") for phrase in phrases)
    return re.compile(rf"(?<!\S)(?:{either})(?=[\s,.]|$)")


words_of_days = compiled(DayWords)


@dataclass(frozen=True, slots=True)
class NamedDay:
    """One day as it is named: by its distance, its weekday, or its place in a month."""

    ahead: int | None = None
    """Days from today."""
    weekday: int | None = None
    """Monday is 0."""
    following: bool = False
    """Whether it is the weekday of next week."""
    day: int = 0
    month: int | None = None
    year: int | None = None
    other_way: bool = False
    """Whether it was written in digits, so that the month may stand first."""
    ordinal: bool = False


@dataclass(frozen=True, slots=True)
class DayMention:
    """Words from `start` to `end` that name a day, or several; `ranged`: the first and the last of them."""

    start: int
    end: int
    days: tuple[NamedDay, ...]
    ranged: bool = False


def ahead_in_days(line: str) -> str:
    """The text with `in 3 days` and `3 दिन बाद` as one word each: `@3`."""
    return words_of_days().ahead.sub(_ahead, line)


def _ahead(match: re.Match[str]) -> str:
    count = counted(next(part for part in match.groups() if part))
    before = match.string[: match.start()].split()[-1:]
    about = bool(before) and counted(before[0]) is not None  # `ek do din mein`: in a day or two
    return match[0] if count is None or about else f"@{count}"


def mentions(words: Sequence[str], *, asked: bool) -> list[DayMention]:
    """Every place at which days are named. `asked`: nothing but a day is expected, so that `7` and `sat` are one."""
    found, place = list[DayMention](), 0
    while place < len(words):
        mention = _numbered(words, place, asked) or _month_first(words, place) or _worded(words, place, asked)
        if mention:
            found.append(mention)
        place = mention.end if mention else place + 1
    return found


# --- words --------------------------------------------------------------------------------------


def _worded(words: Sequence[str], place: int, asked: bool) -> DayMention | None:
    """A relative day, a weekday, a date in digits."""
    days_of = words_of_days()
    word = words[place]
    if word.startswith("@") and word[1:].isdecimal():
        return DayMention(place, place + 1, (NamedDay(ahead=int(word[1:5])),))
    written = None if words[place + 1 : place + 2] and words[place + 1] in days_of.counted else _WRITTEN.fullmatch(word)
    if written:
        return DayMention(place, place + 1, (_written(*(int(part or -1) for part in written.groups())),))
    distance, weekday = _known(word, days_of.relative, asked), _known(word, days_of.weekdays, asked)
    if weekday is None and asked:
        weekday = days_of.short_weekdays.get(word)
    if distance is not None:
        return DayMention(place, place + 1, (NamedDay(ahead=distance),))
    return _weekday(words, place, weekday) if weekday is not None else None


def _weekday(words: Sequence[str], place: int, weekday: int) -> DayMention:
    days_of = words_of_days()
    start, end = place, place + 1
    while start > 0 and words[start - 1] in days_of.next | days_of.this | days_of.week:
        start -= 1
    if (
        words[end : end + 1]
        and words[end] in days_of.next
        and words[end + 1 : end + 2]
        and words[end + 1] in days_of.week
    ):
        end += 2
    following = any(word in days_of.next for word in (*words[start:place], *words[place + 1 : end]))
    return DayMention(start, end, (NamedDay(weekday=weekday, following=following),))


def _written(first: int, second: int, third: int) -> NamedDay:
    if first > 31:
        return NamedDay(day=third, month=second, year=first)
    return NamedDay(day=first, month=second, year=None if third < 0 else third, other_way=True)


def _known(word: str, table: Mapping[str, int], asked: bool) -> int | None:
    """The value of a word, well spelt or, where a day is asked, nearly."""
    if word in table:
        return table[word]
    return table.get(nearest(word, words_of_days().names)) if asked and len(word) >= 5 else None


# --- numbers and months -------------------------------------------------------------------------


def _numbered(words: Sequence[str], place: int, asked: bool) -> DayMention | None:
    """`5 dec`, `5th and 6th dec 2026`, `5-7 dec`, `5th`; where a day is asked also `5`, `5, 6`."""
    days_of = words_of_days()
    numbers, ranged, end, ordinal = _run(words, place)
    if not numbers:
        return None
    beyond = end
    while beyond < len(words) and words[beyond] in days_of.of | days_of.of_month:
        beyond += 1
    month = _known(words[beyond], days_of.months, asked) if beyond < len(words) else None
    if month is not None:
        year, end = _year(words, beyond + 1)
        return DayMention(place, end, tuple(NamedDay(day=day, month=month, year=year) for day in numbers), ranged)
    ordinal = ordinal and (asked or _stands_as_date(words, place, end))
    bare = asked and not any(character in words[place] for character in "/-.") and words[place].isdecimal()
    if not ordinal and not bare:
        return None
    return DayMention(place, end, tuple(NamedDay(day=day, ordinal=ordinal) for day in numbers), ranged)


def _run(words: Sequence[str], place: int, *, of_month: bool = False) -> tuple[list[int], bool, int, bool]:
    """Days of a month one after the other: which, whether they are first and last, where they end, `5th` or `5`."""
    days_of = words_of_days()
    numbers, ranged, ordinal = list[int](), False, False
    while place < len(words) and (days := _days_in(words, place, of_month)):
        numbers += days
        ranged = ranged or (len(days) > 1 and "-" in words[place])
        ordinal = ordinal or words[place] in days_of.ordinals
        place += 1
        while place < len(words) and words[place] in days_of.of_month:
            ordinal, place = True, place + 1
        following = place + 1
        if (
            not numbers
            or following >= len(words)
            or words[place] not in days_of.and_ | days_of.to | days_of.either | {","}
        ):
            continue
        if _days_in(words, following, of_month):
            ranged, place = ranged or words[place] in days_of.to, following
    return numbers, ranged, place, ordinal


def counts(words: Sequence[str], place: int) -> bool:
    """Whether the word at this place is a number of people or an hour; or what is counted."""
    days_of = words_of_days()
    units = days_of.party | days_of.hours
    after = words[place + 1] if place + 1 < len(words) else ""
    counts_next = counted(words[place]) is not None and after in units
    return counts_next or (place > 0 and words[place] in units and counted(words[place - 1]) is not None)


def _days_in(words: Sequence[str], place: int, of_month: bool) -> list[int]:
    """The days of a month that a word may be: one, `5-6` two beside a month; none where it counts something."""
    days_of = words_of_days()
    word = words[place]
    after = words[place + 1] if place + 1 < len(words) else ""
    if after in days_of.counted or (place > 0 and words[place - 1] in days_of.before_hours):
        return []
    if word in days_of.ordinals:
        return [days_of.ordinals[word]]
    if written := _WRITTEN.fullmatch(word):
        two = written[3] is None and "." not in word and (of_month or _before_month(words, place + 1))
        return [int(written[1]), int(written[2])] if two else []
    number = counted(word) if word.isdecimal() or _before_month(words, place + 1) or after in days_of.of_month else None
    return [number] if number is not None and 0 < number <= 31 else []


def _before_month(words: Sequence[str], place: int) -> bool:
    days_of = words_of_days()
    while place < len(words) and (
        words[place] in days_of.of | days_of.of_month | days_of.and_ | days_of.to | days_of.either | {","}
        or words[place].isdecimal()
    ):
        place += 1
    return place < len(words) and words[place] in days_of.months


def _month_first(words: Sequence[str], place: int) -> DayMention | None:
    """`dec 5`, `december 5th, 2026`, `dec 5 to 7`."""
    month = words_of_days().months.get(words[place])
    if month is None:
        return None
    numbers, ranged, end, _ = _run(words, place + 1, of_month=True)
    if not numbers:
        return None
    if len(numbers) > 1 and numbers[1] > 12 and not ranged and end == place + 3:
        return DayMention(place, end, (NamedDay(day=numbers[0], month=month, year=numbers[1]),))
    year, end = _year(words, end)
    return DayMention(place, end, tuple(NamedDay(day=day, month=month, year=year) for day in numbers), ranged)


def _year(words: Sequence[str], place: int) -> tuple[int | None, int]:
    """The year at this place, and where it ends; two digits are one only where no day follows of them."""
    days_of = words_of_days()
    at = place + (words[place : place + 1] == [","] or words[place : place + 1] == (",",))
    word = words[at] if at < len(words) else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if not word.isdecimal() or after in days_of.counted | days_of.months.keys() | days_of.of_month | days_of.of:
        return None, place
    if len(word) == 4 and 1900 < int(word) < 2200:
        return int(word), at + 1
    return (int(word), at + 1) if at == place and len(word) == 2 and int(word) > 23 else (None, place)


def _stands_as_date(words: Sequence[str], start: int, end: int) -> bool:
    """Whether `9th` in a longer text is a day of the month, and not the 9th of anything else."""
    days_of = words_of_days()
    after = words[end] if end < len(words) else "."
    before = words[start - 1] if start else ""
    named = any(word in days_of.day_of_month for word in words[start:end])
    return (
        named
        or after in days_of.after_ordinals
        or (before in days_of.before_ordinals and not (after[:1].isalpha() and after not in days_of.beside_ordinals))
    )
