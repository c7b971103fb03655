"""Scans of scanners without a network that somebody should look at: more people went in than the party has, or the
scanner's clock could not be right.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from bot.domain import events
from bot.domain.models import Attempt, Checkin
from bot.domain.stats.dashboard import Dashboard
from flows.shapes.scans import CONFLICT

DoubtfulScan = Checkin | Attempt
ScanRow = TypeVar("ScanRow", Checkin, Attempt)


def list_conflicts(db: Session, slug: str, *, day: date | None = None, limit: int = 100) -> Sequence[DoubtfulScan]:
    """The newest first, at most so many; each with pass, gate, volunteer and scanner loaded, entries with the first.

    Raises Refused `no_such_event`.
    """
    event = events.by_slug(db, slug)
    first = joinedload(Checkin.first).joinedload(Checkin.gate)
    beyond = _of_event(Checkin, event.id, day).where(Checkin.result == CONFLICT).options(first)
    clocks = _of_event(Checkin, event.id, day).where(Checkin.clock, Checkin.result != CONFLICT).options(first)
    refused = _of_event(Attempt, event.id, day).where(Attempt.clock)
    # Three statements: of each the index has the newest.
    found: list[DoubtfulScan] = [*db.scalars(beyond.limit(limit)), *db.scalars(clocks.limit(limit))]
    found += db.scalars(refused.limit(limit))
    return sorted(found, key=lambda scan: (scan.arrived_at, scan.id), reverse=True)[:limit]


def with_clocks(db: Session, dashboard: Dashboard) -> Dashboard:
    """The dashboard with the number of the day's scans, admitted or not, whose time their scanner's clock had wrong.

    They are few, and an index has them alone: counting them reads no others.
    """
    event = events.by_slug(db, dashboard.slug)
    entries, refused = (
        select(func.count())
        .where(table.event_id == event.id, table.day == dashboard.day, table.clock)
        .scalar_subquery()
        for table in (Checkin, Attempt)
    )
    return replace(dashboard, clocks=db.scalar(select(entries + refused)) or 0)


def _of_event(table: type[ScanRow], event_id: int, day: date | None) -> Select[ScanRow]:
    mine = select(table).where(table.event_id == event_id)
    if day is not None:
        mine = mine.where(table.day == day)
    parts = [joinedload(part) for part in (table.pass_, table.gate, table.staff, table.device)]
    return mine.order_by(table.id.desc()).options(*parts)
