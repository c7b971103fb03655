"""A database's whole content, kept, and put into an empty one: what many tests begin with is made once."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import sql
from sqlalchemy import make_url

from bot.database import Database
from bot.domain.models import Base

Put = Callable[[Database], None]


def taken(database: Database, folder: Path) -> Put:
    """What puts the present content of this database into an empty one of the same kind."""
    return _of_sqlite(database, folder / "snapshot.db") if database.is_sqlite else _of_postgres(database)


def _of_sqlite(database: Database, file: Path) -> Put:
    with closing(sqlite3.connect(_path(database))) as source, closing(sqlite3.connect(file)) as kept:
        source.backup(kept)

    def put(empty: Database) -> None:
        with closing(sqlite3.connect(file)) as kept, closing(sqlite3.connect(_path(empty))) as into:
            kept.backup(into)

    return put


def _path(database: Database) -> str:
    path = make_url(database.url).database
    assert path
    return path


@dataclass(frozen=True)
class Table:
    """The rows of one table, as PostgreSQL copies them."""

    name: str
    rows: bytes


def _of_postgres(database: Database) -> Put:
    with closing(database.engine.raw_connection()) as connection:
        cursor: Any = connection.cursor()
        tables = [Table(table.name, _rows(cursor, table.name)) for table in Base.metadata.sorted_tables]
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        numbers = cursor.fetchall()

    def put(empty: Database) -> None:
        with closing(empty.engine.raw_connection()) as connection:
            cursor: Any = connection.cursor()
            # The rows of the triggers are among those that are kept.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in tables:
                if table.rows:
                    with cursor.copy(_copying("COPY {} FROM STDIN", table.name)) as into:
                        into.write(table.rows)
            for name, last in numbers:
                cursor.execute("SELECT setval(%s::regclass, %s)", (name, last))
            connection.commit()

    return put


def _rows(cursor: Any, name: str) -> bytes:
    with cursor.copy(_copying("COPY {} TO STDOUT", name)) as out:
        return b"".join(bytes(part) for part in out)


def _copying(words: Any, name: str) -> sql.Composed:
    return sql.SQL(words).format(sql.Identifier(name))
