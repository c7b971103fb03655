"""Takes back an admission or a count: one's own last one, within two minutes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, false, select, update
from sqlalchemy.orm import Session, joinedload

from bot.domain import audit
from bot.domain.checkins import rules as scan_rules
from bot.domain.checkins import scan_input
from bot.domain.checkins import usage as pass_usage
from bot.domain.keys import KeyRing
from bot.domain.models import AuditEntry, Checkin, HeadCount, Pass, Staff
from bot.domain.models.base import MAX_ID
from bot.errors import Refused, required
from flows.shapes import Invalid
from flows.shapes.scans import ADMITTED, BATCH, LATE, SeenPass
from flows.understanding import codes

UNDO_WINDOW = timedelta(minutes=2)
"""How long an admission can be taken back (docs/contract.md#roster-numbers-in-the-chat)."""
ONE_DAY = timedelta(days=1)
"""Twice this before now, no count of the last two minutes can belong to an earlier day, whatever the zone."""
OFFLINE_CHANNELS = (BATCH, LATE)
"""Channels of what happened without a network: the last of these to arrive is not the last that happened."""


@dataclass(frozen=True, slots=True)
class UndoneAdmission:
    """An admission or count that was taken back."""

    pass_: SeenPass
    people: int
    admitted_at: datetime


def undo(
    db: Session, staff_id: int | None, now: datetime, *, device_id: int | None = None, scan_id: str | None = None
) -> UndoneAdmission:
    """Take back the own last admission of a volunteer or a scanner; the party may come in again, the row stays, marked.

    `scan_id` names the admission that is meant: also one that is not the last, and one made without a network.
    Raises Refused `nothing_to_undo`, `already_undone` (never the one before it), `undo_too_late`,
    `gone_meanwhile` (they have been counted out since); of the last three, where it was an admission, with the `code`
    of the pass as shown.
    """
    mine = Checkin.device_id == device_id if device_id is not None else Checkin.staff_id == staff_id
    meant = Checkin.channel.not_in(OFFLINE_CHANNELS) if scan_id is None else Checkin.scan_id == scan_id
    return _undo_entry(db, required(_last(db, mine, meant), Refused("nothing_to_undo")), now)


def undo_pass(db: Session, ring: KeyRing, staff_id: int, text: str, now: datetime) -> UndoneAdmission:
    """Take back a volunteer's own last admission with this pass (its code or QR text), whatever they did since.

    Raises Refused `not_let_in_by_you` (also for what is no pass: nobody learns which codes there are), and
    `already_undone`, `undo_too_late`, `gone_meanwhile` as `undo`.
    """
    last = _last(db, Checkin.staff_id == staff_id, Checkin.channel.not_in(OFFLINE_CHANNELS), _is_pass(text, ring))
    return _undo_entry(db, required(last, Refused("not_let_in_by_you")), now)


def _is_pass(text: str, ring: KeyRing) -> ColumnElement[bool]:
    try:
        read = scan_input.read(text, ring)
    except Invalid:
        return false()
    if isinstance(read, str):
        return Checkin.pass_.has(Pass.code == read)
    return Checkin.pass_id == (read.pass_id if read.pass_id <= MAX_ID else -1)


def _undo_entry(db: Session, last: Checkin, now: datetime) -> UndoneAdmission:
    if last.pass_ is None or last.period is None:
        raise Refused("nothing_to_undo")
    code = codes.shown(last.pass_.code)
    if last.undone_at is not None:
        raise Refused("already_undone", code=code)
    if now - (last.scanned_at if last.channel in OFFLINE_CHANNELS else last.arrived_at) > UNDO_WINDOW:
        raise Refused("undo_too_late", code=code)
    with db.begin_nested():
        period = _mark_undone(db, last, now)
        if not pass_usage.undo_entry(db, last.pass_.id, period, last.people):
            raise Refused("gone_meanwhile", code=code)
    seen = scan_rules.pass_view(last.pass_, last.pass_.kind, last.pass_.registration.full_name)
    return UndoneAdmission(seen, last.people, last.scanned_at)


@dataclass(frozen=True, slots=True)
class UndoneCount:
    """A count of people without a pass that was taken back."""

    people: int
    direction: str


def undo_count(db: Session, staff_id: int, now: datetime) -> UndoneCount | None:
    """Take back a volunteer's last count, where it was their last act; None where an admission came after it, or none
    was made within two minutes. The row goes; the audit book keeps that it was there.

    Raises Refused `already_undone`: never the count or the admission before the one taken back.
    """
    entry = _last(db, Checkin.staff_id == staff_id, Checkin.channel.not_in(OFFLINE_CHANNELS))
    since = max(now - UNDO_WINDOW, entry.arrived_at) if entry else now - UNDO_WINDOW
    here = select(Staff.event_id).where(Staff.id == staff_id).scalar_subquery()
    recent = HeadCount.event_id == here, HeadCount.day >= (now - 2 * ONE_DAY).date()
    mine = select(HeadCount).where(*recent, HeadCount.staff_id == staff_id, HeadCount.arrived_at >= since)
    last = db.scalars(mine.order_by(HeadCount.id.desc()).limit(1)).first()
    taken = select(AuditEntry.id).where(AuditEntry.staff_id == staff_id, AuditEntry.what == audit.COUNT_UNDONE)
    if db.scalar(taken.where(AuditEntry.at >= (last.arrived_at if last else since)).limit(1)):
        raise Refused("already_undone")
    if last is None:
        return None
    gone = delete(HeadCount).where(HeadCount.id == last.id).returning(HeadCount.id)
    required(db.scalar(gone.execution_options(synchronize_session=False)), Refused("already_undone"))
    about = {"people": last.people, "direction": last.direction}
    done = UndoneCount(last.people, last.direction)
    audit.record(db, audit.COUNT_UNDONE, now=now, event_id=last.event_id, staff_id=staff_id, about=about)
    return done


def _last(db: Session, *conditions: ColumnElement[bool]) -> Checkin | None:
    of_pass = joinedload(Checkin.pass_)
    mine = select(Checkin).where(Checkin.result == ADMITTED, *conditions)
    whole = mine.options(of_pass.joinedload(Pass.kind), of_pass.joinedload(Pass.registration))
    latest = whole.order_by(Checkin.id.desc()).limit(1).execution_options(populate_existing=True)
    return db.scalars(latest).first()


def _mark_undone(db: Session, last: Checkin, now: datetime) -> date:
    """The period to which it counts now: another rule may have booked it anew since it was read.

    Of two who undo the same at once, one does.
    """
    marking = update(Checkin).where(Checkin.id == last.id, Checkin.undone_at.is_(None)).values(undone_at=now)
    period = db.scalar(marking.returning(Checkin.period).execution_options(synchronize_session=False))
    return required(period, Refused("already_undone"))
