"""Events: create, open, close, change, list."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Unpack
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.domain import violations
from bot.domain.events import validation as event_validation
from bot.domain.events.changes import (
    ask_needs,
    cancel_event,
    change,
    close_event,
    open_event,
    set_day,
    set_questions,
)
from bot.domain.events.questions import checked as checked_questions
from bot.domain.events.rows import fill, get_event
from bot.domain.events.shapes import (
    SHOWN_AFTER_END,
    day_shape,
    days,
    is_listed,
    is_over,
    shape,
    snapshot,
    with_own_hours,
)
from bot.domain.events.validation import EventFields
from bot.domain.models import Event, EventDay, Gate, Kind
from bot.errors import Refused
from flows.text import event_states

__all__ = [
    "ask_needs",
    "by_slug",
    "cancel_event",
    "change",
    "close_event",
    "create",
    "day_shape",
    "days",
    "gate_slug",
    "is_listed",
    "is_over",
    "list_events",
    "make_demo",
    "open_event",
    "set_day",
    "set_questions",
    "shape",
    "sms_countries",
    "snapshot",
    "with_own_hours",
]

DEFAULTS: dict[str, Any] = {
    "venue": "",
    "map_url": "",
    "opens": None,
    "closes": None,
    "capacity_per_day": None,
    "max_party": 10,
    "policy": "daily",
    "timezone": "Asia/Kolkata",
    "languages": ("en", "hi"),
}
DEMO = "demo"
DEMO_DAYS = 9


def create(
    db: Session,
    *,
    slug: str,
    now: datetime,
    questions: Sequence[Mapping[str, Any]] = (),
    gates: Sequence[str] = (),
    **fields: Unpack[EventFields],
) -> Event:
    """A new event with its days and the kind `visitor`; closed until it is opened.

    `fields` needs name, starts_on and ends_on. Raises Refused `slug_taken`, `bad_slug`, `bad_question` and
    what the fields' checks refuse with.
    """
    event = Event(
        slug=event_validation.slug(slug), texts={}, consent_version=1, status=event_states.CLOSED, created_at=now
    )
    fill(event, {**DEFAULTS, **fields})
    event.questions = checked_questions(questions)
    event.days = [EventDay(day=day, capacity=event.capacity_per_day, taken=0) for day in event_validation.dates(event)]
    event.kinds = [Kind(number=0, slug="visitor", labels={"en": "Visitor", "hi": "आगंतुक"})]
    event.gates = [Gate(slug=gate_slug(gate), name=gate) for gate in gates]
    return violations.add(db, event, "uq_events_slug", Refused("slug_taken", slug=slug))


def gate_slug(name: str) -> str:
    """A gate's slug: its name in small letters, other characters as hyphens (docs/contract.md#the-command-line)."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def by_slug(db: Session, slug: str) -> Event:
    """The event of this slug. Raises Refused `no_such_event` with the `nearest` slug, empty where none is near."""
    return get_event(db, slug, lock=False)


def list_events(db: Session) -> list[Event]:
    """Every event, by start."""
    return list(db.scalars(select(Event).order_by(Event.starts_on, Event.id)))


def sms_countries(db: Session, slug: str, now: datetime) -> tuple[str, ...]:
    """ISO regions that an event adds to those whose phones get codes by SMS; without a slug what all of them add."""
    wanted = select(Event.otp_countries).where(Event.status != event_states.CANCELLED)
    if slug:
        wanted = wanted.where(Event.slug == slug)
    added = db.execute(wanted.where(Event.ends_on >= (now - SHOWN_AFTER_END).date())).scalars()
    return tuple(dict.fromkeys(country for countries in added for country in countries))


def make_demo(db: Session, now: datetime) -> Event | None:
    """The demo event (docs/contract.md#two-commands), open; None where there is an event already."""
    if db.scalar(select(exists(select(Event.id)))):
        return None
    today = now.astimezone(ZoneInfo(DEFAULTS["timezone"])).date()
    try:
        create(db, slug=DEMO, now=now, questions=[_CITY], gates=["main"], **_demo_fields(today))
    except Refused as taken:  # another process was faster
        if taken.code == "slug_taken":
            return None
        raise
    return open_event(db, DEMO)


def _demo_fields(today: date) -> EventFields:
    return {
        "name": "Pravesh Demo Fair",
        "names": {"hi": "प्रवेश डेमो मेला"},
        "venue": "Fair Ground, Hall 1",
        "venues": {"hi": "मेला मैदान, हॉल 1"},
        "starts_on": today,
        "ends_on": today + timedelta(days=DEMO_DAYS - 1),
    }


_CITY = {"name": "city", "kind": "text", "labels": {"en": "Which city do you come from?", "hi": "आप किस शहर से आ रहे हैं?"}}
