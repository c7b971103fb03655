"""INSERT … ON CONFLICT for SQLite and PostgreSQL."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

INTO: Mapping[str, Callable[[Any], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""What begins an INSERT, by the dialect's name, for statements that are built once."""


def insert(db: Session, table: Any) -> Any:
    """An INSERT of this session's database, which can be given `on_conflict_do_nothing` or `_do_update`."""
    return INTO[db.get_bind().dialect.name](table)
