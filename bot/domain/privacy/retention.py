"""Retention: people of events that ended long ago are erased, in one transaction each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import String, cast, func, select, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import audit
from bot.domain.events.rows import get_event
from bot.domain.models import Event, Registration, TurnRecord
from bot.domain.privacy import erasure

BATCH_SIZE = 100
TURN_TTL = timedelta(days=2)
"""How long a turn's answer is kept: Twilio repeats a message for a day at most."""
CLOCK_ACTOR = "clock"
"""The actor in the audit log."""


@dataclass(frozen=True, slots=True)
class RetentionStatus:
    """How one event stands."""

    event: Event
    until: date | None
    """The last day on which its data are kept; None: nobody has said."""
    people: int
    """Registrations that still have a name."""


def list_retention(db: Session, slug: str | None = None) -> list[RetentionStatus]:
    """Every event, or the one. Raises Refused `no_such_event`."""
    events = (
        [get_event(db, slug, lock=False)] if slug else list(db.scalars(select(Event).order_by(Event.ends_on, Event.id)))
    )
    named = select(Registration.event_id, func.count()).where(Registration.full_name != "")
    counts = {row[0]: row[1] for row in db.execute(named.group_by(Registration.event_id))}
    return [RetentionStatus(event, until(event), counts.get(event.id, 0)) for event in events]


def until(event: Event) -> date | None:
    """The last day on which the event's data are kept; None: nobody has said."""
    return None if event.retention_days is None else event.ends_on + timedelta(days=event.retention_days)


def expired_events(db: Session, today: date) -> list[int]:
    """Ids of events whose data are due to be forgotten; `today` anywhere: a zone more or less is no matter."""
    return [kept.event.id for kept in list_retention(db) if kept.people and kept.until and kept.until < today]


def ended_before(db: Session, day: date, slug: str | None = None) -> list[int]:
    """Ids of events whose last day was before this one, all or the one. Raises Refused `no_such_event`."""
    return [kept.event.id for kept in list_retention(db, slug) if kept.event.ends_on < day]


def rows(db: Session, events: list[int]) -> list[Event]:
    """These events."""
    return list(db.scalars(select(Event).where(Event.id.in_(events)).order_by(Event.id)))


def count(db: Session, events: list[int]) -> int:
    """How many registrations of these events still have a name."""
    named = select(func.count()).where(Registration.event_id.in_(events), Registration.full_name != "")
    return db.scalar(named) or 0


def purge(database: Database, events: list[int], now: datetime, actor: str) -> Iterator[int]:
    """Forget the people of these events, each in a transaction; gives how many people, batch by batch.

    Who is registered for another event as well is only forgotten at these. Redis lets go of them by itself
    within a month; what we have sent them is deleted at Twilio.
    """
    while batch := _people(database, events):
        for contact in batch:
            database.do(erasure.forget, contact, events, now)
        with database.write() as db:
            for event_id in events:
                audit.record(db, audit.PURGED, now=now, event_id=event_id, actor=actor, about={"people": len(batch)})
        yield len(batch)


def forget_turns(database: Database, now: datetime) -> None:
    """Empty what was kept of turns for the case that their message comes again."""
    old = (TurnRecord.created_at < now - TURN_TTL, cast(TurnRecord.state, String) != "{}")
    with database.write() as db:
        emptying = update(TurnRecord).where(*old).values(answer=erasure.EMPTY_TURN, state={})
        db.execute(emptying.execution_options(synchronize_session=False))


def _people(database: Database, events: list[int]) -> list[int]:
    """Some of those who hold, or asked for, a registration that still has a name; holders before askers."""
    named = (Registration.event_id.in_(events), Registration.full_name != "")
    with database.read() as db:
        some = db.execute(
            select(Registration.holder_id, Registration.asked_by_id).where(*named).limit(BATCH_SIZE)
        ).all()
    return list(dict.fromkeys((*(holder for holder, _ in some), *(asker for _, asker in some))))
