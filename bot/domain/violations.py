"""Which constraint a write violated, under the same name on both databases."""

import re

from sqlalchemy import Index, Table, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.models.base import Base
from bot.errors import Refused, Row


def add(db: Session, row: Row, constraint: str, taken: Refused) -> Row:
    """The row, added. Raises `taken` where this unique constraint has one like it, and then nothing has changed."""
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError as error:
        if violated(error) == constraint:
            raise taken from None
        raise
    return row


def violated(error: IntegrityError) -> str:
    """The name of the constraint or index that refused the write; empty where the database does not tell.

    PostgreSQL names it. SQLite names a check, but of a unique rule only the columns, from which the
    name is found in the tables' definition.
    """
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name or "")
    kind, _, told = str(error.orig).partition(" constraint failed: ")
    if kind == "UNIQUE":
        return _unique_over(frozenset(re.split(r", ", told)))
    return told if kind == "CHECK" else ""


def _unique_over(columns: frozenset[str]) -> str:
    tables = Base.metadata.tables.values()
    found = (str(rule.name) for table in tables for rule in _unique_rules(table) if _columns(table, rule) == columns)
    return next(found, "")


def _unique_rules(table: Table) -> list[Index | UniqueConstraint]:
    constraints = [rule for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    return [*constraints, *(index for index in table.indexes if index.unique)]


def _columns(table: Table, rule: Index | UniqueConstraint) -> frozenset[str]:
    return frozenset(f"{table.name}.{column.name}" for column in rule.columns)
