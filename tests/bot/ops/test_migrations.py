"""The migrations make the tables that the code expects, on both databases, and can be undone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import OperationalError

from bot.database import Database
from bot.domain.models import Base
from bot.errors import NotReady
from bot.ops import migrations
from tests import empty_tables, migrated
from tests.e2e.server import until


def test_the_migrated_tables_are_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_check_and_every_partial_index_is_there(database: Database) -> None:
    """What the comparison does not look at."""
    found = inspect(database.engine)
    for table in Base.metadata.sorted_tables:
        wanted = {str(rule.name) for rule in table.constraints if isinstance(rule, CheckConstraint)}
        assert {check["name"] for check in found.get_check_constraints(table.name)} == wanted
    [one_a_day] = [index for index in found.get_indexes("passes") if index["name"] == "uq_passes_one_a_day"]
    options: dict[str, Any] = one_a_day["dialect_options"]
    assert one_a_day["unique"]
    assert "valid" in str(options.get("sqlite_where", options.get("postgresql_where")))


@pytest.mark.own_database
def test_everything_can_be_undone_and_done_again(database: Database) -> None:
    migrated.to(database, "base")
    assert inspect(database.engine).get_table_names() == ["alembic_version"]
    migrations.upgrade(database)
    assert migrations.current(database) == migrations.newest()


WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
READING = text("SELECT count(*) FROM registrations")


@pytest.fixture
def altering(postgres: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database whose migrations add a column to a table that everybody uses."""

    def add_a_column(config: Any, _revision: str) -> None:
        with config.attributes["connection"].begin():
            config.attributes["connection"].execute(text("ALTER TABLE registrations ADD COLUMN came_by VARCHAR"))

    with closing(Database(empty_tables.new_database(postgres.url))) as database:
        monkeypatch.setattr(command, "upgrade", add_a_column)
        yield database


def test_a_migration_that_must_wait_holds_up_nobody(altering: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody reads for a long time, as pg_dump does; whoever comes after the migration reads at once all the same."""
    monkeypatch.setattr(migrations, "MIGRATION_PAUSE_SECONDS", 0.05)
    with ThreadPoolExecutor(1) as pool:
        with altering.engine.connect() as long, altering.engine.connect() as other:
            long.execute(READING)
            migrated = pool.submit(migrations.upgrade, altering)
            until(lambda: other.scalar(WAITING), "the migration waits for the table")
            other.execute(text("SET statement_timeout = '60s'"))
            other.execute(READING)
            assert not migrated.done()
        migrated.result(60)
    assert "came_by" in {column["name"] for column in inspect(altering.engine).get_columns("registrations")}


def test_a_table_that_is_never_let_go_is_told(altering: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "MIGRATION_PATIENCE_SECONDS", 0.0)
    with altering.engine.connect() as long:
        long.execute(READING)
        with pytest.raises(NotReady, match="pg_stat_activity"):
            migrations.upgrade(altering)


CHANGING = text("UPDATE passes SET party_size = 1 WHERE false")
"""Locks the table as every change does."""
CANCEL = text("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'")
INVALID = text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")


def test_an_index_is_made_while_others_write_and_anew_after_a_try_that_was_broken_off(postgres: Database) -> None:
    with closing(Database(empty_tables.new_database(postgres.url))) as database, ThreadPoolExecutor(1) as pool:
        migrated.to(database, "0042")
        with database.engine.connect() as long, database.engine.connect() as other:
            long.execute(CHANGING)
            migrating = pool.submit(migrations.upgrade, database)
            until(lambda: other.scalar(WAITING), "the migration waits for whoever had begun before")
            other.execute(text("SET LOCAL lock_timeout = '1ms'"))
            other.execute(CHANGING)
            other.commit()
            other.execute(CANCEL)
            with pytest.raises(OperationalError):
                migrating.result(60)
            assert other.scalar(INVALID) == "ix_passes_event_id_day_id"
        migrations.upgrade(database)
        with database.engine.connect() as connection:
            assert connection.execute(INVALID).all() == []
        assert migrations.current(database) == migrations.newest()
