"""People counted in or out without a pass."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.events import scan_context
from bot.domain.models import HeadCount
from bot.domain.upserts import insert
from bot.errors import Refused
from flows.shapes.scans import DIRECTIONS, MAX_PEOPLE_AT_ONCE


@dataclass(frozen=True, slots=True)
class HeadCountRequest:
    """A count of people without a pass, from whatever channel."""

    event: str
    request_id: str
    """The counter's own name of it, unique within the event."""
    direction: str
    """`in` or `out`."""
    people: int
    channel: str
    gate: str | None = None
    """The gate's slug."""
    staff_id: int | None = None
    device_id: int | None = None
    counted_at: datetime | None = None
    """When, by the counter's clock, which may have been without a network since; None: now."""


def add(db: Session, count: HeadCountRequest, now: datetime) -> HeadCount:
    """Keep a count; the same request_id again gives the first, whatever comes with it.

    Raises Refused `no_such_event`, `no_such_gate`, `bad_count`; ValueError for a direction that there is not.
    """
    if count.direction not in DIRECTIONS:
        raise ValueError(count.direction)
    if not 1 <= count.people <= MAX_PEOPLE_AT_ONCE:
        raise Refused("bad_count")
    place = scan_context.load(db, count.event, count.gate, now, lock=True)
    moment = scan_context.scan_moment(count.counted_at, place, now)
    if moment != now:
        place = scan_context.load(db, count.event, count.gate, moment, lock=True)
    row = {
        "event_id": place.event.id,
        "request_id": count.request_id,
        "direction": count.direction,
        "people": count.people,
        "day": place.day,
        "gate_id": place.gate_id,
        "staff_id": count.staff_id,
        "device_id": count.device_id,
        "channel": count.channel,
        "counted_at": place.moment,
        "arrived_at": now,
    }
    db.execute(insert(db, HeadCount).values(row).on_conflict_do_nothing(index_elements=["event_id", "request_id"]))
    same = HeadCount.event_id == place.event.id, HeadCount.request_id == count.request_id
    return db.scalars(select(HeadCount).where(*same)).one()
