"""The waiting list of a day that is full: join it, leave it, and where somebody stands in it.

A day's row counts its line: `EventDay.waiting` entries that wait, and `EventDay.held` people to whom places are
offered that came free. While anybody waits nobody else gets a place of that day, so that a place that comes free
goes to the first in line whom it fits, and not to who happens to ask at that moment. Whoever changes an entry has
locked the day's row first (days before entries before passes, as in bot.domain.passes). Offers are made by
bot.domain.waiting_list.offers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from bot.domain.events import places
from bot.domain.events import rows as event_rows
from bot.domain.events import shapes as event_shapes
from bot.domain.models import Event, EventDay, Kind, WaitingEntry
from bot.domain.passes import rules as pass_rules
from bot.domain.upserts import added
from bot.errors import Refused
from flows.shapes import VisitWish

OPEN = (WaitingEntry.WAITING, WaitingEntry.OFFERED)
"""The states of an entry that still waits for something."""
UNTOLD = (WaitingEntry.EXPIRED, WaitingEntry.ENDED)
"""The states in which an entry ends without its person, who is told when they next write."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its place in the line."""

    entry: WaitingEntry
    place: int
    """1: the next one; 0 where a place is offered or the entry has ended."""


def join(
    db: Session, wish: VisitWish, *, channel: str, contact_id: int, address: str, sender: str | None, now: datetime
) -> Line:
    """Put somebody into the line of a full day.

    Raises Refused `place_free` (`day`) where there is a place, `already_waiting` (`day`, `place`), `no_waiting_list`
    (`day`), and as registration.add does.
    """
    event = event_rows.get_event(db, wish.event, lock=False)
    day = wish.visit_date
    days = [event_shapes.day_shape(row) for row in event.days]
    pass_rules.check_event(event_shapes.shape(event), days, now)
    pass_rules.check_days(event_shapes.shape(event), days, (day,), now)
    kind = db.scalars(select(Kind).where(Kind.event_id == event.id, Kind.number == 0)).one()
    pass_rules.refuse_second(db, holder_id=contact_id, kind=kind, day=day)
    pass_rules.check_party(kind, event, wish.party_size)
    if wish.consent_version != event.consent_version:
        raise Refused("consent_changed")
    if not event.waiting_list or kind.days:
        raise Refused("no_waiting_list", day=day)
    row = lock_day(db, event.id, day)
    if row is None or row.closed:
        raise Refused("day_closed" if row else "day_over", day=day)
    if row.capacity is None or places.free(row.capacity, row.taken, row.held, row.waiting):
        raise Refused("place_free", day=day)
    before = db.scalars(_open_entries(event.id, day).where(WaitingEntry.contact_id == contact_id)).first()
    if before is not None:
        raise Refused("already_waiting", day=day, place=place_of(db, before))
    row.waiting += 1
    entry = added(
        db,
        WaitingEntry(
            event_id=event.id,
            day=day,
            contact_id=contact_id,
            address=address,
            sender=sender,
            full_name=wish.full_name,
            party_size=wish.party_size,
            answers=dict(wish.answers),
            language=wish.language,
            channel=channel,
            consent_version=wish.consent_version,
            consent_text=wish.consent_text,
            created_at=now,
        ),
    )
    return Line(entry, place_of(db, entry))


def leave(db: Session, entry_id: int, contact_id: int, now: datetime) -> WaitingEntry:
    """Take somebody out of the line; a place that was offered to them goes to the next.

    Raises Refused `not_waiting` where the entry is not theirs or has ended.
    """
    found = db.get(WaitingEntry, entry_id)
    if found is None or found.contact_id != contact_id:
        raise Refused("not_waiting")
    row = lock_day(db, found.event_id, found.day)
    db.refresh(found, with_for_update=True)
    if found.status not in OPEN:
        raise Refused("not_waiting")
    end(found, row, WaitingEntry.DECLINED, now)
    db.flush()
    return found


def end(entry: WaitingEntry, row: EventDay | None, status: str, now: datetime) -> None:
    """End an entry that is open, and count it no more in its day's row, which the caller has locked."""
    if row is not None and entry.status == WaitingEntry.WAITING:
        row.waiting -= 1
    if row is not None and entry.status == WaitingEntry.OFFERED:
        row.held -= entry.party_size
    entry.status, entry.ended_at = status, now


def lines_of(db: Session, contacts: Collection[int], now: datetime) -> list[Line]:
    """What these contacts wait for, by day, and what ended without them and they have not been told."""
    untold = WaitingEntry.status.in_(UNTOLD) & WaitingEntry.told_at.is_(None)
    mine = select(WaitingEntry).where(
        WaitingEntry.contact_id.in_(contacts), WaitingEntry.status.in_(OPEN) | untold, WaitingEntry.day >= now.date()
    )
    found = db.scalars(mine.order_by(WaitingEntry.day, WaitingEntry.id))
    return [Line(entry, place_of(db, entry)) for entry in found]


def mark_told(db: Session, ids: Collection[int], contact_id: int, now: datetime) -> None:
    """Note that somebody has been told that these entries ended without them."""
    theirs = (WaitingEntry.id.in_(ids), WaitingEntry.contact_id == contact_id, WaitingEntry.told_at.is_(None))
    db.execute(update(WaitingEntry).where(*theirs).values(told_at=now).execution_options(synchronize_session=False))


def place_of(db: Session, entry: WaitingEntry) -> int:
    """Where an entry stands in its line, from 1; 0 where it does not wait."""
    if entry.status != WaitingEntry.WAITING:
        return 0
    ahead = _open_entries(entry.event_id, entry.day).where(
        WaitingEntry.status == WaitingEntry.WAITING, WaitingEntry.id <= entry.id
    )
    return db.scalar(select(func.count()).select_from(ahead.order_by(None).subquery())) or 0


def forget(db: Session, contacts: Collection[int], now: datetime) -> None:
    """Remove what these contacts waited for, with what was asked of them; their places go to the next."""
    mine = select(WaitingEntry).where(WaitingEntry.contact_id.in_(contacts))
    for event_id, day in sorted({(entry.event_id, entry.day) for entry in db.scalars(mine)}):
        row = lock_day(db, event_id, day)
        there = mine.where(WaitingEntry.event_id == event_id, WaitingEntry.day == day)
        for entry in db.scalars(there.with_for_update().execution_options(populate_existing=True)):
            end(entry, row, WaitingEntry.ENDED, now)
            db.delete(entry)
    db.flush()


def counts(db: Session, event: Event) -> Sequence[tuple[date, int, int]]:
    """Of each day with a line: the day, the people who wait, and the people to whom places are offered."""
    people = func.coalesce(func.sum(WaitingEntry.party_size), 0)
    waiting = people.filter(WaitingEntry.status == WaitingEntry.WAITING)
    offered = people.filter(WaitingEntry.status == WaitingEntry.OFFERED)
    asked = select(WaitingEntry.day, waiting, offered).where(
        WaitingEntry.event_id == event.id, WaitingEntry.status.in_(OPEN)
    )
    return [
        (row[0], int(row[1]), int(row[2]))
        for row in db.execute(asked.group_by(WaitingEntry.day).order_by(WaitingEntry.day))
    ]


def lock_day(db: Session, event_id: int, day: date) -> EventDay | None:
    """The day's row as it is now, locked until the transaction ends; None where there is none any more."""
    mine = select(EventDay).where(EventDay.event_id == event_id, EventDay.day == day)
    return db.scalars(mine.with_for_update().execution_options(populate_existing=True)).first()


def _open_entries(event_id: int, day: date) -> Select[WaitingEntry]:
    return (
        select(WaitingEntry)
        .where(WaitingEntry.event_id == event_id, WaitingEntry.day == day, WaitingEntry.status.in_(OPEN))
        .order_by(WaitingEntry.id)
    )
