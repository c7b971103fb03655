"""A visit as an entry of a calendar (RFC 5545)."""

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.delivery.pass_image import PassImage
from bot.domain.models import Pass

LINE_BYTES = 74
"""Of a line, its end not counted (RFC 5545, 3.1: 75)."""


def of(row: Pass, told: PassImage, origin: str, now: datetime) -> str:
    """The entry, with the event's hours where it has some; the way to the pass instead of its code."""
    host = urlsplit(origin).hostname or "pravesh"
    content = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pravesh//EN",
        "BEGIN:VEVENT",
        f"UID:pass-{row.id}@{host}",
        f"DTSTAMP:{_moment(now)}",
        *_when(row, told),
        f"SUMMARY:{_escaped(told.event)}",
        *([f"LOCATION:{_escaped(told.venue)}"] if told.venue else []),
        f"URL:{origin}/passes/{row.id}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in content)


def _when(row: Pass, told: PassImage) -> list[str]:
    if told.opens is None or told.closes is None:
        last = told.last_day or told.day
        return [f"DTSTART;VALUE=DATE:{told.day:%Y%m%d}", f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"]
    zone = ZoneInfo(row.event.timezone)
    overnight = told.closes <= told.opens
    ends = told.day + timedelta(days=1) if overnight else told.day
    return [f"DTSTART:{_at(told.day, told.opens, zone)}", f"DTEND:{_at(ends, told.closes, zone)}"]


def _at(day: date, hour: time, zone: ZoneInfo) -> str:
    return _moment(datetime.combine(day, hour, zone))


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n").replace("\r", "")


def _folded(line: str) -> str:
    """The line in pieces that no reader finds too long, none of them ending within a character."""
    pieces, piece = [], ""
    for character in line:
        if len((piece + character).encode()) > LINE_BYTES:
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join([*pieces, piece])
