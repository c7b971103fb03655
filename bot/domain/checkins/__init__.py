"""Check-in: the one function behind the chat, the scanner and the API that decides who enters.

An admission is one short transaction of four statements, all built once and none loading objects: where the scan
is; the pass, and whether the scan_id has been answered; its use changed under a condition; and what became of it, for
a party that comes in parts with its first entry. From the first of them on nobody else judges this scan_id: a repeat
waits, and gives the answer that it then finds.
"""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import roster
from bot.domain.checkins import answers as scan_answers
from bot.domain.checkins import rows, scan_times
from bot.domain.checkins import usage as pass_usage
from bot.domain.checkins.rules import ScannedPass
from bot.domain.checkins.usage import PassUsage
from bot.domain.events import scan_context
from bot.domain.events.scan_context import ScanContext
from bot.domain.keys import KeyRing
from bot.errors import Refused
from flows.shapes.events import MAX_PARTY_SIZE
from flows.shapes.scans import ADMITTED, DIRECTIONS, LEFT, Admission, Scan

MAX_REASON_LENGTH = 200


def admit(db: Session, ring: KeyRing, scan: Scan, now: datetime) -> Admission:
    """Judge a scan and do what the result says: the answer that this scan_id gets for ever once admitted.

    With `simulate` the scan is judged in the same way, but nothing changes and nothing is kept.
    Raises Refused for what is no scan at all:
    `no_such_event`, `no_such_gate`, `bad_count`, `supervisors_only`, `reason_missing`.
    """
    check(scan)
    db.flush()  # what follows are statements that the session does not see
    place = scan_context.load(db, scan.event, scan.gate, scan_times.live_scan_time(scan, now), scan_id=scan.scan_id)
    if scan.force:
        roster.supervisor(db, scan.staff_id, place.event.id)
        if not scan.reason.strip():
            raise Refused("reason_missing")
    if scan.simulate:
        return scan_answers.judge(db, ring, scan, place, scan_answers.would_enter, scan_answers.would_leave)[1]
    enter, leave = partial(_enter, now=now), partial(_leave, now=now)
    subject, answer = scan_answers.judge(db, ring, scan, place, enter, leave)
    if not answer.again and answer.result not in (ADMITTED, LEFT):
        rows.record_attempt(db, place, scan, answer.result, subject.issued.id if subject else None, now)
    return answer


def check(scan: Scan) -> None:
    """Refuse a count that cannot be. Raises Refused `bad_count`; ValueError for a direction that there is not."""
    if scan.direction not in DIRECTIONS:
        raise ValueError(scan.direction)
    if scan.count is not None and not 1 <= scan.count <= MAX_PARTY_SIZE:
        raise Refused("bad_count")


def _enter(
    db: Session, scan: Scan, context: ScanContext, subject: ScannedPass, against: str, now: datetime
) -> Admission:
    use = pass_usage.enter(db, subject.terms, context.day, scan.count)
    if use is None:
        otherwise = scan_answers.used_up(db, scan, context, subject)
        if not scan.force:
            return otherwise
        against = against or otherwise.result
        use = pass_usage.enter_beyond(db, subject.terms, context.day, scan.count)
    return _record_entry(db, scan, context, subject, use, against, now)


def _record_entry(
    db: Session, scan: Scan, context: ScanContext, subject: ScannedPass, use: PassUsage, over: str, now: datetime
) -> Admission:
    """Keep an entry; `over` is the objection that was overruled."""
    left = subject.terms.left(use.entered, use.gone)
    values = _check_count(subject, use, left) | {"result": ADMITTED, "day": context.day, **overruled(scan, over)}
    earlier = rows.record(db, context, scan, now, after_first=use.entered > use.moved, **values)
    return Admission(ADMITTED, scan.scan_id, use.moved, left, subject.to_view(), earlier, bool(over))


def overruled(scan: Scan, over: str) -> dict[str, Any]:
    """The fields of a forced entry's row; `over` is the objection that was overruled, empty where there was none."""
    return {"forced": True, "forced_over": over, "reason": scan.reason.strip()[:MAX_REASON_LENGTH]} if over else {}


def _leave(db: Session, scan: Scan, context: ScanContext, subject: ScannedPass, now: datetime) -> Admission:
    use = pass_usage.leave(db, subject.issued.id, context.day, scan.count)
    if use is None:
        return scan_answers.not_inside(db, scan, context, subject)
    left = subject.terms.left(use.entered, use.gone)
    day = context.day if use.period == pass_usage.WHOLE_EVENT_PERIOD else use.period  # that of the entry
    rows.record(db, context, scan, now, after_first=False, **_check_count(subject, use, left), day=day, result=LEFT)
    return Admission(LEFT, scan.scan_id, use.moved, left, subject.to_view(), inside=use.entered - use.gone)


def _check_count(subject: ScannedPass, use: PassUsage, left: int) -> dict[str, Any]:
    """The fields of a row that tell of a pass's use after the change."""
    return {
        "pass_id": subject.issued.id,
        "people": use.moved,
        "claimed": use.moved,
        "remaining": left,
        "period": use.period,
    }
