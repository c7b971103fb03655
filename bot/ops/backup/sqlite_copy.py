"""Copies of an SQLite database: whole and of one moment, while others write."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from bot.errors import NotReady


def file_of(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(make_url(url).database or "")


def copy(url: str, target: Path) -> None:
    """Copy the database to a file, by SQLite's own online backup: in one step, while writers go on (its WAL)."""
    with closing(sqlite3.connect(file_of(url))) as source, closing(sqlite3.connect(target)) as made:
        source.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it


def rows(file: Path) -> dict[str, int]:
    """How many rows each table has. Raises NotReady where the file is damaged."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as copied:
            (well,) = copied.execute("PRAGMA integrity_check").fetchone()
            if well != "ok":
                raise NotReady(f"the copy is damaged: {well}")
            named = copied.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).fetchall()
            return {name: _count(copied, name) for (name,) in sorted(named)}
    except sqlite3.DatabaseError as problem:
        raise NotReady(f"the copy is damaged: {problem}") from None


def skip_numbers(file: Path, tables: frozenset[str], gap: int) -> None:
    """Let the rows that are made from now on have higher numbers, by so many, than the latest of each table.

    SQLite gives the number after the highest that is there, unless the table is AUTOINCREMENT; tables become so here by
    the one word in which their definition differs.
    """
    with closing(sqlite3.connect(file)) as restored, restored:
        restored.execute("CREATE TABLE counts_numbers (id INTEGER PRIMARY KEY AUTOINCREMENT)")  # makes sqlite_sequence
        restored.execute("DROP TABLE counts_numbers")
        restored.execute("PRAGMA writable_schema = ON")
        for name in tables:
            restored.execute(
                "UPDATE sqlite_master SET sql = replace(sql, 'PRIMARY KEY (id)', 'PRIMARY KEY (id AUTOINCREMENT)') "
                "WHERE type = 'table' AND name = ?",
                (name,),
            )
            highest = f"SELECT ?, coalesce(max(id), 0) + ? FROM {name}"  # noqa: S608 - a table of ours
            restored.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            restored.execute(f"INSERT INTO sqlite_sequence (name, seq) {highest}", (name, gap))
        restored.execute("PRAGMA writable_schema = RESET")


def _count(copied: sqlite3.Connection, name: str) -> int:
    (number,) = copied.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608 - a name from the database
    return int(number)
