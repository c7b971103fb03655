"""Migrates a database to the newest tables, and tells whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.database import Database

FOLDER = Path(__file__).parents[2] / "migrations"
OK = "ok"
NEWER = "newer than this code"
"""Newer code has migrated already. This code goes on: tables lose nothing that it reads (CONTRIBUTING)."""
BEHIND = "behind"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(database: Database) -> None:
    """Run every migration that the database lacks."""
    config = _config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


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
