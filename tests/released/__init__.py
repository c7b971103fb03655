"""What the code of the release before asks of the tables, kept as a file, and held against the tables of now."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from bot.database import Database
from tests.paths import ROOT

FOLDER = ROOT / "migrations/released"
"""A file for the release before this one, by its version."""
OWN_TABLES = frozenset({"alembic_version"})


@dataclass(frozen=True)
class Released:
    """Of one release: its columns by table, and by kind of database the statements of a crowd."""

    version: str
    columns: Mapping[str, Sequence[str]]
    statements: Mapping[str, Sequence[str]]

    def write(self) -> Path:
        """Keep it in the place of any before."""
        for before in FOLDER.glob("*.json"):
            before.unlink()
        file = FOLDER / f"{self.version}.json"
        file.write_text(json.dumps(asdict(self), indent=1) + "\n")
        return file


def load(file: Path) -> Released:
    """What was kept."""
    return Released(**json.loads(file.read_text()))


def columns(database: Database) -> dict[str, list[str]]:
    """The columns of every table."""
    seen = inspect(database.engine)
    return {
        table: sorted(column["name"] for column in seen.get_columns(table))
        for table in sorted(seen.get_table_names())
        if table not in OWN_TABLES
    }


def broken(database: Database, released: Released) -> list[str]:
    """What the release's code would miss or could not do on this database; nothing is changed."""
    seen = inspect(database.engine)
    there = {table: {one["name"]: one for one in seen.get_columns(table)} for table in seen.get_table_names()}
    found = []
    for table, names in released.columns.items():
        if table not in there:
            found.append(f"table {table} is gone")
            continue
        found += [f"column {table}.{name} is gone" for name in names if name not in there[table]]
        found += [
            f"column {table}.{name} must be given, which old code does not" for name in _demanded(there[table], names)
        ]
    return found + [f"{problem}: {statement}" for statement, problem in _refused(database, released)]


def _demanded(there: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Columns that the release does not know and that take no row without them."""
    new = (column for name, column in there.items() if name not in names)
    return [column["name"] for column in new if not column["nullable"] and column["default"] is None]


def _refused(database: Database, released: Released) -> list[tuple[str, str]]:
    """Statements that the database would not run, with its reason."""
    refused = []
    for statement in released.statements[database.engine.dialect.name]:
        with database.engine.connect() as connection:
            try:
                connection.exec_driver_sql(f"EXPLAIN {statement}", _nothing(statement, database))
            except Exception as problem:
                refused.append((statement, str(getattr(problem, "orig", problem)).splitlines()[0]))
    return refused


def _nothing(statement: str, database: Database) -> Any:
    """NULL for each parameter: the plan alone is asked for."""
    if database.is_sqlite:
        return (None,) * statement.count("?")
    return _Null()


class _Null(dict[str, None]):
    """Every name has no value."""

    def __missing__(self, name: str) -> None:
        return None
