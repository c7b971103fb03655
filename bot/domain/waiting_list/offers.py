"""Offers the places that come free to those who wait, in the order of the line.

An offer holds its places (`EventDay.held`) until it is taken, declined, or over. Who comes first is offered what
fits: a party of five does not keep two places empty for days, and stays where it stands. All of it is done under
the lock of the day's row, so that two clocks, a cancellation and a late yes agree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from bot.domain import waiting_list
from bot.domain.events import shapes as event_shapes
from bot.domain.models import Contact, Event, EventDay, WaitingEntry, table
from bot.errors import Refused
from flows.text import event_states

OFFER_TTL = timedelta(hours=1)
"""How long somebody has to say yes; a place that nobody answers for goes on."""
MIN_OFFER_TTL = timedelta(minutes=10)
"""The least, however near the day is: a phone may be in a pocket."""
SHARE_OF_REST = 8
"""Near the day an offer stands for this part of the time until the gates open, so that the last places go round."""
QUIET_FROM, QUIET_TO = time(21), time(8)
"""The hours, in the event's zone, between which nobody is offered anything: nobody answers in their sleep."""
MAX_LOOKED_AT = 200
"""Entries of a line that are looked at for one whom the free places fit."""
_DAYS, _PEOPLE = table(EventDay), bindparam("people", type_=Integer)
_TAKE_HELD = (
    update(_DAYS)
    .where(_DAYS.c.event_id == bindparam("event"), _DAYS.c.day == bindparam("on"), _DAYS.c.closed.is_(False))
    .where(_DAYS.c.held >= _PEOPLE)
    .where(or_(_DAYS.c.capacity.is_(None), _DAYS.c.taken + _PEOPLE <= _DAYS.c.capacity + _DAYS.c.beyond))
    .values(held=_DAYS.c.held - _PEOPLE, taken=_DAYS.c.taken + _PEOPLE)
    .returning(_DAYS.c.taken)
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A place that was just offered to somebody."""

    entry: WaitingEntry
    event: Event


def lines(db: Session) -> Sequence[tuple[int, date]]:
    """Every day, by event's id, on which anybody waits or has an offer."""
    asked = select(EventDay.event_id, EventDay.day).where(or_(EventDay.waiting > 0, EventDay.held > 0))
    return [(row.event_id, row.day) for row in db.execute(asked.order_by(EventDay.event_id, EventDay.day))]


def review(db: Session, event_id: int, day: date, now: datetime) -> list[Offer]:
    """Let offers end that nobody has answered, end the line of a day that is over, and offer what is free.

    The offers that were made now; whoever calls tells the people of them in the same transaction.
    """
    row = waiting_list.lock_day(db, event_id, day)
    if row is None:
        return []
    event = db.get_one(Event, event_id)
    if not _comes(event, row, now):
        _end_all(db, row, now)
        return []
    late = and_(WaitingEntry.status == WaitingEntry.OFFERED, WaitingEntry.offer_ends_at <= now)
    for entry in db.scalars(_entries(row, late)):
        waiting_list.end(entry, row, WaitingEntry.EXPIRED, now)
    db.flush()
    if event.status != event_states.OPEN or _is_quiet(event, now):
        return []
    return list(_offers(db, event, row, now))


def claim(db: Session, entry_id: int, *, contact_id: int, day: date, people: int, now: datetime) -> None:
    """Turn the offer into places taken, for the pass that the caller issues in the same transaction.

    Raises Refused `place_gone` where the offer is over, was answered, or is not theirs for that day and party.
    """
    found = db.get(WaitingEntry, entry_id)
    if found is None or (found.contact_id, found.day, found.party_size) != (contact_id, day, people):
        raise Refused("place_gone")
    places = {"event": found.event_id, "on": day, "people": people}
    taken = db.connection().execute(_TAKE_HELD, places).first()
    still = (WaitingEntry.status == WaitingEntry.OFFERED, WaitingEntry.offer_ends_at > now)
    accepting = update(WaitingEntry).where(WaitingEntry.id == entry_id, *still)
    accepted = db.execute(
        accepting.values(status=WaitingEntry.ACCEPTED, ended_at=now)
        .returning(WaitingEntry.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None or accepted is None:
        raise Refused("place_gone")


def ends_at(event: Event, row: EventDay, now: datetime) -> datetime:
    """Until when an offer that is made now stands: an hour, less near the day, and never beyond the day itself."""
    shape, day = event_shapes.shape(event), event_shapes.day_shape(row)
    rest = max(event_states.starts_at(shape, day) - now, timedelta())
    return min(now + min(OFFER_TTL, max(rest / SHARE_OF_REST, MIN_OFFER_TTL)), event_states.ends_at(shape, day))


def _comes(event: Event, row: EventDay, now: datetime) -> bool:
    """Whether anybody could still get in on the day."""
    shape = event_shapes.shape(event)
    over = now >= event_states.ends_at(shape, event_shapes.day_shape(row))
    return not (over or row.closed or event.status == event_states.CANCELLED or not event.waiting_list)


def _is_quiet(event: Event, now: datetime) -> bool:
    hour = event_states.local_now(event_shapes.shape(event), now).time()
    return hour >= QUIET_FROM or hour < QUIET_TO


def _end_all(db: Session, row: EventDay, now: datetime) -> None:
    mine = (WaitingEntry.event_id == row.event_id, WaitingEntry.day == row.day)
    ending = update(WaitingEntry).where(*mine, WaitingEntry.status.in_(waiting_list.OPEN))
    row.waiting, row.held = 0, 0
    db.flush()
    db.execute(ending.values(status=WaitingEntry.ENDED, ended_at=now).execution_options(synchronize_session=False))


def _entries(row: EventDay, which: ColumnElement[bool]) -> Select[WaitingEntry]:
    """Entries of a line as they are now, locked, the first in it first."""
    mine = select(WaitingEntry).where(WaitingEntry.event_id == row.event_id, WaitingEntry.day == row.day, which)
    return mine.order_by(WaitingEntry.id).with_for_update().execution_options(populate_existing=True)


def _offers(db: Session, event: Event, row: EventDay, now: datetime) -> Iterator[Offer]:
    if not row.waiting or not _fits(row, 1):
        return
    first = _entries(row, WaitingEntry.status == WaitingEntry.WAITING).limit(MAX_LOOKED_AT)
    for entry in db.scalars(first).all():
        wants_none = db.get_one(Contact, entry.contact_id).stopped_at is not None
        if wants_none or not _fits(row, entry.party_size):
            continue
        row.waiting -= 1
        row.held += entry.party_size
        entry.status, entry.offered_at, entry.offer_ends_at = WaitingEntry.OFFERED, now, ends_at(event, row, now)
        db.flush()
        yield Offer(entry, event)
        if not _fits(row, 1):
            return


def _fits(row: EventDay, people: int) -> bool:
    return row.capacity is None or row.taken + row.held + people <= row.capacity
