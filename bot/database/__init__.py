"""The database engine for SQLite or PostgreSQL, with read sessions and write transactions."""

import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Dialect, Engine, Executable, create_engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from bot.database import prepared
from bot.timeouts import (
    DATABASE_CONNECT_TIMEOUT_SECONDS,
    DATABASE_POOL_WAIT_SECONDS,
    DATABASE_REST_SECONDS,
    DATABASE_SILENCE_SECONDS,
    SQLITE_BUSY_TIMEOUT_SECONDS,
)

# None beyond those that are kept: SQLAlchemy closes such a one after its use, so that a rush connects again and again.
SESSIONS = {"pool_size": 14, "max_overflow": 0}
LOOKS = {"pool_size": 5, "max_overflow": 0}
MAX_CONNECTIONS = sum(SESSIONS.values()) + sum(LOOKS.values())
"""Connections of one process at most: five processes stay below the 97 that PostgreSQL has for us as it comes."""
APPLICATION = "pravesh"
"""How the name begins that each process tells PostgreSQL: by it `doctor` counts the processes of all machines."""
_PATIENCE = {
    "connect_timeout": DATABASE_CONNECT_TIMEOUT_SECONDS,
    "keepalives_idle": DATABASE_SILENCE_SECONDS // 2,
    "keepalives_interval": DATABASE_SILENCE_SECONDS // 6,
    "keepalives_count": 3,
    "tcp_user_timeout": DATABASE_SILENCE_SECONDS * 1000,
}
"""libpq's words for it: asked three times from the half on, and what was written is given up at the end."""

P = ParamSpec("P")
Found = TypeVar("Found")


class BoundedPool(QueuePool):
    """A pool in which nobody waits for long: it then fails as a database does that is away."""

    def connect(self) -> PoolProxiedConnection:
        """A connection. Raises OperationalError where none came free in time."""
        try:
            return super().connect()
        except PoolTimeout as late:
            raise OperationalError(None, None, late) from None


class _BegunSession(Session):
    """A session in a transaction that has begun on this connection, which is at hand without being looked for."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, expire_on_commit=False)
        self._connection = connection

    def connection(self, *_: Any, **__: Any) -> Connection:
        """The connection."""
        return self._connection


class Database:
    """One database. `read()` and `write()` give sessions; a write commits at the end of the block.

    `ask` and `do` call one function in a session or a transaction of its own, `look` asks one statement.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = self._engine(SESSIONS)
        if self.is_sqlite:
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine, "checkin", _rest)
            event.listen(self.engine, "checkout", partial(_ask_after_rest, self.engine.dialect))
        self._writer = self.engine.execution_options(pravesh_write=True)
        self._changing = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        # One round trip instead of four: no ping, no BEGIN, no ROLLBACK. The connection used last is the warmest.
        self.looking = self._engine(LOOKS, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True)
        # SQLite's own waiting is a look every now and then, and of sixty who look some come never: the
        # threads of a process stand in a row, and only processes look. Reentrant, since a session that has
        # not said anything yet holds nothing of SQLite's.
        self._turn: AbstractContextManager[Any] = threading.RLock() if self.is_sqlite else nullcontext()

    def _engine(self, pool: Mapping[str, int], **options: Any) -> Engine:
        if not self.is_sqlite:
            from bot.database.postgres_cursor import LazyCursor  # psycopg, which SQLite does not need

            how = {**_PATIENCE, "cursor_factory": LazyCursor}
            waits = {"pool_timeout": DATABASE_POOL_WAIT_SECONDS, "connect_args": how}
            options |= {**pool, **waits, "poolclass": BoundedPool, "pool_use_lifo": True}
        made = create_engine(self.url, hide_parameters=True, **options)
        if self.is_sqlite:
            event.listen(made, "connect", _prepare_sqlite)
        else:
            event.listen(made, "do_connect", _name_process)
        return made

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking; nothing that it changes is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def ask(self, question: Callable[Concatenate[Session, P], Found], *about: P.args, **more: P.kwargs) -> Found:
        """What a function of the rules answers, in a session of its own for looking: `ask(events.by_slug, slug)`."""
        with self.read() as session:
            return question(session, *about, **more)

    def do(self, change: Callable[Concatenate[Session, P], Found], *about: P.args, **more: P.kwargs) -> Found:
        """What a function of the rules gives for what it changes, in a transaction of its own: `do(hold.lift, now)`."""
        with self.write() as session:
            return change(session, *about, **more)

    def look(self, statement: Executable, params: Mapping[str, Any]) -> Sequence[Any]:
        """What one statement that changes nothing gives, in no transaction: the cheapest way to ask."""
        try:
            return self._look(statement, params)
        except DBAPIError as lost:
            if not lost.connection_invalidated:
                raise
        return self._look(statement, params)  # all connections of before were thrown away with the lost one

    def _look(self, statement: Executable, params: Mapping[str, Any]) -> Sequence[Any]:
        with self.looking.connect() as connection:
            return prepared.rows(connection, statement, params)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction: committed at the end, rolled back by any exception.

        On SQLite the write lock is taken at the start: a transaction that first reads and later
        writes would otherwise fail at once when another has written in between.
        """
        with self._turn, Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """As `write`, begun at once and on one connection: for few statements, of which hardly any loads objects.
        What a session does around each of them is left out.
        """
        with self._turn, self._writer.begin() as connection, _BegunSession(connection) as session:
            yield session
            if session.in_transaction():  # it has objects of its own to write; `begin` commits
                session.commit()

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """A connection for changes of one statement each: PostgreSQL commits every one of them with its statement, one
        round trip instead of three. On SQLite all of the block are one transaction.
        """
        if self.is_sqlite:
            with self.write() as db:
                yield db.connection()
        else:
            with self._changing.connect() as connection:
                yield connection

    def close(self) -> None:
        """Give back all connections; who asks again connects again."""
        for engine in (self.engine, self.looking):
            engine.dispose()


def process_name() -> str:
    """What this process is called among PostgreSQL's connections."""
    return f"{APPLICATION} {socket.gethostname()[:40]} {os.getpid()}"


def _name_process(_dialect: Dialect, _record: ConnectionPoolEntry, _arguments: Any, options: dict[str, Any]) -> None:
    options["application_name"] = process_name()


def _rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = monotonic()


def _ask_after_rest(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Throw all connections away where one has not survived its rest; those in use all the time need not be asked."""
    if monotonic() - record.info.get("rests_since", monotonic()) < DATABASE_REST_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error:
        raise InvalidatePoolError from None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("pravesh_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
