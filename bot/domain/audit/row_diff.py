"""The rows that a transaction changes, before and after, without personal or secret values.

Looks at what the session flushes and at its UPDATE and DELETE statements, so that no change can be left out
by forgetting to tell of it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, cast

from sqlalchemy import Delete, Table, Update, and_, event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session

from bot.domain.models import AuditEntry, Pass
from flows.understanding.codes import shown

MAX_LISTED_ROWS = 500
"""Rows that are told one by one; of more only how many there were, by table."""
REDACTED = "…"
"""Stands for a value that is personal or secret: the entry tells that it changed, not what it is."""
AUDITED_COLUMNS: Mapping[str, str] = {
    "events": "slug name names venue venues map_url starts_on ends_on opens closes timezone status "
    "registration_opens_at policy max_party capacity_per_day languages questions texts consent_version "
    "entry_paused_at organiser purpose complaints retention_days reminder_at otp_countries setup_ticks colour",
    "event_days": "day capacity taken beyond closed opens closes",
    "kinds": "slug number labels policy max_party days gates retired_at",
    "gates": "slug name closed paused_at",
    "daily_reports": "at staff sent_on",
    "alert_rules": "inside silent_minutes failures_permille queue_seconds",
    "staff": "event_id role gate_id enabled paused_until",
    "invitations": "gate_id max_people ends_at",
    "join_requests": "status",
    "list_imports": "task status reason",
    "owners": "enabled",
    "devices": "name gate_id revoked_at paused_until",
    "passes": "status day party_size kind_id replaced_by_id key_id",
    "checkins": "pass_id",
    "pass_uses": "pass_id",
    "deliveries": "kind status reason error_code not_before",
    "signing_keys": "retired_at",
    "exports": "kind form columns since until event_day status",
    "broadcasts": "key purpose selection wording status expected until",
    "content_templates": "name shape language sid approval replaced_at",
}
"""Columns whose values are told; of all others only that they changed."""
LABEL_COLUMNS = {
    "events": "slug",
    "event_days": "day",
    "gates": "slug",
    "kinds": "slug",
    "devices": "name",
    "staff": "phone",
    "join_requests": "phone",
    "owners": "phone",
    "passes": "code",
}
"""The column by which people know a row."""
UNAUDITED_TABLES = {"audit", "delivery_events", "event_pictures", "name_words", "owner_claims"}
"""Tables that tell of others or hold what a column of another names, and those whose keys are words of names or
hashes of secrets."""
UNAUDITED_COLUMNS = {"id", "event_id", "revision", "former_questions", "created_at", "seen_at", "session_number"}
"""Columns whose change says nothing."""

Key = tuple[str, tuple[Any, ...]]
Row = Mapping[str, Any]


@dataclass(slots=True)
class RowChanges:
    """The changes of a transaction so far."""

    before: dict[Key, Row | None] = field(default_factory=dict)
    """Each row as it was first seen; None: it was not there."""
    tables: dict[str, Table] = field(default_factory=dict)
    more: Counter[str] = field(default_factory=Counter)
    """Changes beyond MAX_LISTED_ROWS, by table."""
    entries: list[AuditEntry] = field(default_factory=list)
    """What was noted in the audit log meanwhile."""

    def observe(self, table: Table, row: Row, *, made: bool = False) -> None:
        """Keep how a row was before it was first touched."""
        key = (table.name, tuple(row[column.name] for column in table.primary_key))
        if table.name in UNAUDITED_TABLES or key in self.before:
            return
        if len(self.before) >= MAX_LISTED_ROWS:
            self.more[table.name] += 1
            return
        self.tables[table.name] = table
        self.before[key] = None if made else row

    def to_entries(self, db: Session) -> list[tuple[int | None, dict[str, Any]]]:
        """Every row that is not as it was, each with the id of its event; as JSON can have it."""
        places = list(self.tables)
        keys = sorted(self.before, key=lambda key: (places.index(key[0]), key[1]))
        found = [(key, self.before[key], self._now(db, key)) for key in keys]
        return [
            (_event_id(db, key, before, after), _change(key, before, after))
            for key, before, after in found
            if _differ(before, after)
        ]

    def _now(self, db: Session, key: Key) -> Row | None:
        table = self.tables[key[0]]
        mine = and_(*(column == value for column, value in zip(table.primary_key, key[1], strict=True)))
        found = db.connection().execute(select(table).where(mine)).mappings().first()
        return None if found is None else dict(found)


@contextmanager
def track_changes(db: Session) -> Iterator[RowChanges]:
    """Look at what the session changes inside the block."""
    changes = RowChanges()

    def flushed(session: Session, _context: Any) -> None:
        for instance in session.new:
            if isinstance(instance, AuditEntry):
                changes.entries.append(instance)
            changes.observe(_table(instance), _former_values(instance), made=True)
        for instance in (*session.dirty, *session.deleted):
            changes.observe(_table(instance), _former_values(instance))

    def executed(state: ORMExecuteState) -> None:
        if state.bind_mapper is not None and isinstance(state.statement, Update | Delete):
            table = cast("Table", state.bind_mapper.local_table)
            for row in _rows(state, state.statement, table):
                changes.observe(table, row)

    event.listen(db, "after_flush", flushed)
    event.listen(db, "do_orm_execute", executed)
    try:
        yield changes
    finally:
        event.remove(db, "after_flush", flushed)
        event.remove(db, "do_orm_execute", executed)


def _table(instance: Any) -> Table:
    return cast("Table", inspect(instance).mapper.local_table)


def _former_values(instance: Any) -> Row:
    """The row's loaded columns before the flush."""
    state = inspect(instance)
    row = {}
    for attribute in state.mapper.column_attrs:
        history = state.attrs[attribute.key].history
        if history.deleted:
            row[attribute.columns[0].name] = history.deleted[0]
        elif attribute.key in state.dict:
            row[attribute.columns[0].name] = state.dict[attribute.key]
    return row


def _rows(state: ORMExecuteState, statement: Update | Delete, table: Table) -> list[Row]:
    """The rows that a statement is about to change."""
    if statement.whereclause is None or isinstance(state.parameters, list):
        raise RuntimeError(f"an act may not change all of {table.name} without saying which rows")
    wanted = select(table).where(statement.whereclause)
    given = cast("Mapping[str, Any]", state.parameters or {})
    return [dict(row) for row in state.session.connection().execute(wanted, dict(given)).mappings()]


def _differ(before: Row | None, after: Row | None) -> bool:
    if before is None or after is None:
        return (before is None) != (after is None)
    return any(after[name] != value for name, value in before.items() if name not in UNAUDITED_COLUMNS)


def _event_id(db: Session, key: Key, before: Row | None, after: Row | None) -> int | None:
    row = after or before or {}
    if key[0] == "events":
        return row.get("id")
    if "event_id" not in row and row.get("pass_id"):
        return db.scalar(select(Pass.event_id).where(Pass.id == row["pass_id"]))
    return row.get("event_id")


def _change(key: Key, before: Row | None, after: Row | None) -> dict[str, Any]:
    table, identity = key
    row = after or before or {}
    change: dict[str, Any] = {"table": table, "id": identity[0] if len(identity) == 1 else _plain(list(identity))}
    if table in LABEL_COLUMNS:
        change["of"] = _label(LABEL_COLUMNS[table], row.get(LABEL_COLUMNS[table]))
    names = [name for name in row if name not in UNAUDITED_COLUMNS]
    if before is not None and after is not None:
        names = [name for name in names if name in before and before[name] != after[name]]
    change["before"] = before and {name: _value(table, name, before.get(name)) for name in names}
    change["after"] = after and {name: _value(table, name, after[name]) for name in names}
    return change


def _label(column: str, value: Any) -> str:
    if column == "phone":
        return masked(value)
    return shown(value) if column == "code" else str(value)


def masked(phone: str) -> str:
    """The end of a phone number: enough to tell one colleague from another."""
    return f"{REDACTED}{phone[-4:]}"


def _value(table: str, name: str, value: Any) -> Any:
    if name == "phone" and value:
        return masked(value)
    return _plain(value) if value is None or name in AUDITED_COLUMNS.get(table, "").split() else REDACTED


def _plain(value: Any) -> Any:
    """The value in a form that JSON can hold."""
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value
