"""Opens the database that a command works on.

What is slow to import is imported when it is needed: `--help` and mistyped commands answer at once.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from admin_cli.console import late_logs

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.database import Database
    from bot.domain.edit_conflict import Rows
    from bot.domain.keys import KeyRing
    from bot.settings import Settings

Shown: TypeAlias = "tuple[Rows, str]"
"""What was shown of rows before somebody was asked about them: the rows, and their fingerprint then."""
P = ParamSpec("P")
Found = TypeVar("Found")


def load_settings(*, making: bool = False) -> "Settings":
    """The settings; logs go to standard error, so that standard output holds only what was asked for.

    `making` makes the folder and its secret where they are missing.
    """
    from bot.settings import load

    found = load(read_only=not making)
    # At a terminal log lines of services do not help; LOG_LEVEL shows them.
    quiet = {} if "log_level" in found.model_fields_set else {"log_level": "WARNING"}
    late_logs.configure(found.model_copy(update=quiet), "cli")
    return found


@contextmanager
def open_database(*, making: bool = False) -> Iterator["Database"]:
    """The database of the settings. Raises NotReady where there is no file of it, unless `making` one."""
    from bot.database import Database
    from bot.ops.connections import database_exists

    wanted = load_settings(making=making)
    if not making:
        database_exists(wanted)
    with closing(Database(wanted.database)) as found, _at_head(found):
        yield found


@contextmanager
def reading() -> Iterator["Session"]:
    """A session for looking."""
    with open_database() as found, found.read() as db:
        yield db


def ask(question: "Callable[Concatenate[Session, P], Found]", *about: P.args, **more: P.kwargs) -> Found:
    """What a function of the rules answers, in a session for looking: `ask(events.by_slug, slug)`."""
    with open_database() as found:
        return found.ask(question, *about, **more)


def rows_of(
    slug: str,
    find: "Callable[Concatenate[Session, str, P], Iterable[Found]]",
    row: "Callable[[Found, ZoneInfo], dict[str, Any]]",
    *about: P.args,
    **more: P.kwargs,
) -> list[dict[str, Any]]:
    """A row of a listing for each thing of an event that a function of the rules finds, with moments in its zone."""
    from bot.domain import events

    with reading() as db:
        zone = ZoneInfo(events.by_slug(db, slug).timezone)
        return [row(found, zone) for found in find(db, slug, *about, **more)]


@contextmanager
def writing(what: str, slug: str | None = None, as_shown: "Shown | None" = None) -> Iterator["Session"]:
    """A session in one transaction, which leaves an entry of this name (bot.domain.audit) in the audit log.

    `slug` is the event, for the case that nothing changes; `as_shown` is what was shown before somebody was asked.
    Raises Refused `changed_meanwhile` where that is otherwise by now.
    """
    with open_database() as found, audited(found, what, slug, as_shown) as db:
        yield db


@contextmanager
def signing(what: str, as_shown: "Shown | None" = None) -> Iterator[tuple["Session", "KeyRing"]]:
    """`writing`, with the keys that sign passes."""
    from bot.pass_keys import open_ring

    with open_database() as found:
        ring = open_ring(found, load_settings())
        with audited(found, what, as_shown=as_shown) as db:
            yield db, ring


@contextmanager
def audited(
    database_: "Database", what: str, slug: str | None = None, as_shown: "Shown | None" = None
) -> Iterator["Session"]:
    """A transaction on a database that is open already; the act is kept in the audit log. See `writing`."""
    from datetime import UTC, datetime

    from admin_cli.console import actor as console_actor
    from bot.domain import edit_conflict
    from bot.domain.audit import recorder

    actor, now = console_actor.current_actor(), datetime.now(UTC)
    with database_.write() as db, recorder.audited(db, what, now=now, actor=actor, slug=slug):
        if as_shown:
            edit_conflict.require_unchanged(db, *as_shown)
        yield db


@contextmanager
def _at_head(database_: "Database") -> Iterator[None]:
    """Explain an error of the database: most often it was not migrated."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError:
        from bot.ops import checks

        checks.migrations_at_head(database_)
        raise
