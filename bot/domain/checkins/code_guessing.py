"""Counts typed codes that are no pass, by volunteer and scanner, and pauses who tries too many."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain import audit, roster
from bot.domain.checkins import scan_input
from bot.domain.models import Attempt, Device, Staff
from bot.domain.roster import devices
from bot.errors import Refused
from flows.shapes.scans import BATCH, LATE, UNKNOWN, UNREADABLE, Scan

MAX_GUESSES = 30
MAX_TYPED_LENGTH = 20
"""Characters of a typed code at most, with spaces between them. A QR's text is longer."""
GUESS_WINDOW = timedelta(minutes=5)
"""Thirty within five minutes pause for ten (docs/api.md#guessing): far more than anybody mistypes."""


def is_guess(scan: Scan, result: str) -> bool:
    """Whether a scan with this result counts: somebody typed a code that is no pass.

    QRs never do: whoever shows false ones must not stop a gate. Of a volunteer a typing error counts as well, since
    who guesses does not know check characters; not of a scanner that people share, whose camera may have read any
    few letters. What a scanner without a network showed as unknown is answered with just that: it teaches nobody
    anything.
    """
    if scan.channel in (BATCH, LATE) and scan.shown == UNKNOWN:
        return False
    if result == UNREADABLE:
        return scan.staff_id is not None and len(scan.text) <= MAX_TYPED_LENGTH
    return result == UNKNOWN and scan_input.is_code(scan.text)


def count_guesses(db: Session, scans: Iterable[tuple[Scan, str]], now: datetime) -> Staff | Device | None:
    """Called after scans of one caller, with their results, in the transaction in which they were kept or after it.

    Who is paused from now on because of them; None: no pause begins. For a check (`simulate`) no attempt is kept:
    the audit log has it instead.
    """
    guesses = [scan for scan, result in scans if is_guess(scan, result)]
    guesser = _guesser(db, guesses[0]) if guesses else None
    if guesser is None:
        return None
    for scan in guesses:
        if scan.simulate:
            _record_lookup(db, guesser, now)
    return _pause_if_guessing(db, guesser, now)


def count_lookup(db: Session, staff_id: int, now: datetime) -> Staff | Device | None:
    """Count a code that a volunteer typed where nothing is scanned; who is paused from now on because of it."""
    guesser = db.get_one(Staff, staff_id)
    _record_lookup(db, guesser, now)
    return _pause_if_guessing(db, guesser, now)


def resume(db: Session, event_id: int, name: str, now: datetime) -> list[Staff | Device]:
    """End whatever holds up people of this name (`staff.resume`), and the pause of a scanner.

    Raises Refused `nobody_paused`.
    """
    scanners = devices.resume(db, event_id, name, now)
    try:
        return [*roster.resume(db, event_id, name, now), *scanners]
    except Refused:
        if not scanners:
            raise
        return [*scanners]


def pause(db: Session, guesser: Staff | Device, now: datetime) -> None:
    """Let whoever, or whatever scanner, guesses codes scan no more for a while."""
    guesser.paused_until = now + roster.GUESSING_PAUSE
    db.flush()


def _guesser(db: Session, scan: Scan) -> Staff | Device | None:
    if scan.staff_id is not None:
        return db.get_one(Staff, scan.staff_id)
    return None if scan.device_id is None else db.get_one(Device, scan.device_id)


def _record_lookup(db: Session, guesser: Staff | Device, now: datetime) -> None:
    if isinstance(guesser, Staff):
        audit.record(db, audit.GUESS_LOOKED_UP, now=now, event_id=guesser.event_id, staff_id=guesser.id)
    else:
        audit.record(db, audit.GUESS_LOOKED_UP, now=now, event_id=guesser.event_id, actor=guesser.name)


def _pause_if_guessing(db: Session, guesser: Staff | Device, now: datetime) -> Staff | Device | None:
    if _guesses_since(db, guesser, now - GUESS_WINDOW) < MAX_GUESSES:
        return None
    pause(db, guesser, now)
    return guesser


def _guesses_since(db: Session, guesser: Staff | Device, since: datetime) -> int:
    mine = Attempt.staff_id if isinstance(guesser, Staff) else Attempt.device_id
    tried = select(func.count()).where(mine == guesser.id, Attempt.arrived_at > since, Attempt.guessed)
    looked = (
        audit.count(db, guesser.id, audit.GUESS_LOOKED_UP, since)
        if isinstance(guesser, Staff)
        else audit.count_of_actor(db, guesser.event_id, guesser.name, audit.GUESS_LOOKED_UP, since)
    )
    return (db.scalar(tried) or 0) + looked
