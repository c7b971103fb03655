"""Taking a database back to one of its migrations, which only tests do."""

from alembic import command

from bot.database import Database
from bot.ops import migrations


def to(database: Database, revision: str) -> None:
    """Bring it back there; `base` leaves no table."""
    config = migrations._config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
