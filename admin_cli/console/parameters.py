"""Types of options: dates, hours, texts by language. Wrong values are usage errors, exit code 2."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import click

NONE = "none"
"""What is typed to take a limit away."""
WHOLE = re.compile(r"-?[0-9]{1,18}")
HOURS = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})")
HOUR = re.compile(r"[0-9]{2}:[0-9]{2}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(DAY.pattern + r" [0-9]{2}:[0-9]{2}")
"""WHOLE, HOURS, HOUR, DAY and MOMENT are the accepted forms. Python reads more: 1_0 as a number, 9:5 as an hour,
2027-1-9 as a date."""


class Day(click.ParamType[date]):
    """YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date."""
        try:
            return date.fromisoformat(_of_form(DAY, value)[0])
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2027-01-09", param, ctx)


class Hours(click.ParamType[tuple[time | None, time | None]]):
    """HH:MM-HH:MM, or `none`: two times, or two Nones."""

    name = "HH:MM-HH:MM"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[time | None, time | None]:
        """Opening and closing time."""
        if value == NONE:
            return None, None
        try:
            opens, closes = map(time.fromisoformat, _of_form(HOURS, value).groups())
        except ValueError:
            self.fail(f"{value!r} is not of the form 10:00-20:30", param, ctx)
        return opens, closes


class Hour(click.ParamType[time]):
    """HH:MM."""

    name = "HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> time:
        """The time of day."""
        if isinstance(value, time):
            return value
        try:
            return time.fromisoformat(_of_form(HOUR, value)[0])
        except ValueError:
            self.fail(f"{value!r} is not a time of day such as 18:00", param, ctx)


class Moment(click.ParamType[datetime | None]):
    """YYYY-MM-DD HH:MM, or `none`: a moment without a zone, which is the event's."""

    name = "YYYY-MM-DD HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime | None:
        """The moment as typed."""
        if value == NONE:
            return None
        try:
            return datetime.fromisoformat(_of_form(MOMENT, value)[0])
        except ValueError:
            self.fail(f"{value!r} is not a moment such as '2027-01-01 10:00'", param, ctx)


class Border(click.ParamType[datetime]):
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


class Whole(click.ParamType[int]):
    """A whole number in plain digits; which ones can be is for the rules to say."""

    name = "NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        if not WHOLE.fullmatch(str(value)):
            self.fail(f"{value!r} is not a whole number", param, ctx)
        return int(value)


class Limit(click.ParamType[int | None]):
    """A whole number, or `none`."""

    name = "NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The number, None for no limit."""
        return None if value == NONE else Whole().convert(value, param, ctx)


class Countries(click.ParamType[str]):
    """Countries, two letters each, separated by commas, or `none`."""

    name = "COUNTRIES"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As typed, empty for none."""
        return "" if value == NONE else str(value)


class InLanguage(click.ParamType[tuple[str, str]]):
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


def _of_form(form: re.Pattern[str], text: str) -> re.Match[str]:
    """The text's match, where all of it has this form. Raises ValueError."""
    found = form.fullmatch(text)
    if found is None:
        raise ValueError(form.pattern)
    return found
