"""What must hold before the service runs: a database that is ahead is well, one that is behind is not."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import create_engine, text

import bot.database
from bot.database import Database
from bot.errors import NotReady
from bot.ops import checks, migrations, prepare_database
from webhooks.health import Readiness


@pytest.fixture(autouse=True)
def back_at_head(database: Database) -> Iterator[None]:
    """PostgreSQL serves all tests: the next finds its tables at head."""
    yield
    stand_at(database, migrations.newest())


def stand_at(database: Database, revision: str) -> None:
    """Write into the database that it is at this revision."""
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": revision})


def test_a_database_that_is_ahead_of_the_code_is_well(database: Database) -> None:
    """New code migrates while old code still runs and is restarted."""
    stand_at(database, "9999")
    assert migrations.migration_state(database) == ("9999", migrations.NEWER)
    assert checks.migrations_at_head(database).startswith("9999")
    assert prepare_database.upgrade(database).startswith("9999")
    assert migrations.current(database) == "9999"


def test_readyz_says_so_and_goes_on(database: Database, redis: "Redis") -> None:
    readiness = Readiness(database, redis)
    assert readiness.states()[0] == 200
    stand_at(database, "9999")
    status, found = readiness.states()
    assert (status, found["status"], found["migrations"]) == (200, "ok", migrations.NEWER)
    stand_at(database, "0001")
    status, found = readiness.states()
    assert (status, found["migrations"]) == (503, migrations.BEHIND)


def test_a_database_that_is_behind_is_not_well(database: Database) -> None:
    stand_at(database, "0001")
    assert migrations.migration_state(database) == ("0001", migrations.BEHIND)
    with pytest.raises(NotReady, match="db upgrade"):
        checks.migrations_at_head(database)


def test_a_database_without_tables_is_behind(tmp_path: Path) -> None:
    assert migrations.migration_state(Database(f"sqlite:///{tmp_path / 'empty.db'}")) == ("", migrations.BEHIND)


def test_connections_are_counted_for_each_process_that_is_there(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        bot.database, "create_engine", create_engine
    )  # the tests' own shares a dialect that has connected
    monkeypatch.setattr(bot.database, "process_name", lambda: f"{bot.database.APPLICATION} elsewhere 7")
    with closing(Database(postgres.url)) as elsewhere:
        elsewhere.look(text("SELECT 1"), {})
        before = checks.connections_suffice(postgres)
        monkeypatch.setattr(bot.database, "process_name", lambda: f"{bot.database.APPLICATION} elsewhere 8")
        with closing(Database(postgres.url)) as another:
            another.look(text("SELECT 1"), {})
            after = checks.connections_suffice(postgres)
            monkeypatch.setattr(checks, "MAX_CONNECTIONS", 1000)
            with pytest.raises(NotReady, match="max_connections"):
                checks.connections_suffice(postgres)
    assert int(after.split()[0]) == int(before.split()[0]) + 1


class HostedRedis(Redis):
    """One that keeps no file, as hosted ones do, with a replica in this state, or none."""

    def __init__(self, url: str, state: str) -> None:
        super().__init__(connection_pool=Redis.from_url(url).connection_pool)
        self.state = state

    def info(self, section: str | None = None, *args: Any, **options: Any) -> Any:
        if section == "replication" and self.state:
            return {"role": "master", "connected_slaves": 1, "slave0": {"ip": "10.0.0.1", "state": self.state}}
        return super().info(section, *args, **options)


@pytest.mark.parametrize(("state", "well"), [("", False), ("wait_bgsave", False), ("online", True)])
def test_without_a_file_only_a_replica_keeps_what_redis_holds(redis_url: str, state: str, well: bool) -> None:
    with HostedRedis(redis_url, state) as hosted:
        if well:
            assert checks.redis_keeps(hosted).endswith(": 1")
        else:
            with pytest.raises(NotReady, match="appendonly"):
                checks.redis_keeps(hosted)
