"""Migrates a database to the newest tables, and tells whether it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import monotonic, sleep

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot.database import Database
from bot.errors import NotReady
from bot.timeouts import MIGRATION_LOCK_MS, MIGRATION_PATIENCE_SECONDS, MIGRATION_PAUSE_SECONDS

FOLDER = Path(__file__).parents[2] / "migrations"
OK = "ok"
NEWER = "newer than this code"
"""Newer code has migrated already. This code goes on: tables lose nothing that it reads (CONTRIBUTING)."""
BEHIND = "behind"
LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED = "55P03", "40P01"
"""PostgreSQL's codes (appendix A of its manual)."""
IN_USE = (
    "DATABASE_URL: others do not let go of a table that a migration changes (a dump, or a transaction that was "
    "forgotten): look in pg_stat_activity, end it, and run this again; no migration is half done"
)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(database: Database) -> None:
    """Run every migration that the database lacks while others go on reading and writing.

    All or none on SQLite; on PostgreSQL what comes before an index that is made beside them is kept, and the index
    begins anew after whatever broke it off. A statement that changes a table waits there until nobody uses it, and
    everybody who comes meanwhile waits behind it: so it waits only a moment, and all is tried again. Raises NotReady
    where a table is never let go.
    """
    end = monotonic() + MIGRATION_PATIENCE_SECONDS
    while not _upgraded(database):
        if monotonic() > end:
            raise NotReady(IN_USE)
        sleep(MIGRATION_PAUSE_SECONDS)


def _upgraded(database: Database) -> bool:
    """Whether it could be done: False where another connection had a table for too long."""
    config = _config()
    try:
        with _giving_way(database) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as problem:
        if getattr(problem.orig, "sqlstate", "") not in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED):
            raise
        return False
    return True


@contextmanager
def _giving_way(database: Database) -> Iterator[Connection]:
    """A connection in no transaction yet, which waits only a moment for a table; nobody gets it after this."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            yield connection
            return
        connection.exec_driver_sql(f"SET lock_timeout = {MIGRATION_LOCK_MS}")
        connection.commit()
        try:
            yield connection
        finally:
            connection.invalidate()


def newest() -> str:
    """The revision that the code expects."""
    return known()[0]


@cache
def known() -> tuple[str, ...]:
    """The revisions of this code, the newest first; those of its start, should its files be replaced meanwhile."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def current(database: Database) -> str:
    """The revision that the database is at; empty where it has none."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def migration_state(database: Database) -> tuple[str, str]:
    """The database's revision, and how it stands to this code: OK, NEWER (one that it does not know) or BEHIND."""
    found = current(database)
    if found == newest():
        return found, OK
    return found, BEHIND if not found or found in known() else NEWER
