"""Sessions of the staff pages: who may sign in, and which sessions are still valid."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex

from sqlalchemy import Exists, Select, delete, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.domain import events, roster
from bot.domain.models import EndedSession, Event, Owner, Staff
from bot.domain.roster import owners
from bot.domain.roster import validation as roster_validation
from bot.domain.upserts import insert
from bot.errors import Refused
from flows.shapes.duty import Role
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
    """0 in the session of an owner."""
    number: int
    """The row's `session_number` when it began."""
    since: datetime
    id: str = ""
    """Drawn at random when it began; empty in sessions that are older than this."""
    owner_id: int = 0
    """0 in the session of somebody on a roster."""
    event_id: int = 0
    """The event that an owner looks at; 0: none yet."""

    @property
    def name(self) -> str:
        """The session's name, which stays when it moves to another event; ended sessions are known by it."""
        return sha256((self.id or f"{self.staff_id}.{self.number}.{self.since.timestamp():.0f}").encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SessionHolder:
    """Whoever has a session that holds: somebody on a roster, or an owner."""

    mark: SessionMark
    name: str
    phone: str = field(repr=False)
    """E.164."""
    event: Event | None
    """None where an owner looks at none yet."""
    staff: Staff | None
    """The row of the event's roster, with gate; None for an owner who does not work there."""
    owner: Owner | None = None


def may_sign_in(db: Session, phone: str) -> bool:
    """Whether this phone (E.164) is an owner's or stands on any roster, enabled, and is the same person's as when it
    was put there.
    """
    theirs = exists().where(Staff.phone == canonical(phone), Staff.enabled, Staff.unconfirmed_since.is_(None))
    owns = exists().where(Owner.phone == canonical(phone), *owners.IS_ONE)
    return bool(db.scalar(select(or_(theirs, owns))))


def places(db: Session, phone: str, now: datetime) -> list[Staff]:
    """The rows under which this phone may work now, with event and gate: enabled, at events that are not over, the
    next first.
    """
    enabled = [one for one in roster.of_phone(db, phone) if one.enabled and one.unconfirmed_since is None]
    there = [member for member in enabled if _is_to_come(member.event, now)]
    return sorted(there or enabled, key=lambda member: (member.event.starts_on, member.event_id))


def begin_by_link(db: Session, staff_id: int, owner_id: int, *, now: datetime) -> SessionMark:
    """A new session of this owner, or where there is none of this row of the roster, or of another of the same phone.

    Raises Refused `not_on_roster`.
    """
    owner = db.get(Owner, owner_id)
    if owner is not None:
        return begin_for(db, owner.phone, now)
    row = _row_for(db, staff_id, now)
    return begin_for(db, row.phone, now, row)


def _row_for(db: Session, staff_id: int, now: datetime) -> Staff:
    phone = db.scalar(select(Staff.phone).where(Staff.id == staff_id))
    there = [one for one in roster.of_phone(db, phone) if one.enabled] if phone else []
    if not there:
        raise Refused("not_on_roster")
    return next((member for member in there if member.id == staff_id), None) or places(db, there[0].phone, now)[0]


def begin(row: Staff, now: datetime) -> SessionMark:
    """A new session of this row."""
    return SessionMark(row.id, row.session_number, now, token_hex(12))


def begin_for(db: Session, phone: str, now: datetime, row: Staff | None = None) -> SessionMark:
    """A new session of this phone (E.164), as an owner where it is one's, at the event of `row` (None: the one that
    comes first). Raises Refused `not_on_roster`.
    """
    rows = [row] if row else places(db, phone, now)
    owner = owners.find(db, phone)
    if owner is not None:
        event_id = rows[0].event_id if rows else next((event.id for event in _all_events(db, now)), 0)
        return SessionMark(0, owner.session_number, now, token_hex(12), owner.id, event_id)
    if not rows:
        raise Refused("not_on_roster")
    return begin(rows[0], now)


def end(db: Session, mark: SessionMark, now: datetime) -> None:
    """End a session for whoever has a copy of it."""
    ending = insert(db, EndedSession).values(name=mark.name, ended_at=now)
    db.execute(ending.on_conflict_do_nothing(index_elements=["name"]))


def forget_ended(db: Session, now: datetime) -> None:
    """Let go of ended sessions whose shift is over in any case."""
    db.execute(delete(EndedSession).where(EndedSession.ended_at < now - SESSION_TTL - MAX_CLOCK_AHEAD))


def resume(db: Session, mark: SessionMark, now: datetime) -> SessionHolder | None:
    """Whose session it is, while it holds; None where it has ended."""
    if not -MAX_CLOCK_AHEAD <= now - mark.since < SESSION_TTL:
        return None
    if mark.owner_id:
        return _resume_owner(db, mark)
    mine = select(Staff).where(Staff.id == mark.staff_id, Staff.enabled, Staff.session_number == mark.number)
    row = db.scalars(_with_places(mine.where(~_has_ended(mark)))).first()
    return SessionHolder(mark, row.name, row.phone, row.event, row) if row else None


def list_events(db: Session, holder: SessionHolder, now: datetime, role: Role = "volunteer") -> list[Event]:
    """The events to which a session can move, the next first: those where its phone works at least in this role, and
    for an owner every event.
    """
    if holder.owner is not None:
        return _all_events(db, now)
    rows = places(db, holder.phone, now)
    return [row.event for row in rows if roster_validation.is_at_least(row.role, role)]


def move(db: Session, mark: SessionMark, slug: str, now: datetime) -> SessionMark:
    """Move the session to another of its events; the shift does not begin anew.

    Raises Refused `not_on_roster`.
    """
    here = resume(db, mark, now)
    event = next((event for event in list_events(db, here, now) if event.slug == slug), None) if here else None
    if here is None or event is None:
        raise Refused("not_on_roster")
    if here.owner is not None:
        return replace(mark, event_id=event.id)
    row = next(row for row in places(db, here.phone, now) if row.event_id == event.id)
    return replace(mark, staff_id=row.id, number=row.session_number)


def _resume_owner(db: Session, mark: SessionMark) -> SessionHolder | None:
    owner = owners.by_id(db, mark.owner_id, mark.number)
    if owner is None or db.scalar(select(_has_ended(mark))):
        return None
    mine = select(Staff).where(Staff.phone == owner.phone, Staff.event_id == mark.event_id, Staff.enabled)
    row = db.scalars(_with_places(mine.where(Staff.unconfirmed_since.is_(None)))).first()
    return SessionHolder(mark, owner.name, owner.phone, db.get(Event, mark.event_id), row, owner)


def _has_ended(mark: SessionMark) -> Exists:
    return exists().where(EndedSession.name == mark.name)


def _with_places(rows: Select[Staff]) -> Select[Staff]:
    return rows.options(joinedload(Staff.event), joinedload(Staff.gate))


def _all_events(db: Session, now: datetime) -> list[Event]:
    """Every event: those to come by their start, then those that are over, the latest first."""
    everything = events.list_events(db)
    over = [event for event in everything if not _is_to_come(event, now)]
    return [event for event in everything if event not in over] + over[::-1]


def _is_to_come(row: Event, now: datetime) -> bool:
    event = events.shape(row)
    return event.ends_on >= event_states.local_today(event, now) - timedelta(days=1)
