"""Reads days: `15 jan`, `१५/१`, `kal`, `shanivaar`, `अगले शनिवार`, `in 3 days`, `5 to 7 dec`.

Days without a year are the event's, else the nearest; a weekday is the first such day that can be had.
A day is taken only where it is said plainly; of several days, or of a day that contradicts itself, it is told.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from flows.understanding import day_phrases, plain
from flows.understanding.day_phrases import DayMention, NamedDay, words_of_days
from flows.understanding.doubts import Doubts, split
from flows.understanding.vocabulary import Vocabulary, compiled

MAX_RANGE_DAYS = 31
"""Days of the longest range that is looked at day by day."""


class _DateWords:
    """The words of some languages by what they do here."""

    def __init__(self, spoken: Vocabulary) -> None:
        days = words_of_days()
        beside = (
            "days.beside",
            "days.beside_any",
            "days.parts_of_day",
            "days.day_of_month",
            "days.endings",
            "days.this",
        )
        self.beside = spoken.words(*beside) | frozenset((",", ".", "!", "-", "(", ")"))
        self.joining = days.and_ | days.to | days.either
        self.between_several = self.beside | self.joining | spoken.words("doubts.ranges", "days.between")


_words = compiled(_DateWords)


@dataclass(frozen=True, slots=True)
class DayReading:
    """The days that a text names: none, one, or several."""

    days: tuple[date, ...] = ()
    contradicts: bool = False
    """Whether the weekday beside the one date is another one's."""

    @property
    def day(self) -> date | None:
        """The one day that is named without contradiction."""
        return self.days[0] if len(self.days) == 1 and not self.contradicts else None


NO_DAYS = DayReading()


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Which days there are."""

    today: date
    offered: Sequence[date]
    every: Sequence[date]
    asked: bool


def interpret(text: str, today: date, offered: Sequence[date], every: Sequence[date] = ()) -> DayReading:
    """The days that an answer to the question for a day names, offered or not."""
    known = _words()
    words = _split(text)
    found = day_phrases.mentions(words, asked=True)
    heard = _resolved(found, words, _Calendar(today, offered, (*offered, *every), asked=True))
    others = {word for place, word in _others(words, found) if not day_phrases.counts(words, place)}
    if others <= known.beside or (len(heard.days) > 1 and others <= known.between_several):
        return heard
    return _mentioned_days(words, _Calendar(today, offered, (*offered, *every), asked=False))


def read(text: str, today: date, offered: Sequence[date], every: Sequence[date] = ()) -> date | None:
    """The day that the whole text names, offered or not; None where it names none, or several."""
    return interpret(text, today, offered, every).day


def find(text: str, today: date, offered: Sequence[date]) -> date | None:
    """The offered day that a longer text names beyond doubt, else None."""
    found = _mentioned_days(_split(text), _Calendar(today, offered, offered, asked=False)).day
    return found if found in offered else None


def _mentioned_days(words: Sequence[str], calendar: _Calendar) -> DayReading:
    """The days that a text names among other things, where nothing makes them doubtful."""
    found, doubts = day_phrases.mentions(words, asked=False), Doubts(tuple(words))
    if any(doubts.about_day(mention.start, mention.end) for mention in found):
        return NO_DAYS
    return _resolved(found, words, calendar)


def _split(text: str) -> tuple[str, ...]:
    return split(
        day_phrases.ahead_in_days(plain(text.replace("~", " about "))) if len(text) < 1000 else "",
        words_of_days().phrases,
    )


def _others(words: Sequence[str], mentioned: Iterable[DayMention]) -> Iterator[tuple[int, str]]:
    """The words that name no day, with their places."""
    named = {place for mention in mentioned for place in range(mention.start, mention.end)}
    return ((place, word) for place, word in enumerate(words) if place not in named)


# --- which days those are -----------------------------------------------------------------------


def _resolved(mentioned: Sequence[DayMention], words: Sequence[str], calendar: _Calendar) -> DayReading:
    """The days on which all that was heard agrees."""
    dates, weekdays = list[date](), list[NamedDay]()
    for named in (named for mention in mentioned for named in mention.days):
        if named.weekday is not None:
            weekdays.append(named)
        elif day := _date(named, calendar):
            dates.append(day)
        else:
            return NO_DAYS
    spans, links = _between(mentioned, words)
    apart = [named for named in weekdays if named.weekday not in [day.weekday() for day in dates]]
    if len(set(dates)) == 1 and not links:
        return DayReading((dates[0],), contradicts=bool(apart))
    of_weekdays = [day for named in apart for day in _of_weekday(named, calendar)]
    days = sorted({*dates, *of_weekdays})
    return DayReading(tuple(_filled(days) if spans else days))


def _between(mentioned: Sequence[DayMention], words: Sequence[str]) -> tuple[bool, bool]:
    """Whether days are the first and the last of a range, and whether anything puts one beside another."""
    gaps = [words[earlier.end : other.start] for earlier, other in pairwise(mentioned)]
    links = [word for gap in gaps for word in gap if word in _words().joining]
    spans = any(mention.ranged for mention in mentioned) or any(word in words_of_days().to for word in links)
    return spans, bool(links)


def _filled(days: Sequence[date]) -> list[date]:
    length = (days[-1] - days[0]).days + 1 if days else 0
    return [days[0] + timedelta(days=ahead) for ahead in range(length)] if 0 < length <= MAX_RANGE_DAYS else list(days)


def _date(named: NamedDay, calendar: _Calendar) -> date | None:
    if named.ahead is not None:
        return calendar.today + timedelta(days=named.ahead)
    if named.month is None:
        return _of_month(named, calendar)
    found = _in_year(named.day, named.month, named.year, calendar)
    return found or (_in_year(named.month, named.day, named.year, calendar) if named.other_way else None)


def _of_month(named: NamedDay, calendar: _Calendar) -> date | None:
    """The first day of the event that is so many days into its month; of `25th` else the next there is."""
    known = next((day for day in (*calendar.offered, *calendar.every) if day.day == named.day), None)
    if known or not named.ordinal:
        return known
    coming = (calendar.today + timedelta(days=ahead) for ahead in range(62))
    return next((day for day in coming if day.day == named.day), None)


def _of_weekday(named: NamedDay, calendar: _Calendar) -> list[date]:
    """The coming such day if it can be had, else the first that can; `next` is next week's, Monday first.

    Several where it may be one or another: today's or the one in a week, this or next week's by the way.
    """
    today, weekday = calendar.today, named.weekday or 0
    coming = today + timedelta(days=(weekday - today.weekday()) % 7)
    next_week = today + timedelta(days=7 - today.weekday() + weekday)
    such = [day for day in calendar.offered if day.weekday() == weekday]
    if named.following:
        if len(such) > 1 and not calendar.asked:
            return such
        wanted = [next_week, *([coming] if coming > today else [])]
    else:
        in_a_week = coming + timedelta(days=7)
        if coming == today and coming in such and in_a_week in such:
            return [coming, in_a_week]
        wanted = [coming]
    later = [day for day in calendar.every if day.weekday() == weekday and day >= today]
    choices = [
        *(day for day in wanted if day in such),
        *such,
        *(day for day in wanted if day in calendar.every),
        *later,
        *wanted,
    ]
    return choices[:1]


def _in_year(day: int, month: int, year: int | None, calendar: _Calendar) -> date | None:
    """The day in the year that is said (two digits: this century), else the event's, else the nearest."""
    if year is not None:
        return valid_date(year if year > 99 else 2000 + year, month, day)
    today = calendar.today
    near = [made for y in (today.year - 1, today.year, today.year + 1) if (made := valid_date(y, month, day))]
    known = [made for made in near if made in calendar.every]
    nearest_first = known or sorted(near, key=lambda made: abs((made - today).days))
    return nearest_first[0] if nearest_first else None


def valid_date(year: int, month: int, day: int) -> date | None:
    """The date; None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
