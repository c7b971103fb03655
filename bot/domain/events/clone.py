"""Creates an event as a copy of another one."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.events import alert_thresholds, identity
from bot.domain.events import validation as event_validation
from bot.domain.events.rows import get_event
from bot.domain.models import Event, EventDay, Gate, Kind
from bot.domain.upserts import added
from bot.errors import Refused
from flows.text import event_states

COPIED_FIELDS = (
    *("names", "venue", "venues", "map_url", "opens", "closes", "timezone", "policy", "max_party"),
    *("capacity_per_day", "languages", "questions", "consent_version", "organiser", "purpose"),
    *("complaints", "retention_days", "reminder_at", "otp_countries", "waiting_list", "form"),
)
"""Fields that the new event has as the old one."""
UNCOPIED_TEXTS = ("notice",)
"""Texts that were for that time only."""


def clone(db: Session, slug: str, new_slug: str, *, name: str, starts_on: date, now: datetime) -> Event:
    """The event's fields, texts, questions, kinds, gates, look, days' capacities and hours, alerts, from a first day.

    The new event is closed, nobody is registered, and nobody stands on its roster. Every day counts on from
    the first as before. Raises Refused `no_such_event`, `slug_taken`, `bad_slug`, `bad_name`.
    """
    old = get_event(db, slug, lock=False)
    moved = starts_on - old.starts_on
    if db.query(Event.id).filter_by(slug=event_validation.slug(new_slug)).first():
        raise Refused("slug_taken", slug=new_slug)
    fields: dict[str, Any] = {field: getattr(old, field) for field in COPIED_FIELDS}
    made = Event(
        **fields,
        slug=new_slug,
        name=event_validation.checked({"name": name or old.name})["name"],
        starts_on=starts_on,
        ends_on=old.ends_on + moved,
        texts={text: said for text, said in old.texts.items() if text not in UNCOPIED_TEXTS},
        status=event_states.CLOSED,
        created_at=now,
    )
    made.days = [
        EventDay(day=day.day + moved, capacity=day.capacity, opens=day.opens, closes=day.closes, taken=0)
        for day in old.days
    ]
    made.kinds = [_kind(kind, moved) for kind in old.kinds if kind.retired_at is None]
    made.gates = [Gate(slug=gate.slug, name=gate.name, closed=False) for gate in old.gates]
    identity.copy(old, made)
    added(db, made)
    alert_thresholds.write(db, new_slug, alert_thresholds.thresholds_of(db, old.id))
    return made


def _kind(old: Kind, moved: timedelta) -> Kind:
    days = [(date.fromisoformat(day) + moved).isoformat() for day in old.days] if old.days else None
    same = {field: getattr(old, field) for field in ("number", "slug", "labels", "policy", "max_party", "gates")}
    return Kind(**same, days=days)
