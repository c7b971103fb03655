"""The roster: who works at an event's gates, in which role, and whether they are enabled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.domain import events, violations
from bot.domain.events.rows import get_event as locked_event
from bot.domain.models import Event, Owner, Staff
from bot.domain.roster import gates
from bot.domain.roster import validation as roster_validation
from bot.errors import Refused, required
from flows.shapes.duty import SUPERVISOR_ROLES
from flows.text import collation
from flows.understanding.phones import canonical

GUESSING_PAUSE = timedelta(minutes=10)
"""How long guessing codes pauses a volunteer; a supervisor's `resume NAME` ends it (docs/api.md#guessing)."""
IS_LISTED = or_(
    exists(select(Staff.id).where(Staff.phone == bindparam("staff"))),
    exists(select(Owner.id).where(Owner.phone == bindparam("staff"))),
)
"""Whether the phone `staff`, as it is dialled today, stands on any roster, enabled or not, or is or was an owner's."""


@dataclass(frozen=True, slots=True)
class BadRosterRow:
    """Why a row of a file cannot be taken, as a Refused would say it, and its line number."""

    line: int
    code: str
    params: Mapping[str, Any]


class BadRosterRows(Exception):
    """Rows of a file that cannot be taken; nothing of the file was. `rows` has every reason, by line."""

    def __init__(self, rows: Sequence[BadRosterRow]) -> None:
        super().__init__("bad rows")
        self.rows = tuple(rows)


def add(
    db: Session,
    slug: str,
    *,
    phone: str,
    name: str,
    role: str = "volunteer",
    gate: str | None = None,
    region: str,
    now: datetime,
) -> Staff:
    """Put somebody on the roster, enabled.

    Raises Refused `no_such_event`, `not_a_phone`, `bad_name`, `bad_role`, `no_such_gate`, `on_roster_already`.
    """
    event = events.by_slug(db, slug)
    made = Staff(event_id=event.id, enabled=True, created_at=now, **_fields(db, event, phone, name, role, gate, region))
    return violations.add(db, made, "uq_staff_event_id_phone", Refused("on_roster_already"))


def import_rows(
    db: Session, slug: str, rows: Sequence[tuple[int, Mapping[str, str]]], *, region: str, now: datetime
) -> tuple[int, int]:
    """Take a whole file: rows with `phone`, `name` and, where wanted, `role` and `gate`, by line number.

    Who stands on the roster already is changed to what the file says and stays enabled or disabled.
    How many were added and how many changed. Raises Refused `no_such_event`, BadRosterRows with every bad row;
    nothing is taken then.
    """
    event = locked_event(db, slug, lock=True)
    wanted, bad = checked(db, event, rows, region)
    if bad:
        raise BadRosterRows(bad)
    known = {member.phone: member for member in db.scalars(select(Staff).where(Staff.event_id == event.id))}
    for phone, fields in wanted.items():
        if phone in known:
            _fill(known[phone], fields)
        else:
            db.add(Staff(event_id=event.id, enabled=True, created_at=now, **fields))
    changed = [member for member in known.values() if db.is_modified(member)]
    db.flush()
    return len(wanted.keys() - known.keys()), len(changed)


def checked(
    db: Session, event: Event, rows: Sequence[tuple[int, Mapping[str, str]]], region: str
) -> tuple[dict[str, dict[str, Any]], list[BadRosterRow]]:
    """Of rows as `import_rows` takes them the fields to keep, by phone, and why others cannot be taken."""
    wanted: dict[str, dict[str, Any]] = {}
    bad: list[BadRosterRow] = []
    for line, row in rows:
        fields, wrong = _check_row(db, event, *_cells(row), region)
        phone = fields.get("phone", "")
        if phone in wanted:
            wrong.append(Refused("twice_in_file"))
        bad += [BadRosterRow(line, no.code, no.params) for no in wrong]
        if phone:
            wanted.setdefault(phone, fields)
    return wanted, bad


def set_enabled(db: Session, phone: str, enabled: bool, *, slug: str | None = None, region: str) -> list[Staff]:
    """Enable or disable somebody, at one event or wherever they stand; at once. Enabling ends a pause too, and
    says that whoever has the phone now is who is meant.

    Whoever is disabled is signed out of the staff pages everywhere, and stays so when enabled again.

    Raises Refused `no_such_event`, `not_a_phone`, `not_on_roster`.
    """
    mine = select(Staff).where(Staff.phone == roster_validation.phone(phone, region))
    if slug is not None:
        mine = mine.where(Staff.event_id == events.by_slug(db, slug).id)
    found = list(db.scalars(mine.order_by(Staff.id).options(joinedload(Staff.event)).with_for_update(of=Staff)))
    if not found:
        raise Refused("not_on_roster")
    for member in found:
        member.enabled = enabled
        member.paused_until = None if enabled else member.paused_until
        member.unconfirmed_since = None if enabled else member.unconfirmed_since
        member.session_number += not enabled
    db.flush()
    return found


def list_staff(db: Session, slug: str) -> list[Staff]:
    """The roster of an event, by name. Raises Refused `no_such_event`."""
    event = events.by_slug(db, slug)
    mine = select(Staff).where(Staff.event_id == event.id).order_by(Staff.id)
    found = db.scalars(mine.options(joinedload(Staff.gate)))
    return sorted(found, key=lambda member: collation.sort_key(member.name))


def of_phone(db: Session, phone: str) -> list[Staff]:
    """Wherever this phone (E.164) stands on a roster, each with event and gate; disabled rows too."""
    mine = select(Staff).where(Staff.phone == canonical(phone)).order_by(Staff.event_id)
    return list(db.scalars(mine.options(joinedload(Staff.event), joinedload(Staff.gate))))


def resume(db: Session, event_id: int, name: str, now: datetime) -> list[Staff]:
    """End the pause of everybody of this name who has one, or whose phone writes from another WhatsApp account: they
    are who is meant. Raises Refused `nobody_paused`.
    """
    held_up = or_(Staff.paused_until > now, Staff.unconfirmed_since.is_not(None))
    mine = select(Staff).where(Staff.event_id == event_id, held_up).with_for_update()
    wanted = " ".join(name.split()).casefold()
    found = [member for member in db.scalars(mine) if member.name.casefold() == wanted]
    if not found:
        raise Refused("nobody_paused")
    for member in found:
        member.paused_until = member.unconfirmed_since = None
    db.flush()
    return found


def is_unconfirmed(db: Session, phone: str) -> bool:
    """Whether this phone (E.164) stands on a roster, but may be somebody else's than when it was put there."""
    unconfirmed = exists().where(Staff.phone == phone, Staff.enabled, Staff.unconfirmed_since.is_not(None))
    return db.scalar(select(unconfirmed)) or False


def supervisor(db: Session, staff_id: int | None, event_id: int | None = None) -> Staff:
    """The row of who may give orders, at this event where one is told. The role counts as the roster has it now.

    Raises Refused `supervisors_only`.
    """
    mine = select(Staff).where(Staff.id == staff_id, Staff.enabled, Staff.role.in_(SUPERVISOR_ROLES))
    at = mine if event_id is None else mine.where(Staff.event_id == event_id)
    return required(db.scalar(at), Refused("supervisors_only"))


def is_paused(staff: Staff, now: datetime) -> bool:
    """Whether a pause for guessing lasts still."""
    return staff.paused_until is not None and now < staff.paused_until


def _cells(row: Mapping[str, str]) -> tuple[str, str, str, str | None]:
    cell = {column: (row.get(column) or "").strip() for column in ("phone", "name", "role", "gate")}
    return cell["phone"], cell["name"], cell["role"].lower() or "volunteer", cell["gate"] or None


def _fields(
    db: Session, event: Event, phone: str, name: str, role: str, gate: str | None, region: str
) -> dict[str, Any]:
    """The fields of one row. Raises the first Refused."""
    fields, wrong = _check_row(db, event, phone, name, role, gate, region)
    if wrong:
        raise wrong[0]
    return fields


def _check_row(
    db: Session, event: Event, phone: str, name: str, role: str, gate: str | None, region: str
) -> tuple[dict[str, Any], list[Refused]]:
    """The fields that can be kept, and why the others cannot."""
    checks: Mapping[str, Callable[[], Any]] = {
        "phone": lambda: roster_validation.phone(phone, region),
        "name": lambda: roster_validation.name(name),
        "role": lambda: roster_validation.role(role),
        "gate_id": lambda: gates.find(db, event.id, gate).id if gate else None,
    }
    fields, wrong = {}, []
    for field, check in checks.items():
        try:
            fields[field] = check()
        except Refused as no:
            wrong.append(no)
    return fields, wrong


def _fill(row: Staff, fields: Mapping[str, Any]) -> None:
    for field, value in fields.items():
        setattr(row, field, value)
