"""A visit as an entry of a calendar (RFC 5545)."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.delivery.images.pass_image import PassImage
from bot.domain.models import Pass


def calendar_entry(row: Pass, image: PassImage, origin: str, now: datetime) -> bytes:
    """The entry, with the event's hours where it has some, for each day; the way to the pass instead of its code."""
    from icalendar import Calendar, Event  # a third of a second, which most processes never need

    calendar = Calendar({"version": "2.0", "prodid": "-//Pravesh//EN"})
    host = urlsplit(origin).hostname or "pravesh"
    for day in image.days:
        begins, ends = _span(row, image, day)
        which = "" if day == image.day else f"-{day:%Y%m%d}"
        visit = {"uid": f"pass-{row.id}{which}@{host}", "dtstamp": now, "dtstart": begins, "dtend": ends}
        told = {"summary": image.event, "location": image.venue, "url": f"{origin}/passes/{row.id}"}
        entry = Event()
        for name, value in (visit | told).items():
            if value:
                entry.add(name, value)
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _span(row: Pass, image: PassImage, day: date) -> tuple[date, date]:
    """From when until when: moments in UTC, or the whole day where the event has no hours."""
    if image.opens is None or image.closes is None:
        return day, day + timedelta(days=1)
    zone = ZoneInfo(row.event.timezone)
    last = day + timedelta(days=1) if image.closes <= image.opens else day
    begins, ends = datetime.combine(day, image.opens, zone), datetime.combine(last, image.closes, zone)
    return begins.astimezone(UTC), ends.astimezone(UTC)
