"""Makes a database ready: its tables, and the demo event where one is wanted."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from bot.database import Database
from bot.domain import events
from bot.domain.roster import owners, trial
from bot.errors import NotReady
from bot.ops import checks, migrations


def upgrade(database: Database) -> str:
    """Run the migrations that the database lacks; where it is then. Raises NotReady where they cannot be run.

    A database that newer code has migrated is left as it is: code is rolled back, tables are not.
    """
    _make_file(database)
    checks.database_answers(database)
    try:
        if migrations.migration_state(database)[1] == migrations.BEHIND:
            migrations.upgrade(database)
    except DBAPIError as problem:
        raise NotReady(f"the migrations cannot be run ({checks.failure_reason(problem)})") from None
    return checks.migrations_at_head(database)


def _make_file(database: Database) -> None:
    """An SQLite file that is not there yet, for its owner's eyes alone; SQLite's other files follow it in that."""
    path = make_url(database.url).database
    if database.is_sqlite and path and path != ":memory:":
        with suppress(OSError):  # the database says better what is the matter
            Path(path).touch(mode=0o600)


def claim_link(database: Database, origin: str) -> str | None:
    """A link by which somebody becomes the first owner, and the only one that does; None where there is an owner."""
    token = database.do(owners.new_claim, datetime.now(UTC))
    return f"{origin}/staff/claim/{token}" if token else None


def make_demo(database: Database, *, staffed: bool) -> bool:
    """Make the demo event where there is no event at all; whether it was made.

    `staffed`: with people at work whose phones are in the simulator. With real Twilio they would be somebody's.
    """
    now = datetime.now(UTC)
    with database.write() as db:
        made = events.make_demo(db, now) is not None
        if made and staffed:
            trial.add_staff(db, now)
    return made
