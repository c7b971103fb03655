"""Types of options: dates, hours, texts by language. Wrong values are usage errors, exit code 2."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

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


class DayParam(click.ParamType[date]):
    """YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date."""
        try:
            return date.fromisoformat(_matching(DAY_PATTERN, value)[0])
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2027-01-09", param, ctx)


class HoursParam(click.ParamType[tuple[time | None, time | None]]):
    """HH:MM-HH:MM, or `none`: two times, or two Nones."""

    name = "HH:MM-HH:MM"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[time | None, time | None]:
        """Opening and closing time."""
        if value == NO_LIMIT:
            return None, None
        try:
            opens, closes = map(time.fromisoformat, _matching(HOURS_PATTERN, value).groups())
        except ValueError:
            self.fail(f"{value!r} is not of the form 10:00-20:30", param, ctx)
        return opens, closes


class HourParam(click.ParamType[time]):
    """HH:MM."""

    name = "HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> time:
        """The time of day."""
        if isinstance(value, time):
            return value
        try:
            return time.fromisoformat(_matching(HOUR_PATTERN, value)[0])
        except ValueError:
            self.fail(f"{value!r} is not a time of day such as 18:00", param, ctx)


class MomentParam(click.ParamType[datetime | None]):
    """YYYY-MM-DD HH:MM, or `none`: a moment without a zone, which is the event's."""

    name = "YYYY-MM-DD HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime | None:
        """The moment as typed."""
        if value == NO_LIMIT:
            return None
        try:
            return datetime.fromisoformat(_matching(MOMENT_PATTERN, value)[0])
        except ValueError:
            self.fail(f"{value!r} is not a moment such as '2027-01-01 10:00'", param, ctx)


class BorderParam(click.ParamType[datetime]):
    """A day, or a moment as ISO 8601 has it; without an offset it is of the event's zone.

    Of a day the border is its beginning, or with `end` its end: the beginning of the next.
    """

    name = "YYYY-MM-DD[ HH:MM]"

    def __init__(self, *, end: bool = False) -> None:
        self._end = end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, without a zone where none was given."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(
                f"{value!r} is neither a day such as 2027-01-09 nor a moment such as '2027-01-09 18:00'", param, ctx
            )
        is_day = len(str(value)) <= len("2027-01-09")
        return moment + timedelta(days=1) if self._end and is_day else moment


class WholeNumberParam(click.ParamType[int]):
    """A whole number in plain digits; which ones can be is for the rules to say."""

    name = "NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        if not WHOLE_NUMBER_PATTERN.fullmatch(str(value)):
            self.fail(f"{value!r} is not a whole number", param, ctx)
        return int(value)


class LimitParam(click.ParamType[int | None]):
    """A whole number, or `none`."""

    name = "NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The number, None for no limit."""
        return None if value == NO_LIMIT else WholeNumberParam().convert(value, param, ctx)


class CountriesParam(click.ParamType[str]):
    """Countries, two letters each, separated by commas, or `none`."""

    name = "COUNTRIES"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As typed, empty for none."""
        return "" if value == NO_LIMIT else str(value)


class InLanguageParam(click.ParamType[tuple[str, str]]):
    """LANG=TEXT, such as hi=पुस्तक मेला."""

    name = "LANG=TEXT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Language code and text."""
        if isinstance(value, tuple):
            return value
        language, given, text = value.partition("=")
        if not given or not language:
            self.fail(f"{value!r} is not of the form hi=…", param, ctx)
        return language, text


def in_zone(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """A moment that was typed, in this zone where it names none."""
    return moment.replace(tzinfo=zone) if moment and moment.tzinfo is None else moment


def _matching(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    """The text's match, where all of it has this form. Raises ValueError."""
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(pattern.pattern)
    return found
