"""Changes of an event: its status, fields, questions and days."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any, Unpack

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot.domain.events import places
from bot.domain.events import questions as own_questions
from bot.domain.events import validation as event_validation
from bot.domain.events.rows import fill, get_event
from bot.domain.events.validation import EventFields
from bot.domain.models import Event, EventDay
from bot.errors import Refused, required
from flows.text import access_needs, event_states


def open_event(db: Session, slug: str, *, real: bool = False) -> Event:
    """Let people register.

    `real`: they are real people, so it must be said first who answers for their data, what for they are
    asked, where to complain and how long they are kept. Raises Refused `event_lacks` (`slug`, `lacking`).
    """
    lacking = (
        [name for name in event_validation.REQUIRED_FIELDS if not getattr(get_event(db, slug, lock=True), name)]
        if real
        else []
    )
    if lacking:
        raise Refused("event_lacks", slug=slug, lacking=", ".join(lacking))
    return _with_status(db, slug, event_states.OPEN)


def close_event(db: Session, slug: str) -> Event:
    """Take no more registrations; the passes stay good."""
    return _with_status(db, slug, event_states.CLOSED)


def cancel_event(db: Session, slug: str) -> Event:
    """Say to everybody who asks that the event does not take place."""
    return _with_status(db, slug, event_states.CANCELLED)


def change(db: Session, slug: str, **fields: Unpack[EventFields]) -> Event:
    """Change fields of an event; its days follow its dates and its capacity.

    Days whose capacity differs from the event's old one keep their own. Raises Refused `day_has_passes`
    (a day that falls away), `capacity_below_taken`, `zone_in_use` (`zone`: somebody has entered, or was counted in),
    and what the fields' checks refuse with.
    """
    event = get_event(db, slug, lock=True)
    before, zone = event.capacity_per_day, event.timezone
    fill(event, fields)
    if event.timezone != zone and _is_entered(db, event.id):
        raise Refused("zone_in_use", zone=zone)
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
    """Set the event's own questions, all of them; those that go are kept by name, for who has answered them.

    Raises Refused `bad_question`.
    """
    event = get_event(db, slug, lock=True)
    asked_before = [question["name"] for question in event.questions]
    before = [*event.former_questions, *asked_before]
    event.questions = own_questions.checked(questions)
    asked = {question["name"] for question in event.questions}
    if (access_needs.NAME in asked) != (access_needs.NAME in asked_before):  # the consent has one line more or less
        event.consent_version += 1
    event.former_questions = [name for name in dict.fromkeys(before) if name not in asked]
    db.flush()
    return event


def ask_needs(db: Session, slug: str, *, wanted: bool) -> Event:
    """Ask visitors what help they need, by the ready-made question, or ask it no more; nothing where it is so already.

    Raises Refused `bad_question` where the event asks too many.
    """
    event = get_event(db, slug, lock=True)
    others = [question for question in event.questions if question["name"] != access_needs.NAME]
    if wanted == (len(others) < len(event.questions)):
        return event
    return set_questions(db, slug, [*others, access_needs.as_kept()] if wanted else others)


def set_day(
    db: Session,
    slug: str,
    day: date,
    *,
    closed: bool | None = None,
    capacity: int | str | None = "as it is",
    hours: tuple[time | None, time | None] | None = None,
) -> EventDay:
    """Close or open one day, or give it a capacity (None: no limit) or hours (Nones: the event's) of its own.

    Raises Refused `no_such_day`, `bad_capacity`, `capacity_below_taken`, `bad_hours`.
    """
    event = get_event(db, slug, lock=True)
    row = required(
        next((row for row in _locked_days(db, event) if row.day == day), None),
        Refused("no_such_day", day=day, first=event.starts_on, last=event.ends_on),
    )
    if closed is not None:
        row.closed = closed
    if not isinstance(capacity, str):
        _set_capacity(row, event_validation.capacity(capacity))
    if hours is not None:
        row.opens, row.closes = event_validation.hours(*hours)
    db.flush()
    return row


def _is_entered(db: Session, event_id: int) -> bool:
    """Whether anybody has come in, with a pass or counted without one: on which day, the time zone has said."""
    from bot.domain.models import Checkin, HeadCount  # and with them half of all tables

    with_pass = Checkin.event_id == event_id, Checkin.day.is_not(None), Checkin.undone_at.is_(None)
    counted = exists().where(HeadCount.event_id == event_id)
    return bool(db.scalar(select(or_(exists().where(*with_pass), counted))))


def _with_status(db: Session, slug: str, status: str) -> Event:
    event = get_event(db, slug, lock=True)
    event.status = status
    db.flush()
    return event


def _locked_days(db: Session, event: Event) -> list[EventDay]:
    mine = select(EventDay).where(EventDay.event_id == event.id).order_by(EventDay.day)
    return list(db.scalars(mine.with_for_update().execution_options(populate_existing=True)))


def _fit_dates(db: Session, event: Event, rows: list[EventDay]) -> None:
    wanted = set(event_validation.dates(event))
    for row in [row for row in rows if row.day not in wanted]:
        if row.taken or row.held or row.waiting:
            raise Refused("day_has_passes", day=row.day)
        rows.remove(row)
        db.delete(row)
    missing = wanted - {row.day for row in rows}
    db.add_all(_new_day(db, event, day) for day in sorted(missing))


def _new_day(db: Session, event: Event, day: date) -> EventDay:
    """A day that the event gets; passes that are good for it there may be already, since it had it before."""
    taken, capacity = places.of_kinds(db, event.id, day), event.capacity_per_day
    beyond = max(taken - capacity, 0) if capacity is not None else 0
    return EventDay(event_id=event.id, day=day, capacity=capacity, taken=taken, beyond=beyond)


def _set_capacity(row: EventDay, capacity: int | None) -> None:
    if capacity is not None and row.taken + row.held > capacity:
        raise Refused("capacity_below_taken", day=row.day, taken=row.taken + row.held)
    row.capacity = capacity
