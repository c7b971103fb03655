"""The figures of a gate and of an event today: admitted, inside, refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from bot.domain import scan_places, unheard
from bot.domain.models import Attempt, Checkin, Device, Gate, HeadCount, Staff
from bot.domain.scan_places import Place
from bot.domain.unheard import Unheard
from flows.scans import CONFLICT, LEFT

LATELY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Share:
    """What one gate, one volunteer or one scanner did today."""

    key: str | None
    """The gate's slug, or the volunteer's or scanner's name; None where nobody said."""
    name: str | None
    admitted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Figures:
    """An event's day in numbers of people; scans where it says so."""

    day: date
    admitted: int
    """With a pass, today."""
    lately: int
    """Of these in the last 15 minutes."""
    left: int
    """Counted out, with a pass."""
    counted_in: int
    """Without a pass."""
    counted_out: int
    inside: int | None
    """People in less people out, 0 after closing; None where nobody has been counted out today: then only
    `admitted` is known."""
    conflicts: int
    """Scans that let more people in than the party has."""
    refused: Mapping[str, int]
    """Scans by result."""
    gates: Sequence[Share]
    staff: Sequence[Share]
    """Volunteers; at the end without a name what nobody and no scanner answers for."""
    scanners: Sequence[Share]
    """Devices with a token of their own."""
    unheard: Sequence[Unheard]
    """Who is at work and has been silent for over five minutes."""


def today(db: Session, slug: str, now: datetime) -> Figures:
    """The figures of the event's day now. Raises Refused `no_such_event`."""
    place = scan_places.load(db, slug, None, now)
    passes, counts = _passes(db, place), _counts(db, place)
    refused = _grouped(db, place, Attempt.result, func.count(), Attempt)
    gone = passes.left + counts["out"]
    there = passes.admitted + counts["in"] - gone
    return Figures(
        day=place.day,
        admitted=passes.admitted,
        lately=passes.lately,
        left=passes.left,
        counted_in=counts["in"],
        counted_out=counts["out"],
        inside=None if not gone else max(there, 0) if place.is_open else 0,
        conflicts=passes.conflicts,
        refused=dict(sorted(refused.items())),
        gates=_shares(db, place, Gate, "slug"),
        staff=_shares(db, place, Staff, "name"),
        scanners=_shares(db, place, Device, "name"),
        unheard=unheard.listed(db, slug, now),
    )


def _passes(db: Session, place: Place) -> Any:
    entry, exit_ = Checkin.result != LEFT, Checkin.result == LEFT
    recent = entry & (Checkin.scanned_at > place.moment - LATELY)
    columns = select(
        _sum(entry, Checkin.people).label("admitted"),
        _sum(recent, Checkin.people).label("lately"),
        _sum(exit_, Checkin.people).label("left"),
        _sum(Checkin.result == CONFLICT, 1).label("conflicts"),
    )
    return db.execute(columns.where(*_standing(place))).one()


def _sum(condition: Any, what: Any) -> Any:
    return func.coalesce(func.sum(case((condition, what), else_=0)), 0)


def _standing(place: Place) -> tuple[Any, ...]:
    return Checkin.event_id == place.event.id, Checkin.day == place.day, Checkin.undone_at.is_(None)


def _counts(db: Session, place: Place) -> dict[str, int]:
    return {"in": 0, "out": 0, **_grouped(db, place, HeadCount.direction, func.sum(HeadCount.people), HeadCount)}


def _grouped(db: Session, place: Place, key: Any, what: Any, table: Any, *only: Any) -> dict[Any, int]:
    mine = select(key, what).where(table.event_id == place.event.id, table.day == place.day, *only)
    return {one: int(number) for one, number in db.execute(mine.group_by(key))}


def _shares(db: Session, place: Place, table: Any, key: str) -> tuple[Share, ...]:
    (entered, only), (tried, only_tried) = _whose(table, Checkin), _whose(table, Attempt)
    entries = select(entered, func.sum(Checkin.people)).where(*_standing(place), Checkin.result != LEFT, *only)
    admitted = {one: int(number) for one, number in db.execute(entries.group_by(entered))}
    refused = _grouped(db, place, tried, func.count(), Attempt, *only_tried)
    ids = admitted.keys() | refused.keys()
    known = {row.id: row for row in db.scalars(select(table).where(table.id.in_(ids - {None})))}
    ordered = sorted(ids, key=lambda one: (one is None, one or 0))
    return tuple(_share(known.get(one), key, admitted.get(one, 0), refused.get(one, 0)) for one in ordered)


def _whose(table: Any, scans: Any) -> tuple[Any, tuple[Any, ...]]:
    """The column of scans that names a row of the table, and which scans count for it: each for one only."""
    if table is Gate:
        return scans.gate_id, ()
    if table is Staff:
        return scans.staff_id, (or_(scans.staff_id.is_not(None), scans.device_id.is_(None)),)
    return scans.device_id, (scans.device_id.is_not(None), scans.staff_id.is_(None))


def _share(row: Any, key: str, admitted: int, refused: int) -> Share:
    return Share(getattr(row, key, None), getattr(row, "name", None), admitted, refused)
