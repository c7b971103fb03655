"""The rows of a scan: an entry or exit, found again by its scan_id, or a refused attempt."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session, joinedload

from bot.domain.checkins import code_guessing
from bot.domain.checkins import rules as scan_rules
from bot.domain.checkins.context import Place
from bot.domain.models import Attempt, Checkin, Pass
from bot.domain.upserts import insert
from flows.shapes.scans import ADMITTED, LEFT, Admission, FirstEntry, Scan

_WHO_AND_WHERE = (joinedload(Checkin.gate), joinedload(Checkin.staff), joinedload(Checkin.device))


def claim(db: Session, place: Place, scan: Scan, now: datetime) -> int | None:
    """Take the scan_id: the row's id; None where it was admitted before.

    Waits for whoever is judging the same scan_id at this moment.
    """
    row = {**_of(place, scan, now), "result": ADMITTED, "people": 0, "claimed": 0, "remaining": 0, "forced": False}
    claiming = insert(db, Checkin).values(row).on_conflict_do_nothing(index_elements=["event_id", "scan_id"])
    found = db.execute(claiming.returning(Checkin.id)).scalar()
    return None if found is None else int(found)


def fill(db: Session, row_id: int, **values: Any) -> None:
    """Say what became of a claimed scan."""
    filling = update(Checkin).where(Checkin.id == row_id).values(**values)
    db.execute(filling.execution_options(synchronize_session=False))


def release(db: Session, row_id: int) -> None:
    """Give the scan_id free again."""
    db.execute(delete(Checkin).where(Checkin.id == row_id).execution_options(synchronize_session=False))


def attempt(db: Session, place: Place, scan: Scan, result: str, pass_id: int | None, now: datetime) -> None:
    """Keep a scan that let nobody in."""
    row = {**_of(place, scan, now), "result": result, "direction": scan.direction, "day": place.day}
    guessed = code_guessing.is_guess(scan, result)
    db.execute(insert(db, Attempt).values({**row, "pass_id": pass_id, "guessed": guessed}))


def first_entry(db: Session, pass_id: int, period: Any) -> Checkin | None:
    """The earliest entry of a pass in a period that was not undone, with gate, volunteer and scanner."""
    entries = select(Checkin).where(Checkin.pass_id == pass_id, Checkin.period == period, Checkin.result != LEFT)
    standing = entries.where(Checkin.undone_at.is_(None)).order_by(Checkin.scanned_at, Checkin.id).limit(1)
    return db.scalars(standing.options(*_WHO_AND_WHERE)).first()


def told(entry: Checkin | None) -> FirstEntry | None:
    """An entry as an answer tells it."""
    if entry is None:
        return None
    who, gate = entry.staff or entry.device, entry.gate
    return FirstEntry(
        at=entry.scanned_at,
        gate=gate.slug if gate else None,
        gate_name=gate.name if gate else None,
        by=who.name if who else None,
        staff_id=entry.staff_id,
        device_id=entry.device_id,
    )


def kept(db: Session, event_id: int, scan_id: str) -> Admission | None:
    """The answer that this scan_id was given, to be given for ever; None where it is free."""
    row = db.scalars(_whole().where(Checkin.event_id == event_id, Checkin.scan_id == scan_id)).first()
    return _answer(row) if row else None


def _whole() -> Select[Checkin]:
    whole = select(Checkin).execution_options(populate_existing=True)
    parts = joinedload(Checkin.first).options(*_WHO_AND_WHERE)
    of_pass = joinedload(Checkin.pass_)
    return whole.options(parts, of_pass.joinedload(Pass.kind), of_pass.joinedload(Pass.registration))


def _answer(row: Checkin) -> Admission:
    # A batch can have let in somebody with another event's pass: whose it is, is not this event's business.
    issued = row.pass_ if row.pass_ and row.pass_.event_id == row.event_id else None
    return Admission(
        row.result,
        row.scan_id,
        row.people,
        row.remaining,
        scan_rules.seen(issued, issued.kind, issued.registration.full_name) if issued else None,
        told(row.first),
        row.forced,
        again=True,
        clock=row.clock,
    )


def _of(place: Place, scan: Scan, now: datetime) -> dict[str, Any]:
    return {
        "event_id": place.event.id,
        "scan_id": scan.scan_id,
        "gate_id": place.gate_id,
        "staff_id": scan.staff_id,
        "device_id": scan.device_id,
        "channel": scan.channel,
        "scanned_at": place.moment,
        "arrived_at": now,
        "clock": scan.clock,
    }
