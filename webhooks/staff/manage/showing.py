"""What admins read of an event's rows, as texts."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.models import Event
from flows.texts import LANGUAGES

NOTHING = "–"


def in_list(event: Event) -> dict[str, Any]:
    """An event in the list."""
    return {
        "slug": event.slug,
        "name": event.name,
        "status": event.status,
        "dates": f"{day(event.starts_on)} to {day(event.ends_on)}",
        "people": sum(one.taken for one in event.days),
        "stopped": event.entry_paused_at is not None,
    }


def facts(event: Event) -> Mapping[str, str]:
    """All that an event's form can change, by what it is called."""
    zone = ZoneInfo(event.timezone)
    return {
        "Place": event.venue or NOTHING,
        "Map": event.map_url or NOTHING,
        "Hours": hours(event.opens, event.closes),
        "Time zone": event.timezone,
        "Registration opens": moment(event.registration_opens_at, zone) or "at once",
        "People a day": number(event.capacity_per_day, "no limit"),
        "Largest party": str(event.max_party),
        "A pass enters": event.policy.replace("_", " and "),
        "Languages": ", ".join(LANGUAGES.get(code, code) for code in event.languages),
        "Who answers for it": event.organiser or NOTHING,
        "What the data are for": event.purpose or NOTHING,
        "Complaints": event.complaints or NOTHING,
        "Data are kept": number(event.retention_days, "nobody has said", " days after the end"),
        "Notice": "; ".join(event.texts.get("notice", {}).values()) or NOTHING,
    }


def hours(opens: time | None, closes: time | None, nothing: str = "all day") -> str:
    """Opening hours."""
    return f"{opens:%H:%M}–{closes:%H:%M}" if opens and closes else nothing


def day(one: date) -> str:
    """A day, such as `9 Jan 2027`."""
    return f"{one.day} {one:%b %Y}"


def moment(one: datetime | None, zone: ZoneInfo) -> str:
    """A moment in a zone; empty where there is none."""
    return f"{day(one.astimezone(zone))}, {one.astimezone(zone):%H:%M}" if one else ""


def number(value: int | None, nothing: str, unit: str = "") -> str:
    """A number with thousands apart."""
    return nothing if value is None else f"{value:,}{unit}"
