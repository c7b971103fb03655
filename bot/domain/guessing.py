"""Volunteers who try many codes that are no pass: counted, and paused for a while."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain import audit, staff
from bot.domain.models import Attempt
from flows.scans import FORGED, UNKNOWN, UNREADABLE

GUESSES = (UNKNOWN, UNREADABLE, FORGED)
"""Results that count. A typing error counts as well: whoever guesses does not know check characters."""
MOST = 30
WITHIN = timedelta(minutes=5)
"""Thirty within five minutes pause a volunteer for ten (issue): far more than anybody mistypes."""


def heed(
    db: Session, staff_id: int | None, result: str, now: datetime, *, looked: bool = False, event_id: int | None = None
) -> datetime | None:
    """Called after the result of a scan, in its transaction: until when the volunteer is paused from now on.

    None: no pause begins. `looked`: nothing but a look was asked (`check`), of which no attempt is kept.
    """
    if staff_id is None or result not in GUESSES:
        return None
    if looked:
        audit.note(db, audit.GUESSED, now=now, event_id=event_id, staff_id=staff_id)
    tried = select(func.count()).where(Attempt.staff_id == staff_id, Attempt.arrived_at > now - WITHIN)
    guesses = (db.scalar(tried.where(Attempt.result.in_(GUESSES))) or 0) + audit.count(
        db, staff_id, audit.GUESSED, now - WITHIN
    )
    return staff.pause(db, staff_id, now) if guesses >= MOST else None
