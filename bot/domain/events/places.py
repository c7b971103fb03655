"""The places of a day: taken and given back by one conditional UPDATE each, so that none is given twice.

A pass that is good for several days has its places on each of them.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.models import EventDay, Kind, table
from bot.errors import Refused

_PEOPLE = bindparam("people", type_=Integer)
_DAYS = table(EventDay)
_GIVE = (
    update(_DAYS)
    .where(_DAYS.c.event_id == bindparam("event"), _DAYS.c.day == bindparam("on"), _DAYS.c.closed.is_(False))
    .values(taken=_DAYS.c.taken + _PEOPLE)
    .returning(_DAYS.c.taken)
)
_TAKE = _GIVE.where(
    or_(
        _DAYS.c.capacity.is_(None),
        and_(_DAYS.c.taken + _DAYS.c.held + _PEOPLE <= _DAYS.c.capacity, _DAYS.c.waiting == 0),
    )
)


def lock_days(db: Session, event_id: int, *days: date) -> dict[date, bool]:
    """Lock days, in the order of the calendar, until the transaction ends; of each that there is, whether it is closed.

    Whoever touches two days, or a day and then a pass, does this first: two people who swap days
    with each other would otherwise wait for each other for ever. (SQLite has one writer anyway.)
    """
    which = select(EventDay.day, EventDay.closed).where(EventDay.event_id == event_id, EventDay.day.in_(days))
    return {row.day: row.closed for row in db.execute(which.order_by(EventDay.day).with_for_update())}


def take_each(
    db: Session, event_id: int, days: Sequence[date], people: int, *, today: date, beyond: bool = False
) -> None:
    """Take the places of a pass on each of its days, or none; whoever calls undoes it all where it is refused.

    Of several days those that are past or closed only count: nobody comes on them, and the others are worth
    a pass. `beyond`: whatever the capacity of the others, as take_beyond. `today` is that of the event.
    Raises Refused as `take` and `take_beyond` do, for the first day that cannot be had; `day_over` too where
    all of several days are past.
    """
    take_place = take_beyond if beyond else take
    if len(days) == 1:
        take_place(db, event_id, days[0], people)
        return
    closed = lock_days(db, event_id, *days)
    lost = next((day for day in days if day not in closed), None)
    usable = [day for day in days if day >= today and not closed.get(day)]
    if lost or not usable:
        raise Refused("day_over" if lost or days[-1] < today else "day_closed", day=lost or days[-1])
    for day in days:
        if day in usable:
            take_place(db, event_id, day, people)
        else:
            _count(db, event_id, day, people)


def take(db: Session, event_id: int, day: date, people: int) -> None:
    """Take that many places, or none. Fewer than nought can always be given back, also where a day is overfull.

    Raises Refused `day_over` (the event has no such day), `day_closed`, `day_full`, or `too_few_left`
    with how many are `left`.
    """
    taking = _TAKE if people > 0 else _GIVE
    db.flush()  # what follows is a statement that the session does not see
    if db.connection().execute(taking, {"event": event_id, "on": day, "people": people}).first() is None:
        raise _refusal(db, event_id, day)


def take_beyond(db: Session, event_id: int, day: date, people: int) -> None:
    """Take that many places whatever the day's capacity: for supervisors, with those who stand before them.

    `EventDay.beyond` remembers by how many the day was ever overfull; the public gets a place only once
    there is one again. Raises Refused `day_over` (the event has no such day), `day_closed`.
    """
    if not _count(db, event_id, day, people, EventDay.closed.is_(False)):
        raise _refusal(db, event_id, day)


def give_back(db: Session, event_id: int, days: Sequence[date], people: int) -> None:
    """Give the places of a pass back, on each of its days; who has several holds them first."""
    giving = (
        update(EventDay)
        .where(EventDay.event_id == event_id, EventDay.day.in_(days))
        .values(taken=EventDay.taken - people)
        .execution_options(synchronize_session=False)
    )
    db.execute(giving)


def free(capacity: int, taken: int, held: int, waiting: int) -> int:
    """How many people still find a place: none while others wait for one."""
    return 0 if waiting else max(capacity - taken - held, 0)


def of_kinds(db: Session, event_id: int, day: date) -> int:
    """People with valid passes of those kinds that have this day among their own."""
    from bot.domain.models import Pass  # and with it a third of all tables

    rows = db.execute(select(Kind.id, Kind.days).where(Kind.event_id == event_id))
    mine = [row.id for row in rows if day.isoformat() in (row.days or ())]
    people = select(func.sum(Pass.party_size)).where(Pass.kind_id.in_(mine), Pass.status == Pass.VALID)
    return (db.scalar(people) or 0) if mine else 0


def _count(db: Session, event_id: int, day: date, people: int, *only: ColumnElement[bool]) -> bool:
    """Count people on a day whatever its capacity; False where there is no such day."""
    over = EventDay.taken + EventDay.held + people - EventDay.capacity
    more = and_(EventDay.capacity.is_not(None), over > EventDay.beyond)
    counting = (
        update(EventDay)
        .where(EventDay.event_id == event_id, EventDay.day == day, *only)
        .values(taken=EventDay.taken + people, beyond=case((more, over), else_=EventDay.beyond))
        .returning(EventDay.taken)
        .execution_options(synchronize_session=False)
    )
    return db.execute(counting).first() is not None


def _refusal(db: Session, event_id: int, day: date) -> Refused:
    columns = select(EventDay.closed, EventDay.capacity, EventDay.taken, EventDay.held, EventDay.waiting)
    row = db.execute(columns.where(EventDay.event_id == event_id, EventDay.day == day)).first()
    if row is None:
        return Refused("day_over", day=day)
    if row.closed:
        return Refused("day_closed", day=day)
    left = free(row.capacity or 0, row.taken, row.held, row.waiting)
    return Refused("too_few_left", day=day, left=left) if left else Refused("day_full", day=day, left=0)
