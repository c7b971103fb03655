"""Phones and scanners at work that have not been heard for a while, and may work without a network.

Whoever has no network cannot hear that entry is stopped; a supervisor must go and tell them.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from bot.domain import events
from bot.domain.models import Device, Staff
from flows.shapes.figures import SilentDevice

SEEN_RESOLUTION = timedelta(minutes=1)
"""How exactly it is kept when somebody was heard: a request every few seconds must not be a write each."""
SILENT_AFTER = timedelta(minutes=5)
"""The scanner itself says after this time that it cannot hear a stop of entry."""
GONE_AFTER = timedelta(hours=2)
"""After so long without a sign somebody counts as gone home."""


def mark_seen(db: Session, table: type[Staff] | type[Device], number: int, now: datetime) -> None:
    """Keep that somebody's session, or a scanner, is at work; writes at most once in SEEN_RESOLUTION."""
    stale = or_(table.seen_at.is_(None), table.seen_at < now - SEEN_RESOLUTION)
    seeing = update(table).where(table.id == number, stale).values(seen_at=now)
    db.execute(seeing.execution_options(synchronize_session=False))


def list_silent(db: Session, slug: str, now: datetime) -> list[SilentDevice]:
    """The silent people and scanners of an event, the longest silent first. Raises Refused `no_such_event`."""
    event_id = events.by_slug(db, slug).id
    at_work = ((Staff, Staff.enabled), (Device, Device.revoked_at.is_(None)))
    rows = [row for table, condition in at_work for row in _silent(db, table, event_id, condition, now)]
    found = [SilentDevice(row.name, row.gate.slug if row.gate else None, row.seen_at) for row in rows]
    return sorted(found, key=lambda silent: (silent.heard_at, silent.name))


def _silent(db: Session, table: Any, event_id: int, at_work: Any, now: datetime) -> list[Any]:
    silent = select(table).where(table.event_id == event_id, at_work)
    silent = silent.where(table.seen_at < now - SILENT_AFTER, table.seen_at > now - GONE_AFTER)
    return list(db.scalars(silent.options(joinedload(table.gate))))
