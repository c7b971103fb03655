"""What runs out slowly is told by `doctor` and `/readyz` while there is still time."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from redis import Redis
from redis.exceptions import OutOfMemoryError

from bot.clocks import utc_now
from bot.database import Database
from bot.delivery.outbox.enqueue import enqueue_reply
from bot.errors import NotReady
from bot.ops import capacity
from tests import redis_server
from webhooks.health import Readiness


@pytest.fixture
def small_redis(tmp_path: Path) -> Iterator["Redis"]:
    """A Redis of its own, whose bounds may be changed."""
    with redis_server.serving(tmp_path) as url, Redis.from_url(url) as client:
        yield client


@contextmanager
def bounded(redis: "Redis", name: str, value: object) -> Iterator[None]:
    """With another bound for as long as the block lasts."""
    before = cast("dict[str, str]", redis.config_get(name))[name]
    redis.config_set(name, str(value))
    try:
        yield
    finally:
        redis.config_set(name, before)


def test_a_redis_that_is_full_is_told(small_redis: "Redis", database: Database) -> None:
    readiness = Readiness(database, small_redis)
    assert readiness.states()[1]["redis"] == "ok"
    assert "without maxmemory" in capacity.redis_has_room(small_redis)
    with bounded(small_redis, "maxmemory", small_redis.info("memory")["used_memory"] + 500_000):
        with pytest.raises(OutOfMemoryError):  # noqa: PT012 - until it is full
            for number in range(100):
                small_redis.set(f"much {number}", "x" * 10_000)
        with pytest.raises(NotReady, match="refused 1 commands"):
            capacity.redis_has_room(small_redis)
        status, found = readiness.states()
    assert (status, found["status"], found["redis"]) == (200, "degraded", "full")


def test_a_redis_that_forgets_when_it_is_full_is_told(small_redis: "Redis") -> None:
    small_redis.config_set("maxmemory", 10**9)
    assert "of 1000 MB" in capacity.redis_has_room(small_redis)
    small_redis.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(NotReady, match="noeviction"):
        capacity.redis_has_room(small_redis)


def test_connections_that_run_out_at_redis_are_told(small_redis: "Redis", database: Database) -> None:
    assert "Redis" in capacity.connections_left(database, small_redis)
    with bounded(small_redis, "maxclients", 10), ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(
                Redis.from_url(f"unix://{small_redis.connection_pool.connection_kwargs['path']}")
            ).ping()
        with pytest.raises(NotReady, match="run out"):
            capacity.connections_left(database, small_redis)
        status, found = Readiness(database, small_redis).states()
    assert (status, found["status"], found["connections"]) == (200, "degraded", "short")


def test_connections_that_run_out_at_the_database_are_told(postgres: Database, redis: "Redis") -> None:
    assert "database" in capacity.connections_left(postgres, redis)
    with ExitStack() as stack:
        (_, most) = capacity._sessions(postgres)
        others = [Database(postgres.url) for _ in range(most // 14 + 1)]
        with pytest.raises(NotReady, match=r"run out|nobody in"):  # noqa: PT012 - until so many are open
            for other in others:
                stack.callback(other.close)
                for _ in range(14):
                    stack.enter_context(other.engine.connect())
                    capacity.connections_left(postgres, redis)


def test_an_outbox_that_grows_is_told(database: Database, redis: "Redis") -> None:
    now = utc_now()
    assert capacity.outbox_keeps_up(database, now) == "0 messages are due"
    with database.write() as db:
        for sid in ("SM1", "SM2", "SM3"):
            enqueue_reply(db, message_sid=sid, address=f"whatsapp:{sid}", sender=None, body="words", now=now)
    assert capacity.outbox_keeps_up(database, now + timedelta(seconds=30)) == "3 messages are due"
    late = now + capacity.LATE_AFTER + timedelta(seconds=1)
    with pytest.raises(NotReady, match=r"3 messages wait, the oldest since 61 s"):
        capacity.outbox_keeps_up(database, late)
    status, found = Readiness(database, redis, lambda: late).states()
    assert (status, found["status"], found["outbox"]) == (200, "degraded", "behind")
