"""Converts inputs of forms to values, and values to inputs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flows.shapes import Sentence
from flows.text import _

WHOLE_NUMBER = re.compile(r"[0-9]{1,12}")
"""Python reads more than these as a number: 1_0, ١٢."""
YEARS = range(1970, 3000)
"""Outside of these a moment has no other zones; no event is there."""
NO_DATE = _("Enter a date, such as 2027-01-09.")
NO_HOUR = _("Enter a time, such as 10:00.")
NO_NUMBER = _("Enter a whole number.")
NO_MOMENT = _("Enter a date and time, such as 2027-01-09T10:00.")


@dataclass(frozen=True, slots=True)
class FormField:
    """An input of a form, and the column that it changes."""

    name: str
    label: Sentence
    kind: str = "text"
    """The HTML type; `choice` and `several` have `options`."""
    help: Sentence | None = None
    options: Mapping[str, Sentence | str] | None = None
    needed: bool = False


class UnreadableInput(ValueError):
    """The typed text is no such value; `words` are for the person who typed it."""

    def __init__(self, words: Sentence) -> None:
        super().__init__(words.source)
        self.words = words


def read(kind: str, text: str, zone: str) -> Any:
    """The value of an input that is not empty; None of one that is. Raises UnreadableInput."""
    words = text.strip()
    if kind in _READERS:
        return _READERS[kind](words, zone) if words else None
    return words


def format_value(value: Any, zone: str) -> str:
    """The value as the input shows it."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
        case time():
            return f"{value:%H:%M}"
        case list():
            return ", ".join(value)
        case _:
            return str(value)


def whole(text: str, _zone: str = "") -> int:
    """A whole number in plain digits. Raises UnreadableInput."""
    if not WHOLE_NUMBER.fullmatch(text):
        raise UnreadableInput(NO_NUMBER)
    return int(text)


def day(text: str, _zone: str = "") -> date:
    """A date as ISO 8601 writes it. Raises UnreadableInput."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise UnreadableInput(NO_DATE) from None
    if found.year not in YEARS:
        raise UnreadableInput(NO_DATE)
    return found


def border(text: str, zone: str, *, end: bool) -> datetime | None:
    """When a day begins in the zone, or with `end` is over; None where no day is given. Raises UnreadableInput."""
    found = day(text.strip()) + timedelta(days=end) if text.strip() else None
    return datetime.combine(found, time(), ZoneInfo(zone)) if found else None


def hour(text: str, _zone: str = "") -> time:
    """A time of day. Raises UnreadableInput."""
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise UnreadableInput(NO_HOUR) from None


def moment(text: str, zone: str) -> datetime:
    """Day and hour in the zone. Raises UnreadableInput."""
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError, OSError):
        raise UnreadableInput(NO_MOMENT) from None
    if found.year not in YEARS:
        raise UnreadableInput(NO_MOMENT)
    return found


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "number": whole,
    "date": day,
    "time": hour,
    "datetime-local": moment,
}
