"""The database that a command works on.

What is slow to import is imported when it is needed: `--help` and mistyped commands answer at once.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.database import Database
    from bot.settings import Settings


def settings() -> "Settings":
    """The settings; logs go to standard error, so that standard output holds only what was asked for."""
    from bot import logs
    from bot.settings import load

    found = load()
    logs.configure(found, "cli")
    return found


@contextmanager
def database() -> Iterator["Database"]:
    """The database of the settings."""
    from bot.database import Database

    with closing(Database(settings().database)) as found, _at_head(found):
        yield found


@contextmanager
def reading() -> Iterator["Session"]:
    """A session for looking."""
    with database() as found, found.read() as db:
        yield db


@contextmanager
def writing() -> Iterator["Session"]:
    """A session in one transaction."""
    with database() as found, found.write() as db:
        yield db


@contextmanager
def _at_head(found: "Database") -> Iterator[None]:
    """Where the database fails, say what is the matter with it: most often it was not migrated."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError:
        from bot import checks

        checks.migrations_at_head(found)
        raise
