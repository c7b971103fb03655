"""Sessions of the staff pages: who may sign in, and which sessions are still valid."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, joinedload

from bot.domain import events, roster
from bot.domain.models import EndedSession, Staff
from bot.domain.upserts import insert
from bot.errors import Refused
from flows.text import event_states
from flows.understanding.phones import canonical

PURPOSE = "staff"
"""The purpose of one-time codes that open the staff pages."""
SESSION_TTL = timedelta(hours=12)
"""How long a session lasts: a volunteer signs in once a shift."""
MAX_CLOCK_AHEAD = timedelta(minutes=2)
"""How far the clock of the machine on which a session begins may be ahead of another's."""


@dataclass(frozen=True, slots=True)
class SessionMark:
    """The part of a session that the browser's signed cookie keeps."""

    staff_id: int
    number: int
    """The row's `session_number` when it began."""
    since: datetime
    id: str = ""
    """Drawn at random when it began; empty in sessions that are older than this."""

    @property
    def name(self) -> str:
        """The session's name, which stays when it moves to another event; ended sessions are known by it."""
        return sha256((self.id or f"{self.staff_id}.{self.number}.{self.since.timestamp():.0f}").encode()).hexdigest()


def is_on_roster(db: Session, phone: str) -> bool:
    """Whether this phone (E.164) stands on any roster, enabled, and is the same person's as when it was put there."""
    theirs = exists().where(Staff.phone == canonical(phone), Staff.enabled, Staff.unconfirmed_since.is_(None))
    return bool(db.scalar(select(theirs)))


def places(db: Session, phone: str, now: datetime) -> list[Staff]:
    """The rows under which this phone may work now, with event and gate: enabled, at events that are not over, the
    next first.
    """
    enabled = [one for one in roster.of_phone(db, phone) if one.enabled and one.unconfirmed_since is None]
    there = [member for member in enabled if _is_to_come(member, now)]
    return sorted(there or enabled, key=lambda member: (member.event.starts_on, member.event_id))


def row_for(db: Session, staff_id: int, now: datetime) -> Staff:
    """The row of the roster with this id, or where that is disabled another at which the same phone may work.

    Raises Refused `not_on_roster`.
    """
    phone = db.scalar(select(Staff.phone).where(Staff.id == staff_id))
    there = [one for one in roster.of_phone(db, phone) if one.enabled] if phone else []
    if not there:
        raise Refused("not_on_roster")
    return next((member for member in there if member.id == staff_id), None) or places(db, there[0].phone, now)[0]


def begin(row: Staff, now: datetime) -> SessionMark:
    """A new session of this row."""
    return SessionMark(row.id, row.session_number, now, token_hex(12))


def end(db: Session, mark: SessionMark, now: datetime) -> None:
    """End a session for whoever has a copy of it."""
    ending = insert(db, EndedSession).values(name=mark.name, ended_at=now)
    db.execute(ending.on_conflict_do_nothing(index_elements=["name"]))


def forget_ended(db: Session, now: datetime) -> None:
    """Let go of ended sessions whose shift is over in any case."""
    db.execute(delete(EndedSession).where(EndedSession.ended_at < now - SESSION_TTL - MAX_CLOCK_AHEAD))


def resume(db: Session, mark: SessionMark, now: datetime) -> Staff | None:
    """The row of a session that still holds, with event and gate; None where it has ended."""
    if not -MAX_CLOCK_AHEAD <= now - mark.since < SESSION_TTL:
        return None
    ended = exists().where(EndedSession.name == mark.name)
    mine = select(Staff).where(Staff.id == mark.staff_id, Staff.enabled, Staff.session_number == mark.number, ~ended)
    return db.scalars(mine.options(joinedload(Staff.event), joinedload(Staff.gate))).first()


def move(db: Session, mark: SessionMark, staff_id: int, now: datetime) -> SessionMark:
    """Move the session to another event where the same phone works; the shift does not begin anew.

    Raises Refused `not_on_roster`.
    """
    here = resume(db, mark, now)
    other = next((member for member in places(db, here.phone, now) if member.id == staff_id), None) if here else None
    if other is None:
        raise Refused("not_on_roster")
    return replace(mark, staff_id=other.id, number=other.session_number)


def _is_to_come(row: Staff, now: datetime) -> bool:
    event = events.shape(row.event)
    return event.ends_on >= event_states.local_today(event, now) - timedelta(days=1)
