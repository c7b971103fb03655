"""Days as people write them: `15 jan`, `१५/१`, `kal`, `shanivaar`, `अगले शनिवार`, `in 3 days`.

Our own tables read what people at an Indian event write; dateparser is asked for what is left over.
Days without a year are the event's, else the nearest; a weekday is the first such day that can be had.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flows import vocabulary
from flows.understanding import by_word, counts_people, listed, nearest, plain

LONGEST_FOR_DATEPARSER = 40
"""Characters above which dateparser is not asked: it is slow, and a longer text is no date."""

_RELATIVE = by_word(vocabulary.RELATIVE_DAYS.items())
_WEEKDAYS = by_word(enumerate(vocabulary.WEEKDAYS))
_SHORT_WEEKDAYS = by_word(enumerate(vocabulary.SHORT_WEEKDAYS))
_MONTHS = by_word(enumerate(vocabulary.MONTHS, 1))
_THIS, _NEXT = listed(vocabulary.THIS), listed(vocabulary.NEXT)
_ORDINAL, _BESIDE = listed(vocabulary.DAY_OF_MONTH), listed(vocabulary.BESIDE_DAYS)
_TABLES = (_RELATIVE, _THIS, _NEXT, _ORDINAL)
_PHRASES = sorted((word for table in _TABLES for word in table if " " in word), key=len, reverse=True)
_NAMES = tuple(word for word in (*_WEEKDAYS, *_MONTHS) if len(word) >= 5)

_WRITTEN = re.compile(r"(\d{1,4})[/.\-](\d{1,2})(?:[/.\-](\d{1,4}))?")
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")


@dataclass
class _Heard:
    """What the words of a text say about a day."""

    relative: set[int] = field(default_factory=set)
    weekday: set[int] = field(default_factory=set)
    month: set[int] = field(default_factory=set)
    day: list[int] = field(default_factory=list)
    written: set[tuple[int, int, int]] = field(default_factory=set)
    following: bool = False
    """Whether it says next week's."""
    other: bool = False
    """Whether there are words that are no part of a day."""


def read(text: str, today: date, offered: Sequence[date], every: Sequence[date] = ()) -> date | None:
    """The day that the whole text names, offered or not; None where it names none, or several."""
    heard = _hear(_words(text), asked=True)
    if not heard.other:
        return _resolved(heard, today, offered, (*offered, *every))
    return _by_dateparser(text, today)


def find(text: str, today: date, offered: Sequence[date]) -> date | None:
    """The offered day that a longer text names beyond doubt, else None."""
    heard = _hear(_words(text), asked=False)
    several = any(len(said) > 1 for said in (heard.relative, heard.weekday, heard.written, heard.month))
    # `may` is a month and a verb; `next saturday` is clear beside a date, or where there is but one.
    vague = bool(heard.month) and not heard.day
    unclear = heard.following and not heard.day and len(_of_weekday(heard.weekday, offered)) > 1
    if several or vague or unclear:
        return None
    found = _resolved(heard, today, offered, offered)
    return found if found in offered else None


def _words(text: str) -> list[str]:
    line = " ".join(_GLUED.sub(" ", re.sub(r"[,()|]", " ", plain(text))).split())
    line = f" {line} "
    for phrase in _PHRASES:
        line = line.replace(f" {phrase} ", f" {phrase.replace(' ', '_')} ")
    return [word.replace("_", " ").strip(".।:;!?'’") for word in line.split()]


def _hear(words: list[str], *, asked: bool) -> _Heard:
    heard = _Heard()
    for place, word in enumerate(words):
        if word.isdecimal() and (asked or _is_of_date(words, place)):
            heard.day.append(int(word[:9]))
        elif not _hear_word(heard, word, asked=asked):
            heard.other = True
    return heard


def _is_of_date(words: list[str], place: int) -> bool:
    """Whether a number in a longer text is a day or a year: beside a month, and no number of people."""
    if _before_month(words, place):
        return True
    if place == 0 or words[place - 1] not in _MONTHS or counts_people(words, place):
        return False
    dated = any(word.isdecimal() and _before_month(words, at) for at, word in enumerate(words[: place - 1]))
    return not dated or len(words[place]) == 4


def _before_month(words: list[str], place: int) -> bool:
    rest = [word for word in words[place + 1 : place + 4] if word not in _ORDINAL and word not in _BESIDE]
    return bool(rest) and rest[0] in _MONTHS


def _hear_word(heard: _Heard, word: str, *, asked: bool) -> bool:
    """Note what one word says; False where it says nothing about a day."""
    if match := _WRITTEN.fullmatch(word):
        heard.written.add((int(match[1]), int(match[2]), int(match[3] or -1)))
        return True
    if word in _NEXT:
        heard.following = True
        return True
    tables = [(_RELATIVE, heard.relative), (_WEEKDAYS, heard.weekday), (_MONTHS, heard.month)]
    if asked:
        tables.append((_SHORT_WEEKDAYS, heard.weekday))
    if any(_note(word, known, heard_so_far) for known, heard_so_far in tables):
        return True
    if word in _THIS or word in _ORDINAL or word in _BESIDE or not word:
        return True
    near = nearest(word, _NAMES) if asked and len(word) >= 5 else ""
    return bool(near) and _hear_word(heard, near, asked=asked)


def _note(word: str, table: Mapping[str, int], into: set[int]) -> bool:
    if word in table:
        into.add(table[word])
    return word in table


def _resolved(heard: _Heard, today: date, offered: Sequence[date], every: Sequence[date]) -> date | None:
    """The one day on which all that was heard agrees."""
    named = [*_from_relative(heard, today), *_from_written(heard, today, every), *_from_month(heard, today, every)]
    if not named and heard.day:
        named = _from_day_of_month(heard, offered, every)
    if not named and not heard.day and not heard.month:
        named = _from_weekday(heard, today, offered, every)
    agreed = set(named)
    if len(agreed) != 1 or any(day.weekday() not in heard.weekday for day in agreed if heard.weekday):
        return None
    return agreed.pop()


def _from_relative(heard: _Heard, today: date) -> list[date]:
    return [today + timedelta(days=distance) for distance in heard.relative]


def _from_written(heard: _Heard, today: date, every: Sequence[date]) -> list[date]:
    days = [_written(*parts, today=today, every=every) for parts in heard.written]
    return [day for day in days if day]


def _written(first: int, second: int, third: int, *, today: date, every: Sequence[date]) -> date | None:
    if first > 31:
        return _made(first, second, third)
    year = None if third < 0 else third
    return _in_year(first, second, year, today, every) or _in_year(second, first, year, today, every)


def _from_month(heard: _Heard, today: date, every: Sequence[date]) -> list[date]:
    if len(heard.month) != 1 or not 1 <= len(heard.day) <= 2:
        return []
    day, year = _day_and_year(heard.day)
    found = _in_year(day, next(iter(heard.month)), year, today, every)
    return [found] if found else []


def _day_and_year(numbers: list[int]) -> tuple[int, int | None]:
    first, last = numbers[0], numbers[-1]
    if len(numbers) == 1:
        return first, None
    return (last, first) if first > 31 else (first, last)


def _from_day_of_month(heard: _Heard, offered: Sequence[date], every: Sequence[date]) -> list[date]:
    if len(heard.day) != 1 or heard.month:
        return []
    for days in (offered, every):
        if matching := {day for day in days if day.day == heard.day[0]}:
            return list(matching)
    return []


def _from_weekday(heard: _Heard, today: date, offered: Sequence[date], every: Sequence[date]) -> list[date]:
    """The coming such day if it can be had, else the first that can; `next` is next week's, Monday first."""
    if len(heard.weekday) != 1:
        return []
    weekday = next(iter(heard.weekday))
    coming = today + timedelta(days=(weekday - today.weekday()) % 7)
    if heard.following:
        next_week = today + timedelta(days=7 - today.weekday() + weekday)
        wanted = [next_week, *([coming] if coming > today else [])]
    else:
        wanted = [coming]
    choices = [
        *(day for day in wanted if day in offered),
        *_of_weekday(heard.weekday, offered),
        *(day for day in wanted if day in every),
        *(day for day in _of_weekday(heard.weekday, every) if day >= today),
        *wanted,
    ]
    return choices[:1]


def _of_weekday(weekdays: Iterable[int], days: Sequence[date]) -> list[date]:
    return [day for day in days if day.weekday() in weekdays]


def _in_year(day: int, month: int, year: int | None, today: date, every: Sequence[date]) -> date | None:
    """The day in the year that is said (two digits: this century), else the event's, else the nearest."""
    if year is not None:
        return _made(year if year > 99 else 2000 + year, month, day)
    near = [made for y in (today.year - 1, today.year, today.year + 1) if (made := _made(y, month, day))]
    known = [made for made in near if made in every]
    nearest_first = known or sorted(near, key=lambda made: abs((made - today).days))
    return nearest_first[0] if nearest_first else None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _by_dateparser(text: str, today: date) -> date | None:
    if not 4 <= len(text) <= LONGEST_FOR_DATEPARSER:
        return None
    import dateparser  # here, because loading it takes longer than everything else in flows

    ask: Callable[..., datetime | None] = dateparser.parse
    settings = {
        "DATE_ORDER": "DMY",
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": datetime.combine(today, time()),
        "REQUIRE_PARTS": ["day", "month"],
    }
    try:
        found = ask(plain(text), languages=["en", "hi"], settings=settings)
    except Exception:
        # It stumbles over some inputs in ways that it does not document; a failed guess is no guess.
        return None
    return found.date() if found else None
