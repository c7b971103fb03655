"""Emptying a PostgreSQL between two tests: what has rows, by DELETE: a hundred times quicker than TRUNCATE of all."""

from contextlib import closing
from uuid import uuid4

from sqlalchemy import TextClause, create_engine, make_url, text

from bot.database import Database
from bot.domain.models import Base
from bot.ops import migrations

NAMES = [table.name for table in Base.metadata.sorted_tables]
FULL = text("SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {name}) AS {name}" for name in NAMES))
# Neither triggers nor foreign keys have a say: everything goes.
UNGUARDED = text("SET LOCAL session_replication_role = replica")
NUMBERS_ANEW = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) "
    "FROM pg_sequences WHERE last_value IS NOT NULL"
)


def empty(database: Database) -> None:
    """Leave no row in any table, and let every number begin at 1 again."""
    with database.write() as db:
        full = db.execute(FULL).one()._mapping
        db.execute(UNGUARDED)
        for name in NAMES:
            if full[name]:
                db.execute(_delete(name))
        db.execute(NUMBERS_ANEW)


def new_database(url: str) -> str:
    """The URL of a database of its own on this server, migrated: for a test that takes tables apart."""
    name = f"own_{uuid4().hex}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    own = make_url(url).set(database=name).render_as_string(hide_password=False)
    with closing(Database(own)) as database:
        migrations.upgrade(database)
    return own


def _delete(name: str) -> TextClause:
    return text(f"DELETE FROM {name}")
