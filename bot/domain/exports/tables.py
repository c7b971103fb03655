"""The tables that can be exported."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.exports import gate, messages, visitors
from bot.domain.exports.pages import Columns, Wanted
from bot.domain.models import Attempt, AuditEntry, Checkin, Delivery, Pass, Registration

Conditions = Callable[[Wanted], list[ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be exported."""

    items: Callable[[Database, Wanted], Iterator[Any]]
    """What each row is made of."""
    columns: Callable[[Wanted], Columns[Any]]
    parts: tuple[tuple[Any, Conditions], ...]
    """What is read for it, to be counted first."""

    def count(self, db: Session, wanted: Wanted) -> int:
        """How many rows it will have, as of now."""
        return sum(_count(db, model, conditions(wanted)) for model, conditions in self.parts)


TABLES: Mapping[str, Table] = {
    "visitors": Table(visitors.visitors, visitors.visitor_columns, ((Registration, visitors.registrations),)),
    "passes": Table(visitors.issued, visitors.pass_columns, ((Pass, visitors.passes),)),
    "checkins": Table(gate.scans, gate.columns, ((Checkin, gate.entries), (Attempt, gate.attempts))),
    "deliveries": Table(messages.deliveries, messages.delivery_columns, ((Delivery, messages.of_event),)),
    "audit": Table(messages.audit, messages.audit_columns, ((AuditEntry, messages.acts),)),
}
"""The tables by the names that the command line gives them (docs/contract.md#the-command-line)."""


def _count(db: Session, model: Any, conditions: list[ColumnElement[bool]]) -> int:
    return db.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
