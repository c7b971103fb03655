"""The places of a day: given and given back by one conditional UPDATE each, so that none goes twice."""

from datetime import date

from sqlalchemy import and_, case, or_, select, true, update
from sqlalchemy.orm import Session

from bot.domain.models import EventDay
from bot.errors import Refused


def hold(db: Session, event_id: int, *days: date) -> None:
    """Lock days, in the order of the calendar, until the transaction ends.

    Whoever touches two days, or a day and then a pass, does this first: two people who swap days
    with each other would otherwise wait for each other for ever. (SQLite has one writer anyway.)
    """
    which = select(EventDay.day).where(EventDay.event_id == event_id, EventDay.day.in_(days))
    db.execute(which.order_by(EventDay.day).with_for_update())


def take(db: Session, event_id: int, day: date, people: int) -> None:
    """Take that many places, or none. Fewer than nought can always be given back, also where a day is overfull.

    Raises Refused `day_over` (the event has no such day), `day_closed`, `day_full`, or `too_few_left`
    with how many are `left`.
    """
    enough = or_(EventDay.capacity.is_(None), EventDay.taken + people <= EventDay.capacity) if people > 0 else true()
    taking = (
        update(EventDay)
        .where(EventDay.event_id == event_id, EventDay.day == day, EventDay.closed.is_(False), enough)
        .values(taken=EventDay.taken + people)
        .returning(EventDay.taken)
        .execution_options(synchronize_session=False)
    )
    if db.execute(taking).first() is None:
        raise _why_not(db, event_id, day)


def take_beyond(db: Session, event_id: int, day: date, people: int) -> None:
    """Take that many places whatever the day's capacity: for supervisors, with those who stand before them.

    `EventDay.beyond` remembers by how many the day was ever overfull; the public gets a place only once
    there is one again. Raises Refused `day_over` (the event has no such day), `day_closed`.
    """
    over = EventDay.taken + people - EventDay.capacity
    more = and_(EventDay.capacity.is_not(None), over > EventDay.beyond)
    taking = (
        update(EventDay)
        .where(EventDay.event_id == event_id, EventDay.day == day, EventDay.closed.is_(False))
        .values(taken=EventDay.taken + people, beyond=case((more, over), else_=EventDay.beyond))
        .returning(EventDay.taken)
        .execution_options(synchronize_session=False)
    )
    if db.execute(taking).first() is None:
        raise _why_not(db, event_id, day)


def give_back(db: Session, event_id: int, day: date, people: int) -> None:
    """Give places back."""
    giving = (
        update(EventDay)
        .where(EventDay.event_id == event_id, EventDay.day == day)
        .values(taken=EventDay.taken - people)
        .execution_options(synchronize_session=False)
    )
    db.execute(giving)


def _why_not(db: Session, event_id: int, day: date) -> Refused:
    columns = select(EventDay.closed, EventDay.capacity, EventDay.taken)
    row = db.execute(columns.where(EventDay.event_id == event_id, EventDay.day == day)).first()
    if row is None:
        return Refused("day_over", day=day)
    if row.closed:
        return Refused("day_closed", day=day)
    left = max((row.capacity or 0) - row.taken, 0)
    return Refused("too_few_left", day=day, left=left) if left else Refused("day_full", day=day, left=0)
