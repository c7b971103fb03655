"""Two people edit one thing at once: the second one is told, and nothing of theirs is saved.

Whoever shows a row and later changes it keeps its fingerprint meanwhile: in a form's hidden field, or while a
question waits at the prompt.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, joinedload

from bot.domain import pass_days
from bot.domain.events import places
from bot.domain.models import AuditEntry, Event, Kind, Pass
from bot.domain.models.base import Base
from bot.errors import Refused
from flows.text.sentences import _

IGNORED_COLUMNS: Mapping[str, frozenset[str]] = {
    "events": frozenset({"revision", "entry_paused_at", "setup_ticks"}),
    "event_days": frozenset({"taken", "beyond"}),
    "gates": frozenset({"paused_at"}),
    "staff": frozenset({"paused_until", "unconfirmed_since", "chosen_at", "seen_at", "session_number"}),
    "devices": frozenset({"paused_until", "seen_at"}),
    "deliveries": frozenset({"lease_token", "lease_until"}),
}
"""Columns that are no part of a fingerprint, by table; of tables that are not here every column is. They change by
themselves while the event runs (places taken, who was seen when, a lease), or they are switches that a supervisor
at a gate throws (entry stopped) or an admin ticks, which no form sets and no form may undo."""
MAX_AUDIT_ENTRIES = 500
"""Entries of an event's audit log in which the one who was faster is looked for, the newest first."""

UNKNOWN_ACTOR = _("the audit log does not say who")
ACTOR_AND_TIME = _("{who}, {when}")

Rows = Base | Sequence[Base]


def fingerprint(rows: Rows) -> str:
    """A digest of what people edit of a row, or of several that are edited together, such as an event and its days."""
    digest = hashlib.sha256()
    for row in _each(rows):
        left_out = IGNORED_COLUMNS.get(row.__tablename__, frozenset())
        columns = [column for column in inspect(row).mapper.column_attrs if column.columns[0].name not in left_out]
        digest.update(repr([row.__tablename__, *(_plain(getattr(row, column.key)) for column in columns)]).encode())
    return digest.hexdigest()


def require_unchanged(db: Session, rows: Rows, known_fingerprint: str) -> None:
    """Lock these rows; raises Refused `changed_meanwhile` unless their fingerprint is still `known_fingerprint`.

    To be called first in a transaction that writes. The rows may be of an earlier session; those of `db`
    are brought up to date. A pass's day is locked before it, in the order of all locks
    (bot.domain.passes). The refusal has `who` and `when` (the event's zone) as the
    audit log has them, both None where it has nobody, and `by`: both in words.
    """
    now = [_locked(db, row) for row in _each(rows)]
    if None in now or fingerprint([row for row in now if row is not None]) != known_fingerprint:
        raise _refusal(db, _each(rows))


def changed_refusal() -> Refused:
    """What `require_unchanged` raises where the audit log names nobody, and for what is no row: a search's finding."""
    return Refused("changed_meanwhile", who=None, when=None, by=UNKNOWN_ACTOR)


def _each(rows: Rows) -> Sequence[Any]:
    return (rows,) if isinstance(rows, Base) else rows


def _plain(value: Any) -> Any:
    """A form of the value that is equal for equal values, in whatever order a JSON object's keys come back."""
    if isinstance(value, dict):
        return sorted((key, _plain(inner)) for key, inner in value.items())
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _locked(db: Session, row: Base) -> Base | None:
    if isinstance(row, Pass):
        places.lock_days(db, row.event_id, *pass_days.days_of_kind(db.get_one(Kind, row.kind_id), row.day))
    found: Base | None = db.get(type(row), inspect(row).identity, populate_existing=True, with_for_update=True)
    return found


def _refusal(db: Session, rows: Sequence[Any]) -> Refused:
    event_id = next((row.id if isinstance(row, Event) else getattr(row, "event_id", None) for row in rows), None)
    entry = _entry(db, event_id, {(row.__tablename__, _identity(row)) for row in rows})
    who = entry and (entry.staff.name if entry.staff else entry.actor)
    if entry is None or not who:
        return changed_refusal()
    event = db.get(Event, event_id) if event_id else None
    when = entry.at.astimezone(ZoneInfo(event.timezone if event else "UTC"))
    by = ACTOR_AND_TIME.filled(who=who, when=when)
    return Refused("changed_meanwhile", who=who, when=when, by=by)


def _entry(db: Session, event_id: int | None, rows: set[tuple[str, str]]) -> AuditEntry | None:
    """The newest act that changed one of these rows."""
    newest = select(AuditEntry).options(joinedload(AuditEntry.staff)).where(AuditEntry.event_id == event_id)
    for entry in db.scalars(newest.order_by(AuditEntry.id.desc()).limit(MAX_AUDIT_ENTRIES)):
        if any((change["table"], str(change["id"])) in rows for change in entry.about.get("changes", ())):
            return entry
    return None


def _identity(row: Any) -> str:
    """Identifies a row as the audit log does."""
    found = [part if isinstance(part, int) else str(part) for part in inspect(row).identity]
    return str(found[0] if len(found) == 1 else found)
