"""Types of options: dates, hours, texts by language. Wrong values are usage errors, exit code 2."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

NO_LIMIT = "none"
"""What is typed to take a limit away."""
WHOLE_NUMBER_PATTERN = re.compile(r"-?[0-9]{1,18}")
HOURS_PATTERN = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})")
HOUR_PATTERN = re.compile(r"[0-9]{2}:[0-9]{2}")
DAY_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT_PATTERN = re.compile(DAY_PATTERN.pattern + r" [0-9]{2}:[0-9]{2}")
"""WHOLE_NUMBER_PATTERN, HOURS_PATTERN, HOUR_PATTERN, DAY_PATTERN and MOMENT_PATTERN are the accepted forms. Python
reads more: 1_0 as a number, 9:5 as an hour, 2027-1-9 as a date."""
Value = TypeVar("Value")


class ParsedParam(click.ParamType[Value]):
    """An option whose text is parsed; a text that cannot be is a usage error."""

    def __init__(
        self,
        name: str,
        parse: Callable[[str], Value],
        complaint: str = "",
        words: Mapping[str, Value] | None = None,
    ) -> None:
        """`name` stands in the help; `parse` raises ValueError, ArithmeticError or OSError for what is no such value.

        `complaint` goes on after the text and `is`; `words` have a meaning of their own.
        """
        self.name, self._parse, self._complaint, self._words = name, parse, complaint, words or {}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Value:
        """The value of a text; a default that is a value already stays as it is."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]  # click gives values and texts alike
        try:
            return self._words[value] if value in self._words else self._parse(value)
        except (ValueError, ArithmeticError, OSError):
            self.fail(f"{value!r} is {self._complaint}", param, ctx)


def in_zone(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """A moment that was typed, in this zone where it names none."""
    return moment.replace(tzinfo=zone) if moment and moment.tzinfo is None else moment


def _matching(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    """The text's match, where all of it has this form. Raises ValueError."""
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(pattern.pattern)
    return found


def _day(text: str) -> date:
    return date.fromisoformat(_matching(DAY_PATTERN, text)[0])


def _hours(text: str) -> tuple[time, time]:
    opens, closes = map(time.fromisoformat, _matching(HOURS_PATTERN, text).groups())
    return opens, closes


def _border(text: str, *, end: bool) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment + timedelta(days=1) if end and len(text) <= len("2027-01-09") else moment


def _whole_number(text: str) -> int:
    return int(_matching(WHOLE_NUMBER_PATTERN, text)[0])


def _tenths(text: str) -> int:
    tenths = Decimal(text) * 10
    if tenths != tenths.to_integral_value() or not 1 <= tenths <= 1000:
        raise ValueError(text)
    return int(tenths)


def _in_language(text: str) -> tuple[str, str]:
    language, given, said = text.partition("=")
    if not given or not language:
        raise ValueError(text)
    return language, said


DAY = ParsedParam("YYYY-MM-DD", _day, "not a date such as 2027-01-09")
DAY_OR_NONE = ParsedParam[date | None](DAY.name, _day, "not a date such as 2027-01-09", {NO_LIMIT: None})
HOURS = ParsedParam[tuple[time | None, time | None]](
    "HH:MM-HH:MM", _hours, "not of the form 10:00-20:30", {NO_LIMIT: (None, None)}
)
"""Opening and closing time; `none`: two Nones."""
HOUR = ParsedParam(
    "HH:MM", lambda text: time.fromisoformat(_matching(HOUR_PATTERN, text)[0]), "not a time of day such as 18:00"
)
MOMENT = ParsedParam[datetime | None](
    "YYYY-MM-DD HH:MM",
    lambda text: datetime.fromisoformat(_matching(MOMENT_PATTERN, text)[0]),
    "not a moment such as '2027-01-01 10:00'",
    {NO_LIMIT: None},
)
"""A moment without a zone, which is the event's."""
_BORDER = "YYYY-MM-DD[ HH:MM]", "neither a day such as 2027-01-09 nor a moment such as '2027-01-09 18:00'"
SINCE, UNTIL = (ParsedParam(_BORDER[0], partial(_border, end=end), _BORDER[1]) for end in (False, True))
"""A day, or a moment as ISO 8601 has it; without an offset it is of the event's zone. A day means its beginning for
SINCE, and the beginning of the next for UNTIL."""
WHOLE_NUMBER = ParsedParam("NUMBER", _whole_number, "not a whole number")
"""In plain digits; the rules say which numbers can be."""
LIMIT = ParsedParam[int | None]("NUMBER", _whole_number, "not a whole number", {NO_LIMIT: None})
PER_CENT = ParsedParam[int | None]("X", _tenths, "not between 0.1 and 100, with at most one decimal", {NO_LIMIT: None})
"""Tenths of a per cent."""
LANGUAGES = ParsedParam[tuple[str, ...]](
    "en,hi,bn", lambda text: tuple(text.replace(",", " ").split()), "no list of languages"
)
"""Codes of languages, separated by commas; as typed."""
COUNTRIES = ParsedParam("COUNTRIES", str, words={NO_LIMIT: ""})
"""Two letters each, separated by commas; as typed."""
PICTURE = ParsedParam[bytes | None](
    "FILE", lambda name: Path(name).read_bytes(), "no file that can be read", {NO_LIMIT: None}
)
IN_LANGUAGE = ParsedParam("LANG=TEXT", _in_language, "not of the form hi=…")
"""The code of a language and a text: hi=पुस्तक मेला."""
