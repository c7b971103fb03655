"""Runs the migrations against the database of the settings, or the connection that a caller hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from bot.database import Database
from bot.domain.models import Base
from bot.domain.models.base import UtcDateTime


def _plain_types(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our own types as the database's: a migration must not change when the code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def migrate(connection: Connection) -> None:
    """Run what is missing, in one transaction but for what a migration does in an `autocommit_block`."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_plain_types,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    from bot import settings

    database = Database(settings.load().database)
    with database.engine.connect() as connection:
        migrate(connection)
    database.close()
