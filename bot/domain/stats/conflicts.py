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

Doubtful = Checkin | Attempt
Kept = TypeVar("Kept", Checkin, Attempt)


def listed(db: Session, slug: str, *, day: date | None = None, most: int = 100) -> Sequence[Doubtful]:
    """The newest first, at most so many; each with pass, gate, volunteer and scanner loaded, entries with the first.

    Raises Refused `no_such_event`.
    """
    event = events.by_slug(db, slug)
    first = joinedload(Checkin.first).joinedload(Checkin.gate)
    beyond = _mine(Checkin, event.id, day).where(Checkin.result == CONFLICT).options(first)
    clocks = _mine(Checkin, event.id, day).where(Checkin.clock, Checkin.result != CONFLICT).options(first)
    refused = _mine(Attempt, event.id, day).where(Attempt.clock)
    # Three statements: of each the index has the newest.
    found: list[Doubtful] = [*db.scalars(beyond.limit(most)), *db.scalars(clocks.limit(most))]
    found += db.scalars(refused.limit(most))
    return sorted(found, key=lambda one: (one.arrived_at, one.id), reverse=True)[:most]


def with_clocks(db: Session, look: Dashboard) -> Dashboard:
    """The look with how many scans of its day, admitted or not, their scanner's clock could not have made.

    They are few, and an index has them alone: counting them reads no others.
    """
    event = events.by_slug(db, look.slug)
    entries, refused = (
        select(func.count()).where(table.event_id == event.id, table.day == look.day, table.clock).scalar_subquery()
        for table in (Checkin, Attempt)
    )
    return replace(look, clocks=db.scalar(select(entries + refused)) or 0)


def _mine(table: type[Kept], event_id: int, day: date | None) -> Select[Kept]:
    mine = select(table).where(table.event_id == event_id)
    if day is not None:
        mine = mine.where(table.day == day)
    parts = [joinedload(part) for part in (table.pass_, table.gate, table.staff, table.device)]
    return mine.order_by(table.id.desc()).options(*parts)
