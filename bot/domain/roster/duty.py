"""For which event and at which gate somebody works now.

Who stands on the rosters of several events works for one of them at a time: the one that they chose today
(`event NAME`); else one that is on today; else the one that they chose last; else the next to begin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session

from bot.domain.events import shapes as event_shapes
from bot.domain.models import Event, Gate, Staff
from bot.errors import Refused, required
from flows import shapes
from flows.text import event_states
from flows.understanding.phones import canonical

AFTER_MIDNIGHT = timedelta(hours=6)
"""How long after midnight the day before goes on for who works there: people are still to be counted out."""
_ROWS = (
    select(Staff, Event, Gate)
    .join(Event, Event.id == Staff.event_id)
    .outerjoin(Gate, Gate.event_id == Event.id)
    .where(Staff.phone == bindparam("phone"), Staff.enabled, Staff.unconfirmed_since.is_(None))
    .where(Event.status != event_states.CANCELLED)
    .order_by(Staff.id, Gate.id)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class _DutyPlace:
    """One row of the roster of a person."""

    staff: Staff
    event: shapes.Event
    gates: tuple[Gate, ...]
    is_stopped: bool
    """Whether entry to the whole event is stopped."""

    def rank(self, now: datetime) -> tuple[bool, bool, float, date]:
        """The least of them is where they work."""
        chosen = self.staff.chosen_at
        today = _today(self.event, now)
        is_on = self.event.starts_on <= today <= self.event.ends_on
        chosen_today = chosen is not None and _today(self.event, chosen) == today
        return not chosen_today, not is_on, -chosen.timestamp() if chosen else 0.0, self.event.starts_on


def current_duty(db: Session, phone: str, now: datetime) -> shapes.Duty | None:
    """The work of this phone (E.164), in one statement; None: no open event has it on its roster, enabled."""
    places = _places(db, phone, now)
    if not places:
        return None
    place = min(places, key=lambda candidate: candidate.rank(now))
    staff, event = place.staff, place.event
    return shapes.Duty(
        staff_id=staff.id,
        name=staff.name,
        role=staff.role,
        event=event.slug,
        event_name=event.name,
        timezone=event.timezone,
        languages=event.languages,
        gate=next((gate.slug for gate in place.gates if gate.id == staff.gate_id), None),
        gates=tuple((gate.slug, gate.name) for gate in place.gates if not gate.closed),
        gate_names={gate.slug: gate.name for gate in place.gates},
        paused_until=staff.paused_until,
        stopped=tuple(gate.slug for gate in place.gates if gate.paused_at and not gate.closed),
        stopped_everywhere=place.is_stopped,
        others=tuple((candidate.event.slug, candidate.event.name) for candidate in places if candidate is not place),
    )


def former_duty(db: Session, phone: str, now: datetime) -> shapes.Event | None:
    """Of the events on whose rosters this phone (E.164) stands, the last to end of those that are spoken of still.

    To be asked of a phone without any work: each of these events is cancelled or over.
    """
    confirmed = (Staff.enabled, Staff.unconfirmed_since.is_(None))
    theirs = select(Event).join(Staff).where(Staff.phone == canonical(phone), *confirmed)
    row = db.scalar(theirs.order_by(Event.ends_on.desc(), Event.id.desc()).limit(1))
    return event_shapes.shape(row) if row and event_shapes.is_listed(row.ends_on, now) else None


def choose_event(db: Session, phone: str, slug: str, now: datetime) -> None:
    """Let somebody work at this event from now on. Raises Refused `not_on_roster`."""
    mine = select(Staff.id).join(Event).where(Staff.phone == canonical(phone), Staff.enabled, Event.slug == slug)
    row = required(db.scalar(mine), Refused("not_on_roster"))
    db.execute(update(Staff).where(Staff.id == row).values(chosen_at=now))


def choose_gate(db: Session, staff_id: int, gate: str) -> None:
    """Let somebody work at this gate (its slug) of their event from now on.

    Raises Refused `no_such_gate` (`gate`), and `gate_closed` (`gate`) where it has been closed meanwhile.
    """
    mine = select(Gate.id, Gate.closed, Gate.name).join(
        Staff, and_(Staff.event_id == Gate.event_id, Staff.id == staff_id)
    )
    row = required(db.execute(mine.where(Gate.slug == gate)).first(), Refused("no_such_gate", gate=gate))
    if row.closed:
        raise Refused("gate_closed", gate=row.name)
    db.execute(update(Staff).where(Staff.id == staff_id).values(gate_id=row.id))


def _places(db: Session, phone: str, now: datetime) -> Sequence[_DutyPlace]:
    rows = db.execute(_ROWS, {"phone": canonical(phone)}).all()
    gates: dict[int, list[Gate]] = {}
    for staff, _, gate in rows:
        gates.setdefault(staff.id, []).extend([gate] if gate else [])
    unique = {staff.id: (staff, event) for staff, event, _ in rows}
    places = [
        _DutyPlace(staff, event_shapes.shape(event), tuple(gates[staff.id]), event.entry_paused_at is not None)
        for staff, event in unique.values()
    ]
    return [place for place in places if _today(place.event, now) <= place.event.ends_on]


def _today(event: shapes.Event, moment: datetime) -> date:
    return event_states.local_today(event, moment - AFTER_MIDNIGHT)
