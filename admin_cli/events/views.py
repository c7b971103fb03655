"""What the command line shows of events."""

from collections.abc import Mapping
from datetime import time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from bot.domain.models import Event, EventDay


def row(event: "Event") -> dict[str, Any]:
    """The event in a list."""
    return {
        "slug": event.slug,
        "name": event.name,
        "status": event.status,
        "from": event.starts_on,
        "to": event.ends_on,
        "people": sum(day.taken for day in event.days),
        "capacity_per_day": event.capacity_per_day,
        "policy": event.policy,
        "timezone": event.timezone,
    }


def everything(event: "Event") -> dict[str, Any]:
    """The event by itself, without its days."""
    opens = event.registration_opens_at
    return {
        **row(event),
        "hours": _hours(event.opens, event.closes),
        "venue": event.venue,
        "map": event.map_url,
        "names": event.names,
        "venues": event.venues,
        "max_party": event.max_party,
        "languages": event.languages,
        "registration_opens": opens and opens.astimezone(ZoneInfo(event.timezone)),
        "gates": [gate.slug for gate in event.gates],
        "kinds": [kind.slug for kind in event.kinds],
        "consent_version": event.consent_version,
        "texts": event.texts,
        "organiser": event.organiser,
        "organisers": event.organisers,
        "purpose": event.purpose,
        "purposes": event.purposes,
        "complaints": event.complaints,
        "retention_days": event.retention_days,
        "otp_countries": event.otp_countries,
        "reminder": event.reminder_at,
        "waiting_list": event.waiting_list,
        "form": event.form,
        "entry_paused": event.entry_paused_at and event.entry_paused_at.astimezone(ZoneInfo(event.timezone)),
        "colour": event.colour or None,
        "logo": bool(event.logo),
        "header": bool(event.header),
        "questions": event.questions,
    }


def day_row(day: "EventDay") -> Mapping[str, Any]:
    """A day with its people."""
    return {
        "day": day.day,
        "people": day.taken,
        "capacity": day.capacity,
        "left": None if day.capacity is None else max(day.capacity - day.taken - day.held, 0),
        "offered": day.held,
        "waiting": day.waiting,
        "closed": day.closed,
        "hours": _hours(day.opens, day.closes),
    }


def _hours(opens: time | None, closes: time | None) -> str | None:
    return f"{opens:%H:%M}-{closes:%H:%M}" if opens and closes else None
