"""Events: made, opened, changed, listed, and as the flows see them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Unpack
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import event_rules
from bot.domain.event_rules import Fields
from bot.domain.event_views import day_shape, days, is_spoken_of, revision, shape, snapshot
from bot.domain.models import Event, EventDay, Gate, Kind
from bot.domain.questions import checked as checked_questions
from bot.domain.violations import violated
from bot.errors import Refused

__all__ = [
    "by_slug",
    "cancel_event",
    "change",
    "close_event",
    "create",
    "day_shape",
    "days",
    "gate_slug",
    "is_spoken_of",
    "listed",
    "make_demo",
    "open_event",
    "revision",
    "set_day",
    "set_questions",
    "shape",
    "snapshot",
]

NEAR_ENOUGH = 60
"""The least likeness, of 100, at which another slug is suggested for a mistyped one."""
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
    **fields: Unpack[Fields],
) -> Event:
    """A new event with its days and the kind `visitor`; closed until it is opened.

    `fields` needs name, starts_on and ends_on. Raises Refused `slug_taken`, `bad_slug`, `bad_question` and
    what the fields' checks refuse with.
    """
    event = Event(slug=event_rules.slug(slug), texts={}, consent_version=1, status="closed", created_at=now)
    _fill(event, {**DEFAULTS, **fields})
    event.questions = checked_questions(questions)
    event.days = [EventDay(day=day, capacity=event.capacity_per_day, taken=0) for day in event_rules.dates(event)]
    event.kinds = [Kind(number=0, slug="visitor", labels={"en": "Visitor", "hi": "आगंतुक"})]
    event.gates = [Gate(slug=gate_slug(gate), name=gate) for gate in gates]
    try:
        with db.begin_nested():
            db.add(event)
    except IntegrityError as error:
        if violated(error) == "uq_events_slug":
            raise Refused("slug_taken", slug=slug) from None
        raise
    return event


def gate_slug(name: str) -> str:
    """A gate's slug: its name in small letters, other characters as hyphens (contract, section 7)."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def by_slug(db: Session, slug: str) -> Event:
    """The event of this slug. Raises Refused `no_such_event` with the `nearest` slug, empty where none is near."""
    return _one(db, slug, lock=False)


def listed(db: Session) -> list[Event]:
    """Every event, by start."""
    return list(db.scalars(select(Event).order_by(Event.starts_on, Event.id)))


def open_event(db: Session, slug: str) -> Event:
    """Let people register."""
    return _with_status(db, slug, "open")


def close_event(db: Session, slug: str) -> Event:
    """Take no more registrations; the passes stay good."""
    return _with_status(db, slug, "closed")


def cancel_event(db: Session, slug: str) -> Event:
    """Say to everybody who asks that the event does not take place."""
    return _with_status(db, slug, "cancelled")


def change(db: Session, slug: str, **fields: Unpack[Fields]) -> Event:
    """Change fields of an event; its days follow its dates and its capacity.

    Days whose capacity differs from the event's old one keep their own. Raises Refused `day_has_passes`
    (a day that falls away), `capacity_below_taken`, and what the fields' checks refuse with.
    """
    event = _one(db, slug, lock=True)
    before = event.capacity_per_day
    _fill(event, fields)
    rows = _locked_days(db, event)
    _fit_dates(db, event, rows)
    if event.capacity_per_day != before:
        for row in rows:
            if row.capacity == before:
                _set_capacity(row, event.capacity_per_day)
    db.flush()
    db.expire(event, ["days"])
    return event


def set_questions(db: Session, slug: str, questions: Sequence[Mapping[str, Any]]) -> Event:
    """Set the event's own questions, all of them. Raises Refused `bad_question`."""
    event = _one(db, slug, lock=True)
    event.questions = checked_questions(questions)
    db.flush()
    return event


def set_day(
    db: Session, slug: str, day: date, *, closed: bool | None = None, capacity: int | str | None = "as it is"
) -> EventDay:
    """Close or open one day, or give it a capacity of its own (None: no limit).

    Raises Refused `no_such_day`, `bad_capacity`, `capacity_below_taken`.
    """
    event = _one(db, slug, lock=True)
    row = next((row for row in _locked_days(db, event) if row.day == day), None)
    if row is None:
        raise Refused("no_such_day", day=day)
    if closed is not None:
        row.closed = closed
    if not isinstance(capacity, str):
        _set_capacity(row, event_rules.capacity(capacity))
    db.flush()
    return row


def make_demo(db: Session, now: datetime) -> Event | None:
    """The demo event (contract, section 1), open; None where there is an event already."""
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


def _demo_fields(today: date) -> Fields:
    return {
        "name": "Pravesh Demo Fair",
        "names": {"hi": "प्रवेश डेमो मेला"},
        "venue": "Fair Ground, Hall 1",
        "venues": {"hi": "मेला मैदान, हॉल 1"},
        "starts_on": today,
        "ends_on": today + timedelta(days=DEMO_DAYS - 1),
    }


_CITY = {"name": "city", "kind": "text", "labels": {"en": "Which city do you come from?", "hi": "आप किस शहर से आ रहे हैं?"}}


def _one(db: Session, slug: str, *, lock: bool) -> Event:
    wanted = select(Event).where(Event.slug == slug.strip().lower())
    event = db.scalars(wanted.with_for_update() if lock else wanted).first()
    if event is None:
        raise Refused("no_such_event", slug=slug, nearest=_nearest(db, slug))
    return event


def _nearest(db: Session, slug: str) -> str:
    slugs = db.scalars(select(Event.slug).order_by(Event.id)).all()
    found = process.extractOne(slug.lower(), slugs, scorer=fuzz.WRatio, score_cutoff=NEAR_ENOUGH)
    return found[0] if found else ""


def _with_status(db: Session, slug: str, status: str) -> Event:
    event = _one(db, slug, lock=True)
    event.status = status
    db.flush()
    return event


def _fill(event: Event, fields: Mapping[str, Any]) -> None:
    for name, value in event_rules.checked(fields).items():
        if name in ("consent", "notice"):
            _set_text(event, name, value)
        else:
            setattr(event, name, value)
    event_rules.check_whole(event)


def _set_text(event: Event, name: str, by_language: dict[str, str]) -> None:
    if name == "consent" and by_language != event.texts.get("consent", {}):
        event.consent_version += 1
    event.texts = {**event.texts, name: by_language}


def _locked_days(db: Session, event: Event) -> list[EventDay]:
    mine = select(EventDay).where(EventDay.event_id == event.id).order_by(EventDay.day)
    return list(db.scalars(mine.with_for_update().execution_options(populate_existing=True)))


def _fit_dates(db: Session, event: Event, rows: list[EventDay]) -> None:
    wanted = set(event_rules.dates(event))
    for row in [row for row in rows if row.day not in wanted]:
        if row.taken:
            raise Refused("day_has_passes", day=row.day)
        rows.remove(row)
        db.delete(row)
    missing = wanted - {row.day for row in rows}
    db.add_all(EventDay(event_id=event.id, day=day, capacity=event.capacity_per_day, taken=0) for day in missing)


def _set_capacity(row: EventDay, capacity: int | None) -> None:
    if capacity is not None and row.taken > capacity:
        raise Refused("capacity_below_taken", day=row.day, taken=row.taken)
    row.capacity = capacity
