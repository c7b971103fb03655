"""The rows of a scan: an entry or exit, found again by its scan_id, or a refused attempt.

Every statement is built once and loads no objects: each scan of a rush pays for them.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.database import prepared
from bot.domain.checkins import code_guessing
from bot.domain.checkins import rules as scan_rules
from bot.domain.checkins.rules import ScannedKind, ScannedRow
from bot.domain.events.scan_context import ScanContext
from bot.domain.models import Attempt, Checkin, Device, Gate, Kind, Pass, Registration, Staff, table
from bot.domain.upserts import INTO
from flows.shapes.scans import ADMITTED, LEFT, Admission, FirstEntry, Scan
from flows.text import access_needs

_CHECKINS, _GATES, _STAFF, _DEVICES = table(Checkin), table(Gate), table(Staff), table(Device)
_RECORD = {
    dialect: into(_CHECKINS).on_conflict_do_nothing(index_elements=["event_id", "scan_id"]).returning(_CHECKINS.c.id)
    for dialect, into in INTO.items()
}
_FILL = update(_CHECKINS).where(_CHECKINS.c.id == bindparam("row_id"))
_RELEASE = delete(_CHECKINS).where(_CHECKINS.c.id == bindparam("row_id"))
_ATTEMPT = insert(table(Attempt))
UNDECIDED = {"result": ADMITTED, "people": 0, "claimed": 0, "remaining": 0, "forced": False}
"""What a row says that has taken a scan_id and nothing else."""


def claim(db: Session, context: ScanContext, scan: Scan, now: datetime) -> int | None:
    """Take the scan_id before it is judged: the row's id; None where it was admitted before."""
    connection = db.connection()
    found = connection.execute(_RECORD[connection.dialect.name], _values(context, scan, now) | UNDECIDED).scalar()
    return None if found is None else int(found)


def fill(db: Session, row_id: int, **values: Any) -> None:
    """Fill the row of a claimed scan with its result."""
    db.connection().execute(_FILL, {"row_id": row_id, **values})


def record(
    db: Session, context: ScanContext, scan: Scan, now: datetime, *, after_first: bool, **values: Any
) -> FirstEntry | None:
    """Keep who went in or out. `after_first`: others of this pass and period went in before; the first of those
    entries, which the row keeps too, where it was not undone.

    Raises OperationalError where the scan_id was taken all the same: the caller's transaction must end.
    """
    connection, row = db.connection(), {**_values(context, scan, now), "forced": False, **values}
    if after_first:
        row |= {"of_pass": values["pass_id"], "within": values["period"]}
    kept = prepared.first(connection, (_RECORD_LATER if after_first else _RECORD)[connection.dialect.name], row)
    if kept is None:
        raise OperationalError("scan_id", None, LookupError("another has taken this scan_id"))
    return FirstEntry(*kept[1:]) if after_first and kept.at is not None else None


def release(db: Session, row_id: int) -> None:
    """Free the scan_id again."""
    db.connection().execute(_RELEASE, {"row_id": row_id})


def record_attempt(
    db: Session, context: ScanContext, scan: Scan, result: str, pass_id: int | None, now: datetime
) -> None:
    """Keep a scan that let nobody in."""
    row = {**_values(context, scan, now), "result": result, "direction": scan.direction, "day": context.day}
    db.connection().execute(_ATTEMPT, {**row, "pass_id": pass_id, "guessed": code_guessing.is_guess(scan, result)})


def _values(context: ScanContext, scan: Scan, now: datetime) -> dict[str, Any]:
    return {
        "event_id": context.event.id,
        "scan_id": scan.scan_id,
        "gate_id": context.gate_id,
        "staff_id": scan.staff_id,
        "device_id": scan.device_id,
        "channel": scan.channel,
        "scanned_at": context.moment,
        "arrived_at": now,
        "clock": scan.clock,
    }


# --- the first entry --------------------------------------------------------------------------------

_FIRST = _CHECKINS.alias("first")
_TOLD: dict[str, ColumnElement[Any]] = {
    "at": _FIRST.c.scanned_at,
    "gate": _GATES.c.slug,
    "gate_name": _GATES.c.name,
    "by": func.coalesce(_STAFF.c.name, _DEVICES.c.name),
    "staff_id": _FIRST.c.staff_id,
    "device_id": _FIRST.c.device_id,
}
"""The columns of flows.shapes.scans.FirstEntry."""
_WITH_WHOM = (
    _FIRST.outerjoin(_GATES, _GATES.c.id == _FIRST.c.gate_id)
    .outerjoin(_STAFF, _STAFF.c.id == _FIRST.c.staff_id)
    .outerjoin(_DEVICES, _DEVICES.c.id == _FIRST.c.device_id)
)
_EARLIEST = (
    select(_FIRST.c.id)
    .where(
        _FIRST.c.pass_id == bindparam("of_pass", type_=Integer),
        _FIRST.c.period == bindparam("within", type_=Date),
        _FIRST.c.result != LEFT,
        _FIRST.c.undone_at.is_(None),
    )
    .order_by(_FIRST.c.scanned_at, _FIRST.c.id)
    .limit(1)
)
_FIRST_ENTRY = _EARLIEST.with_only_columns(_FIRST.c.id, *_TOLD.values()).select_from(_WITH_WHOM)


def _of_first(told: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of the entry that a changed row names as its first. As text: in what an UPDATE gives back,
    SQLAlchemy writes SQLite's columns without their tables, of which several have an `id`.
    """
    asked = str(select(told).select_from(_WITH_WHOM).compile(compile_kwargs={"literal_binds": True}))
    return literal_column(f"({asked} WHERE first.id = checkins.first_id)", told.type)


_RECORD_LATER = {
    dialect: into(_CHECKINS)
    .values(first_id=_EARLIEST.scalar_subquery())
    .on_conflict_do_nothing(index_elements=["event_id", "scan_id"])
    .returning(_CHECKINS.c.id, *(_of_first(column).label(name) for name, column in _TOLD.items()))
    for dialect, into in INTO.items()
}


def first_entry(db: Session, pass_id: int, period: date) -> tuple[int | None, FirstEntry | None]:
    """The earliest entry of a pass in a period that was not undone: its row's id, and when, where and by whom."""
    row = db.connection().execute(_FIRST_ENTRY, {"of_pass": pass_id, "within": period}).first()
    return (None, None) if row is None else (row[0], FirstEntry(*row[1:]))


# --- a scan_id that was answered before -------------------------------------------------------------

_PASSES, _KINDS, _REGISTRATIONS = table(Pass), table(Kind), table(Registration)
_ANSWERED = ("result", "scan_id", "people", "remaining", "forced", "clock", "event_id")
_KEPT = (
    select(
        *(_CHECKINS.c[name] for name in _ANSWERED),
        *(_PASSES.c[name].label(f"pass_{name}") for name in ScannedRow._fields),
        *(_KINDS.c[name] for name in ScannedKind._fields),
        _REGISTRATIONS.c.full_name,
        _REGISTRATIONS.c.answers[access_needs.NAME].as_string().label("need"),
        *(column.label(f"first_{name}") for name, column in _TOLD.items()),
    )
    .select_from(
        _CHECKINS.outerjoin(_PASSES, _PASSES.c.id == _CHECKINS.c.pass_id)
        .outerjoin(_KINDS, _KINDS.c.id == _PASSES.c.kind_id)
        .outerjoin(_REGISTRATIONS, _REGISTRATIONS.c.id == _PASSES.c.registration_id)
        .outerjoin(_FIRST, _FIRST.c.id == _CHECKINS.c.first_id)
        .outerjoin(_GATES, _GATES.c.id == _FIRST.c.gate_id)
        .outerjoin(_STAFF, _STAFF.c.id == _FIRST.c.staff_id)
        .outerjoin(_DEVICES, _DEVICES.c.id == _FIRST.c.device_id)
    )
    .where(_CHECKINS.c.event_id == bindparam("of_event"), _CHECKINS.c.scan_id == bindparam("asked"))
)
_PASS = slice(len(_ANSWERED), len(_ANSWERED) + len(ScannedRow._fields))
_KIND = slice(_PASS.stop, _PASS.stop + len(ScannedKind._fields))
_ENTRY = slice(_KIND.stop + 2, None)
"""Where the columns of the pass, its kind and the first entry stand in a row."""


def stored_answer(db: Session, event_id: int, scan_id: str) -> Admission | None:
    """The answer that this scan_id was given, to be given for ever; None where it is free."""
    row = db.connection().execute(_KEPT, {"of_event": event_id, "asked": scan_id}).first()
    if row is None:
        return None
    issued, kind = ScannedRow(*row[_PASS]), ScannedKind(*row[_KIND])
    return Admission(
        row.result,
        row.scan_id,
        row.people,
        row.remaining,
        # A batch can hold another event's pass: its holder is not shown to this event.
        scan_rules.pass_view(issued, kind, row.full_name, row.need) if issued.event_id == row.event_id else None,
        None if row.first_at is None else FirstEntry(*row[_ENTRY]),
        row.forced,
        again=True,
        clock=row.clock,
    )
