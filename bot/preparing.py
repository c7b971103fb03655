"""Making a database ready: its tables, and the demo event where one is wanted."""

from datetime import UTC, datetime

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from bot import checks, migrations
from bot.database import Database
from bot.domain import events
from bot.errors import NotReady


def upgrade(database: Database) -> str:
    """Run the migrations that the database lacks; the revision. Raises NotReady where they cannot be run."""
    checks.database_answers(database)
    try:
        migrations.upgrade(database)
    except DBAPIError as problem:
        raise NotReady(f"the migrations cannot be run ({checks.reason(problem)})") from None
    except CommandError:
        raise NotReady(
            "the database is newer than this code: run the newer code, or restore an older database"
        ) from None
    return migrations.newest()


def make_demo(database: Database) -> bool:
    """Make the demo event where there is no event at all; whether it was made."""
    with database.write() as db:
        return events.make_demo(db, datetime.now(UTC)) is not None
