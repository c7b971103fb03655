"""The database engine for SQLite or PostgreSQL, with read sessions and write transactions."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.orm import Session

BUSY_SECONDS = 15
"""How long a SQLite writer waits for another: longer than any transaction of ours, shorter than Twilio's patience."""

CONNECT_SECONDS = 10
"""How long PostgreSQL may take to let us in: one that is away must not hold a request for minutes."""
POOL = {"pool_size": 20, "max_overflow": 20}


class Database:
    """One database. `read()` and `write()` give sessions; a write commits at the end of the block."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        options: dict[str, Any] = (
            {} if self.is_sqlite else dict(POOL, connect_args={"connect_timeout": CONNECT_SECONDS})
        )
        self.engine = create_engine(url, pool_pre_ping=not self.is_sqlite, hide_parameters=True, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        # SQLite's connections commit by themselves unless we say BEGIN.
        alone: dict[str, Any] = {"pravesh_alone": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._looking = self.engine.execution_options(**alone)
        self._writer = self.engine.execution_options(pravesh_write=True)
        # SQLite's own waiting is a look every now and then, and of sixty who look some come never: the
        # threads of a process stand in a row, and only processes look. Reentrant, since a session that has
        # not said anything yet holds nothing of SQLite's.
        self._turn: AbstractContextManager[Any] = threading.RLock() if self.is_sqlite else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking; nothing that it changes is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """A connection for statements that each stand for themselves: no transaction is begun and none is ended."""
        with self._looking.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction: committed at the end, rolled back by any exception.

        On SQLite the write lock is taken at the start: a transaction that first reads and later
        writes would otherwise fail at once when another has written in between.
        """
        with self._turn, Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("pravesh_alone", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("pravesh_write", False) else "BEGIN")
