from contextlib import ExitStack, closing
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import bot.database
from bot.database import Database
from bot.ops import migrations
from tests import listening


def test_a_migrated_database_is_at_the_newest_revision(database: Database) -> None:
    assert migrations.current(database) == migrations.newest() != ""


def test_a_look_is_one_statement_in_no_transaction(database: Database) -> None:
    one = text("SELECT 1")
    database.look(one, {})
    with listening.statements(all_of_them=True) as told:
        assert database.look(one, {})[0] == (1,)
    assert told == ["SELECT 1"]


def test_a_look_over_a_connection_that_was_lost_asks_again(postgres: Database) -> None:
    me, end = text("SELECT pg_backend_pid()"), text("SELECT pg_terminate_backend(:pid)")
    (pid,) = postgres.look(me, {})[0]
    with postgres.read() as db:
        db.execute(end, {"pid": pid})
    assert postgres.look(me, {})[0] != (pid,)


def test_a_look_reads_nothing_of_a_transaction_that_is_still_open(database: Database) -> None:
    wanted = text("SELECT count(*) FROM contacts")
    with database.write() as db:
        db.execute(text("INSERT INTO contacts (created_at) VALUES ('2027-01-10 06:00:00+00')"))
        assert database.look(wanted, {})[0] == (0,)
    assert database.look(wanted, {})[0] == (1,)


def test_a_session_asks_a_connection_only_after_a_rest_whether_it_lives(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, end = text("SELECT pg_backend_pid()"), text("SELECT pg_terminate_backend(:pid)")
    asked, ping = list[int](), postgres.engine.dialect.do_ping

    def asking(connection: Any) -> bool:
        asked.append(1)
        return ping(connection)

    monkeypatch.setattr(postgres.engine.dialect, "do_ping", asking)
    postgres.close()
    for _ in range(3):
        with postgres.write() as db:
            pid = db.scalar(me)
    assert asked == []
    postgres.look(end, {"pid": pid})
    monkeypatch.setattr(bot.database, "DATABASE_REST_SECONDS", 0.0)
    with postgres.write() as db:
        assert db.scalar(me) != pid
    assert asked == [1]


def test_whoever_finds_no_connection_in_time_is_told_as_if_the_database_were_away(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.database, "DATABASE_POOL_WAIT_SECONDS", 0.01)
    with closing(Database(postgres.url)) as small, ExitStack() as held:
        for _ in range(sum(bot.database.LOOKS.values())):
            held.enter_context(small.looking.connect())
        with pytest.raises(OperationalError):
            small.look(text("SELECT 1"), {})
        held.close()
        assert small.look(text("SELECT 1"), {})[0] == (1,)


def test_a_connection_is_given_up_when_its_server_says_nothing(postgres: Database) -> None:
    with postgres.engine.connect() as connection:
        given = connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]  # psycopg's own; None only once it is closed
    assert {name: int(given[name]) for name in ("tcp_user_timeout", "keepalives_idle", "connect_timeout")} == {
        "tcp_user_timeout": 30_000,
        "keepalives_idle": 15,
        "connect_timeout": 10,
    }
