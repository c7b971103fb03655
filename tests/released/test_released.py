"""The release before runs on the tables of now: no migration takes away what it reads or asks for more."""

from contextlib import closing

import pytest
from sqlalchemy import text

from bot import __version__
from bot.database import Database
from tests import empty_tables, released

(FILE,) = released.FOLDER.glob("*.json")
KEPT = released.load(FILE)


def test_one_release_is_kept() -> None:
    """Of this version or the one before: docs/releasing.md says when the file is made anew."""
    kept, own = (tuple(int(part) for part in version.split(".")) for version in (KEPT.version, __version__))
    assert kept <= own
    assert all(len(KEPT.statements[name]) > 40 for name in ("sqlite", "postgresql"))
    assert {"passes", "registrations", "deliveries", "checkins"} <= set(KEPT.columns)


def test_code_of_the_release_before_runs_on_these_tables(database: Database) -> None:
    """Where this fails, the migration takes away too early: add first, remove a release later (CONTRIBUTING.md)."""
    assert released.broken(database, KEPT) == []


@pytest.mark.own_database
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("ALTER TABLE attempts RENAME TO tries", "table attempts is gone"),
        ("ALTER TABLE deliveries RENAME COLUMN reason TO why", "column deliveries.reason is gone"),
        ("ALTER TABLE gates ADD COLUMN colour VARCHAR NOT NULL DEFAULT ''", ""),
        ("ALTER TABLE gates ADD COLUMN colour VARCHAR", ""),
    ],
)
def test_what_is_taken_away_too_early_is_found(database: Database, change: str, complaint: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(change))
    found = released.broken(database, KEPT)
    assert (complaint in found) if complaint else found == []


def test_a_column_that_must_be_given_is_found(postgres: Database) -> None:
    """On PostgreSQL: SQLite itself adds no such column to a table."""
    with closing(Database(empty_tables.new_database(postgres.url))) as database:
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE gates ADD COLUMN colour VARCHAR NOT NULL"))
        assert released.broken(database, KEPT) == ["column gates.colour must be given, which old code does not"]


@pytest.mark.own_database
def test_a_statement_that_no_longer_runs_is_found(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE deliveries RENAME COLUMN reason TO why"))
    assert any("UPDATE deliveries" in one for one in released.broken(database, KEPT))
