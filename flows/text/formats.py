"""Days, hours and numbers as a language writes them."""

import re
from datetime import date, datetime, time
from functools import lru_cache

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from flows.text.languages import TABLE, Language

CACHE_SIZE = 1024
"""Days and numbers of which the written form is kept: an event has few of them, and each is written for everybody."""
_WEEKDAY = re.compile(r"E+[^dMLy]*")
"""How a language's pattern of a day begins where the weekday comes first."""


@lru_cache(CACHE_SIZE)
def whole_number(value: int, language: str) -> str:
    """A number, with the language's marks between thousands."""
    return str(format_decimal(value, locale=TABLE[language].locale))


def moment(value: datetime | date | time, language: str) -> str:
    """A day (`Sat 17 Jan`), an hour (`5:30 pm`) or both, as the language writes them.

    A datetime is shown in the zone that it is in: bring it to the event's first.
    """
    written = TABLE[language]
    if isinstance(value, datetime):
        day = format_datetime(value, written.day, value.tzinfo, written.locale)
        return f"{day}, {_hour(value.time(), written)}"
    return _day(value, language) if isinstance(value, date) else _hour(value, written)


@lru_cache(CACHE_SIZE)
def _day(value: date, language: str) -> str:
    return str(format_date(value, TABLE[language].day, TABLE[language].locale))


@lru_cache(CACHE_SIZE)
def full_day(value: date, language: str, weekday: bool = False) -> str:
    """A day of any year (`17 Jan 2026`), also with its weekday as days of a visit have it (`Sat 17 Jan 2026`)."""
    written = TABLE[language]
    named = _WEEKDAY.match(written.day) if weekday else None
    return str(format_date(value, f"{named[0] if named else ''}{written.full_day}", written.locale))


def _hour(value: time, written: Language) -> str:
    pattern = written.minute if value.minute else written.hour
    return format_time(value.replace(tzinfo=None), pattern, locale=written.locale)
