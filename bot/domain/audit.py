"""The book of acts that somebody must answer for: who, what, when."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.models import AuditEntry

FOUND = "pass_found"
"""Looked for passes by name or phone."""
GUESSED = "guess_looked_at"
"""Asked about codes that are no pass (`check`); scans of such are kept as attempts."""
OFFERED = "near_pass_offered"
"""Was offered the pass that differs by one character from what was typed."""
PAUSED = "entry_paused"
RESUMED = "entry_resumed"
RELEASED = "staff_resumed"
"""Ended somebody's pause for guessing."""
EXPORTED = "exported"
"""Took a table out as a file."""
SLIP_PRINTED = "slip_printed"
"""Printed the slip of a pass that there was already."""


def note(
    db: Session,
    what: str,
    *,
    now: datetime,
    event_id: int | None = None,
    staff_id: int | None = None,
    actor: str = "",
    about: dict[str, Any] | None = None,
) -> AuditEntry:
    """Keep one act; `actor` where it was nobody of a roster."""
    entry = AuditEntry(at=now, what=what, event_id=event_id, staff_id=staff_id, actor=actor, about=about or {})
    db.add(entry)
    db.flush()
    return entry


def count(db: Session, staff_id: int, what: str, since: datetime) -> int:
    """How often somebody has done this after the moment."""
    mine = select(func.count()).where(AuditEntry.staff_id == staff_id, AuditEntry.what == what, AuditEntry.at > since)
    return db.scalar(mine) or 0
