"""Scans of a scanner without a network by which more people went in than the party has."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.domain import events
from bot.domain.models import Checkin
from flows.scans import CONFLICT


def listed(db: Session, slug: str, *, day: date | None = None, most: int = 100) -> Sequence[Checkin]:
    """The newest first, at most so many; each with pass, first entry, gate, volunteer and scanner loaded.

    Raises Refused `no_such_event`.
    """
    event = events.by_slug(db, slug)
    mine = select(Checkin).where(Checkin.event_id == event.id, Checkin.result == CONFLICT)
    if day is not None:
        mine = mine.where(Checkin.day == day)
    parts = [joinedload(part) for part in (Checkin.pass_, Checkin.gate, Checkin.staff, Checkin.device)]
    first = joinedload(Checkin.first).joinedload(Checkin.gate)
    return db.scalars(mine.order_by(Checkin.id.desc()).limit(most).options(*parts, first)).all()
