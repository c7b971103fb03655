"""Taking back an admission: the own last one, within two minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from bot.domain import pass_uses, scan_rules
from bot.domain.models import Checkin, Pass
from bot.errors import Refused
from flows.scans import ADMITTED, SeenPass

WITHIN = timedelta(minutes=2)
"""Contract, section 5."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back."""

    pass_: SeenPass
    people: int
    admitted_at: datetime


def undo(db: Session, staff_id: int, now: datetime) -> Undone:
    """Take back the volunteer's own last admission; the party may come in again, the row stays, marked.

    Raises Refused `nothing_to_undo`, `already_undone` (never the one before it), `undo_too_late`,
    `gone_meanwhile` (they have been counted out since).
    """
    last = _last(db, staff_id)
    if last is None or last.pass_ is None or last.period is None:
        raise Refused("nothing_to_undo")
    if last.undone_at is not None:
        raise Refused("already_undone")
    if now - last.arrived_at > WITHIN:
        raise Refused("undo_too_late")
    with db.begin_nested():
        _mark(db, last, now)
        if not pass_uses.take_back(db, last.pass_.id, last.period, last.people):
            raise Refused("gone_meanwhile")
    seen = scan_rules.seen(last.pass_, last.pass_.kind, last.pass_.registration.full_name)
    return Undone(seen, last.people, last.scanned_at)


def _last(db: Session, staff_id: int) -> Checkin | None:
    of_pass = joinedload(Checkin.pass_)
    mine = select(Checkin).where(Checkin.staff_id == staff_id, Checkin.result == ADMITTED, Checkin.channel != "batch")
    whole = mine.options(of_pass.joinedload(Pass.kind), of_pass.joinedload(Pass.registration))
    latest = whole.order_by(Checkin.id.desc()).limit(1).execution_options(populate_existing=True)
    return db.scalars(latest).first()


def _mark(db: Session, last: Checkin, now: datetime) -> None:
    """Of two who undo the same at once, one does."""
    marking = update(Checkin).where(Checkin.id == last.id, Checkin.undone_at.is_(None)).values(undone_at=now)
    done = db.execute(marking.returning(Checkin.id).execution_options(synchronize_session=False))
    if done.first() is None:
        raise Refused("already_undone")
