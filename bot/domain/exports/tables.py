"""The tables that can be exported."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.exports import gate, messages, needs, visitors, waiting
from bot.domain.exports.pages import Columns, ExportScope
from bot.domain.models import Attempt, AuditEntry, Checkin, Delivery, Pass, Registration, WaitingEntry

Conditions = Callable[[ExportScope], list[ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table that can be exported."""

    items: Callable[[Database, ExportScope], Iterator[Any]]
    """What each row is made of."""
    columns: Callable[[ExportScope], Columns[Any]]
    conditions: tuple[tuple[Any, Conditions], ...]
    """What is read for it, to be counted first."""

    def count(self, db: Session, scope: ExportScope) -> int:
        """How many rows it will have, as of now."""
        return sum(
            db.scalar(select(func.count()).select_from(model).where(*conditions(scope))) or 0
            for model, conditions in self.conditions
        )


TABLES: Mapping[str, ExportTable] = {
    "visitors": ExportTable(
        visitors.visitors, visitors.visitor_columns, ((Registration, visitors.registration_conditions),)
    ),
    "passes": ExportTable(visitors.issued, visitors.pass_columns, ((Pass, visitors.pass_conditions),)),
    "checkins": ExportTable(
        gate.scans, gate.columns, ((Checkin, gate.entry_conditions), (Attempt, gate.attempt_conditions))
    ),
    "deliveries": ExportTable(
        messages.deliveries, messages.delivery_columns, ((Delivery, messages.delivery_conditions),)
    ),
    "waiting": ExportTable(waiting.entries, waiting.columns, ((WaitingEntry, waiting.entry_conditions),)),
    "needs": ExportTable(needs.by_day, needs.columns, ((Registration, needs.conditions),)),
    "audit": ExportTable(messages.audit, messages.audit_columns, ((AuditEntry, messages.audit_conditions),)),
}
"""The tables by the names that the command line gives them (docs/contract.md#the-command-line)."""
