"""A visit as an entry of a calendar (RFC 5545)."""

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.delivery.images.pass_image import PassImage
from bot.domain.models import Pass

MAX_LINE_BYTES = 74
"""Bytes of a line at most, its end not counted (RFC 5545, 3.1: 75)."""


def calendar_entry(row: Pass, image: PassImage, origin: str, now: datetime) -> str:
    """The entry, with the event's hours where it has some, for each day; the way to the pass instead of its code."""
    content = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pravesh//EN",
        *(line for day in image.days for line in _visit(row, image, day, origin, now)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in content)


def _visit(row: Pass, image: PassImage, day: date, origin: str, now: datetime) -> list[str]:
    host = urlsplit(origin).hostname or "pravesh"
    which = "" if day == image.day else f"-{day:%Y%m%d}"
    return [
        "BEGIN:VEVENT",
        f"UID:pass-{row.id}{which}@{host}",
        f"DTSTAMP:{_moment(now)}",
        *_when(row, image, day),
        f"SUMMARY:{_escaped(image.event)}",
        *([f"LOCATION:{_escaped(image.venue)}"] if image.venue else []),
        f"URL:{origin}/passes/{row.id}",
        "END:VEVENT",
    ]


def _when(row: Pass, image: PassImage, day: date) -> list[str]:
    if image.opens is None or image.closes is None:
        return [f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"]
    zone = ZoneInfo(row.event.timezone)
    overnight = image.closes <= image.opens
    ends = day + timedelta(days=1) if overnight else day
    return [f"DTSTART:{_at(day, image.opens, zone)}", f"DTEND:{_at(ends, image.closes, zone)}"]


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
        if len((piece + character).encode()) > MAX_LINE_BYTES:
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join([*pieces, piece])
