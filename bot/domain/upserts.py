"""How rows come into a database: one at once, and INSERT … ON CONFLICT for SQLite and PostgreSQL."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.errors import Row

INTO: Mapping[str, Callable[[Any], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""What begins an INSERT, by the dialect's name, for statements that are built once."""


def insert(db: Session, table: Any) -> Any:
    """An INSERT of this session's database, which can be given `on_conflict_do_nothing` or `_do_update`."""
    return INTO[db.get_bind().dialect.name](table)


def added(db: Session, row: Row) -> Row:
    """The row of the model, which is in the database and has its number from here on."""
    db.add(row)
    db.flush()
    return row
