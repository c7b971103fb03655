"""The tables that can be exported."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.exports import gate, messages, needs, visitors, waiting
from bot.domain.exports.pages import Columns, ExportScope
from bot.domain.models import Attempt, AuditEntry, Checkin, Pass, Registration, WaitingEntry

Rows = Callable[[ExportScope], Select[Any]]


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table that can be exported."""

    items: Callable[[Database, ExportScope], Iterator[Any]]
    """What each row is made of."""
    columns: Callable[[ExportScope], Columns[Any]]
    rows: tuple[Rows, ...]
    """What is read for it, to be counted first."""

    def count(self, db: Session, scope: ExportScope) -> int:
        """How many rows it will have, as of now."""
        wanted = (rows(scope).with_only_columns(func.count(), maintain_column_froms=True) for rows in self.rows)
        return sum(db.scalar(number) or 0 for number in wanted)


TABLES: Mapping[str, ExportTable] = {
    "visitors": ExportTable(
        visitors.visitors, visitors.visitor_columns, (lambda scope: scope.rows(Registration.created_at),)
    ),
    "passes": ExportTable(visitors.issued, visitors.pass_columns, (lambda scope: scope.rows(Pass.issued_at),)),
    "checkins": ExportTable(gate.scans, gate.columns, (partial(gate.rows, Checkin), partial(gate.rows, Attempt))),
    "deliveries": ExportTable(messages.deliveries, messages.delivery_columns, (messages.delivery_rows,)),
    "waiting": ExportTable(waiting.entries, waiting.columns, (lambda scope: scope.rows(WaitingEntry.created_at),)),
    "needs": ExportTable(needs.by_day, needs.columns, (needs.rows,)),
    "audit": ExportTable(messages.audit, messages.audit_columns, (lambda scope: scope.rows(AuditEntry.at),)),
}
"""The tables by the names that the command line gives them (docs/contract.md#the-command-line)."""
