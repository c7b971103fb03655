"""Exports that admins request from the server: which they may request, and which they have requested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from bot.domain import audit
from bot.domain.events import rows as event_rows
from bot.domain.exports import pages
from bot.domain.exports import stored as stored_exports
from bot.domain.exports.run import chosen_columns
from bot.domain.exports.tables import TABLES
from bot.domain.exports.writers import FORMATS
from bot.domain.models import AuditEntry, Export
from bot.domain.upserts import added
from bot.errors import Refused, required

MAX_PENDING_EXPORTS = 3
"""Exports of one event that wait or are being made."""
SCANS_TABLE = "checkins"
"""The table whose rows count to a day of the event."""
MAX_REQUEST_ID_LENGTH = 64
"""Characters of the name of a form."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """A request for an export."""

    table: str
    form: str
    columns: tuple[str, ...] = ()
    """Empty: all."""
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that is not wanted any more."""
    event_day: date | None = None
    """Restricts scans to those that count to this day of the event."""


def start(
    db: Session, slug: str, export_request: ExportRequest, *, once: str, staff_id: int | None, now: datetime
) -> Export:
    """Ask for an export; the same one where `once` has asked already.

    Raises Refused `no_such_event`, `no_such_table`, `no_such_format`, `no_such_column`, `no_such_day`,
    `not_of_scans` (an event day for a table that has none), `too_many_exports` (`most`).
    """
    event = event_rows.get_event(db, slug, lock=False)
    if export_request.table not in TABLES:
        raise Refused("no_such_table", tables=", ".join(TABLES))
    if export_request.form not in FORMATS:
        raise Refused("no_such_format", formats=", ".join(FORMATS))
    if export_request.event_day and export_request.table != SCANS_TABLE:
        raise Refused("not_of_scans")
    chosen_columns(
        TABLES[export_request.table].columns(pages.scope_of(db, event, event_day=export_request.event_day)),
        export_request.columns,
    )
    stored_exports.run_alone(db)
    known = find_by_request_id(db, event.id, once)
    if known is not None:
        return known
    busy = select(func.count()).where(
        Export.event_id == event.id, Export.status.in_((stored_exports.WAITING, stored_exports.RUNNING))
    )
    if (db.scalar(busy) or 0) >= MAX_PENDING_EXPORTS:
        raise Refused("too_many_exports", most=MAX_PENDING_EXPORTS)
    return added(
        db,
        Export(
            event_id=event.id,
            staff_id=staff_id,
            once=_name(event.id, once),
            kind=export_request.table,
            form=export_request.form,
            columns=list(export_request.columns),
            since=export_request.since,
            until=export_request.until,
            event_day=export_request.event_day,
            created_at=now,
        ),
    )


def find_by_request_id(db: Session, event_id: int, once: str) -> Export | None:
    """The exports that this form has requested already."""
    return db.scalars(select(Export).where(Export.once == _name(event_id, once))).first()


def request_of(export: Export) -> ExportRequest:
    """The request that led to this export, to make it again."""
    return ExportRequest(export.kind, export.form, tuple(export.columns), export.since, export.until, export.event_day)


def list_exports(db: Session, slug: str) -> Sequence[Export]:
    """An event's exports, the newest first, with who asked. Raises Refused `no_such_event`."""
    mine = select(Export).where(Export.event_id == event_rows.get_event(db, slug, lock=False).id)
    return db.scalars(mine.options(joinedload(Export.staff)).order_by(Export.id.desc())).all()


def owners_names(db: Session, event_id: int) -> dict[int, str]:
    """Who asked for an event's exports where they are in no team, by the exports' numbers, as the audit log says."""
    mine = select(AuditEntry).where(AuditEntry.event_id == event_id, AuditEntry.what == audit.EXPORT_STARTED)
    oldest = select(func.min(Export.created_at)).where(Export.event_id == event_id).scalar_subquery()
    entries = db.scalars(mine.where(AuditEntry.actor != "", AuditEntry.at >= oldest))
    return {entry.about["export"]: entry.actor for entry in entries if "export" in entry.about}


def find(db: Session, slug: str, number: int) -> Export:
    """An export of the event. Raises Refused `no_such_event`, `no_such_export`."""
    mine = select(Export).where(Export.id == number, Export.event_id == event_rows.get_event(db, slug, lock=False).id)
    return required(
        db.scalars(mine.options(joinedload(Export.event))).first(), Refused("no_such_export", number=number)
    )


def _name(event_id: int, once: str) -> str:
    return f"{event_id}:{once}"[:MAX_REQUEST_ID_LENGTH]
