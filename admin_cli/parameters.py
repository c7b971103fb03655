"""What people type, as values: dates, hours, texts by language. Wrong ones are usage errors, exit code 2."""

from datetime import date, datetime, time
from typing import Any

import click

NONE = "none"
"""Typed to take a limit away."""


class Day(click.ParamType[date]):
    """YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date."""
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar day has no zone
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
            opens, closes = map(_time, value.split("-"))
        except ValueError:
            self.fail(f"{value!r} is not of the form 10:00-20:30", param, ctx)
        return opens, closes


class Moment(click.ParamType[datetime | None]):
    """YYYY-MM-DD HH:MM, or `none`: a moment without a zone, which is the event's."""

    name = "YYYY-MM-DD HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime | None:
        """The moment as typed."""
        if value == NONE:
            return None
        try:
            return datetime.strptime(value, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the caller adds the event's zone
        except ValueError:
            self.fail(f"{value!r} is not a moment such as '2027-01-01 10:00'", param, ctx)


class Limit(click.ParamType[int | None]):
    """A number from 1, or `none`."""

    name = "NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The number, None for no limit."""
        if value == NONE:
            return None
        try:
            return int(value)
        except ValueError:
            self.fail(f"{value!r} is not a number", param, ctx)


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


def _time(text: str) -> time:
    """HH:MM, and nothing shorter or longer. Raises ValueError."""
    hours, minutes = text.strip().split(":")
    return time(int(hours), int(minutes))
