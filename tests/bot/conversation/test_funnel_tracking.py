"""How far registrations come: noted as a chat goes on, put into rows by the clock, seen in the funnel."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import event, select

from bot.conversation.funnel_tracking import STATE_KEY, FunnelTracker
from bot.database import Database
from bot.domain import events
from bot.domain.keys import KeyRing
from bot.domain.models import Beginning
from bot.domain.stats import dashboard_query, recount
from tests.bot.domain.builders import DAY, NOW
from tests.gate_talk import Chat, chat

pytestmark = pytest.mark.databases("sqlite")
WHOLE = ("hi", "1", "Asha Verma", "1", "3", "yes")


@pytest.fixture(autouse=True)
def short_fair(database: Database) -> None:
    """An open event of three days."""
    with database.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=2), now=NOW)
        events.open_event(db, "fair")


def talk(database: Database, redis: "Redis", ring: KeyRing, phone: str, messages: Sequence[str]) -> Chat:
    one = chat(database, ring, phone, NOW)
    one.turns = replace(one.turns, funnel_tracker=FunnelTracker(redis))
    for text in messages:
        one.say(text)
    return one


def funnel(database: Database, redis: "Redis", minutes: int = 45) -> dict[str, tuple[int, int]]:
    """By step: how many reached it, and how many had left there so long after."""
    FunnelTracker(redis).flush(database)
    with database.read() as db:
        assert recount.differences(db, "fair") == []
        found = dashboard_query.get_dashboard(db, "fair", NOW + timedelta(minutes=minutes))
        assert found.funnel == found.funnel_today
        return {one.step: (one.reached, one.left) for one in found.funnel}


def test_where_people_give_up(database: Database, redis: "Redis", ring: KeyRing) -> None:
    talk(database, redis, ring, "+919800000001", WHOLE)
    talk(database, redis, ring, "+919800000002", WHOLE[:3])
    talk(database, redis, ring, "+919800000003", WHOLE[:1])
    asked = funnel(database, redis)
    assert asked["language"] == (3, 1)
    assert asked["full_name"] == (2, 0)
    assert asked["visit_date"] == (2, 1)
    assert asked["party_size"] == (1, 0)
    assert asked["agree"] == (1, 0)
    assert asked["done"] == (1, 0)
    assert funnel(database, redis, minutes=5)["visit_date"] == (2, 0)  # they may still be typing


def test_going_back_an_aside_and_starting_again_are_the_same_beginning(
    database: Database, redis: "Redis", ring: KeyRing
) -> None:
    one = talk(database, redis, ring, "+919800000001", (*WHOLE[:4], "back", "back", "help", "restart", "language"))
    assert funnel(database, redis)["party_size"] == (1, 1)
    for text in ("1", *WHOLE[2:]):
        one.say(text)
    assert STATE_KEY not in one.state
    assert funnel(database, redis)["done"] == (1, 0)


def test_what_arrives_twice_or_late_changes_nothing(database: Database, redis: "Redis", ring: KeyRing) -> None:
    one = talk(database, redis, ring, "+919800000001", WHOLE[:2])
    early = redis.hgetall("beginnings")
    for text in WHOLE[2:5]:
        one.say(text)
    assert funnel(database, redis)["agree"] == (1, 1)
    redis.hset("beginnings", mapping=early)  # type: ignore[arg-type]  # as it was read
    assert funnel(database, redis)["agree"] == (1, 1)
    assert redis.hlen("beginnings") == 0


def test_no_turn_before_the_last_writes_to_the_database(database: Database, redis: "Redis", ring: KeyRing) -> None:
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE"):
            written.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    one = talk(database, redis, ring, "+919800000001", WHOLE[:5])
    assert written == []
    one.say(WHOLE[5])
    assert sum("beginnings" in statement for statement in written) == 1


def test_without_redis_nobody_is_held_up(database: Database, redis: "Redis", ring: KeyRing) -> None:
    away = Redis(port=1, retry=Retry(NoBackoff(), 0))
    assert talk(database, away, ring, "+919800000001", WHOLE).state["flow"] == ""
    assert funnel(database, redis)["done"] == (1, 0)  # the turn that registers writes it itself


def test_whatever_was_kept_is_no_reason_to_stumble(database: Database, redis: "Redis", ring: KeyRing) -> None:
    one = talk(database, redis, ring, "+919800000001", WHOLE[:2])
    strange: list[Any] = ["x", {"id": 1}, [], {"steps": None}]
    for kept in strange:
        one.state = {**one.state, STATE_KEY: kept}
        one.say("Asha Verma")
    with database.read() as db:
        assert db.scalars(select(Beginning)).all() == []
