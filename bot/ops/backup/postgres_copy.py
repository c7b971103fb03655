"""Copies of a PostgreSQL database: by pg_dump, of the same moment as the counts of its rows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from sqlalchemy import Connection, Integer, column, func, inspect, select, table, text

from bot.database import Database
from bot.ops import checks
from bot.ops.backup import postgres_tools

_COPY = re.compile(rb"COPY (?:\w+\.)?\"?(\w+)\"? \(.*\) FROM stdin;\n")
_SETVAL = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :number)")


@contextmanager
def dump(database: Database) -> Iterator[tuple[IO[bytes], dict[str, int], int]]:
    """The dump as a stream, how many rows each table has in it, and the version of the pg_dump that makes it."""
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        program, version = postgres_tools.find("pg_dump", _major(connection))
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        address, environment = postgres_tools.target(database.url)
        command = [program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", address]
        counts = {
            name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
            for name in sorted(inspect(connection).get_table_names())
        }
        with postgres_tools.reading(command, environment) as stream:
            yield stream, counts, version


@contextmanager
def restoring(database: Database, version: int) -> Iterator[IO[bytes]]:
    """Takes a dump that a pg_dump of this version made; all of it is there at the end, or nothing."""
    with database.engine.connect() as connection:
        program, _ = postgres_tools.find("pg_restore", max(_major(connection), version))
    address, environment = postgres_tools.target(database.url)
    command = [program, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    with postgres_tools.writing([*command, f"--dbname={address}"], environment) as stream:
        yield stream


def rows(file: str, version: int) -> dict[str, int]:
    """How many rows each table has in a dump of a pg_dump of this version. Raises NotReady where it is damaged."""
    found: dict[str, int] = {}
    program, _ = postgres_tools.find("pg_restore", version)
    command = [program, "--data-only", "--file=-", file]
    with postgres_tools.reading(command) as lines:
        table = ""
        for line in lines:
            if table and line != b"\\.\n":
                found[table] += 1
            elif table:
                table = ""
            elif begun := _COPY.fullmatch(line):
                table = begun[1].decode()
                found[table] = 0
    return found


def skip_numbers(database: Database, tables: frozenset[str], gap: int) -> None:
    """Let the rows that are made from now on have higher numbers, by so many, than the latest of each table."""
    with database.engine.begin() as connection:
        for name in sorted(tables):
            latest = select(func.coalesce(func.max(column("id", Integer)), 0)).select_from(table(name))
            highest = connection.execute(latest).scalar_one()
            connection.execute(_SETVAL, {"name": name, "number": highest + gap})


def _major(connection: Connection) -> int:
    return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def is_empty(database: Database) -> bool:
    """Whether the database has no table yet. Raises NotReady where it does not answer."""
    checks.database_answers(database)
    return not inspect(database.engine).get_table_names()
