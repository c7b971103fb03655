"""INSERT … ON CONFLICT for SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert(db: Session, table: Any) -> Any:
    """An INSERT of this session's database, which can be given `on_conflict_do_nothing` or `_do_update`."""
    return (sqlite if db.get_bind().dialect.name == "sqlite" else postgresql).insert(table)
