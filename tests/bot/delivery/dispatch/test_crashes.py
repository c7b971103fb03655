"""A worker killed around the call to Twilio: nothing is lost, nothing is sent twice."""

import multiprocessing
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from bot.database import Database
from bot.delivery.carriers import StatusUpdate
from bot.delivery.dispatch import Outbox, enqueue_pass, enqueue_reply
from bot.delivery.twilio.messages import Twilio
from bot.settings import Settings
from tests.bot.delivery.conftest import LANE, NOW, Clock, FakeOtps, fetched, make_pass, reply, row
from tests.bot.delivery.draining import drain
from tests.bot.delivery.dying import DIED, deliver
from tests.bot.delivery.fake_api import FakeApi, serving

# A server that has loaded the code once and forks a clean process for each test.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.bot.delivery.dying"])
POINTS = ("before_the_try", "before_the_call", "after_the_call", "before_the_note", "after_the_note")
PEOPLE = 6


@pytest.fixture
def crash_api() -> Iterator[FakeApi]:
    with serving() as api:
        yield api


@pytest.fixture
def crashing_settings(settings: Settings, crash_api: FakeApi) -> Settings:
    """Those of a worker that may be killed, with the test's own Twilio."""
    return settings.model_copy(update={"twilio_api_base": crash_api.origin})


def dies(point: str, settings: Settings, database_url: str, redis_url: str, delivery: int = 0) -> None:
    """Let a process of its own deliver the row, or drain all that is owed, and be killed at this point."""
    given = settings.model_dump(include={"public_url", "secret_key", "twilio_api_base"})
    worker = PROCESSES.Process(target=deliver, args=(point, given, database_url, redis_url, delivery))
    worker.start()
    worker.join(60)
    assert worker.exitcode == DIED


def goes_on(outbox: Outbox, redis: "Redis", clock: Clock) -> None:
    """What clock and workers do in the minutes after."""
    for _ in range(4):
        clock.move(seconds=60)
        outbox.sweep(clock.at)
        drain(outbox)
        redis.flushall()


class Blind(Twilio):
    """A client that finds nothing in Twilio's list."""

    def find(self, *args: Any, **options: Any) -> StatusUpdate | None:
        return None


@pytest.mark.parametrize("point", POINTS)
def test_one_message_whenever_the_worker_dies(
    point: str,
    database: Database,
    database_url: str,
    redis: "Redis",
    redis_url: str,
    crashing_settings: Settings,
    crash_api: FakeApi,
) -> None:
    clock = Clock()
    outbox = Outbox(
        database, redis, Twilio(crashing_settings), FakeOtps(), crashing_settings, clock, check_media=fetched
    )
    with database.write() as db:
        words = enqueue_reply(db, message_sid="SM1", address=LANE, sender=None, body="Hello", now=NOW)
        image = enqueue_pass(db, make_pass(db), address=LANE, sender=None, language="en", now=NOW)
    dies(point, crashing_settings, database_url, redis_url, words)
    assert len(crash_api.taken) == (0 if point in ("before_the_try", "before_the_call") else 1)
    goes_on(outbox, redis, clock)
    assert len(crash_api.taken) == 2
    assert crash_api.bodies[0] == "Hello"
    assert "7K3M-PQ2R" in crash_api.bodies[1]
    for delivery in (words, image):
        assert (row(database, delivery).status, row(database, delivery).tried_at) == ("queued", None)


@pytest.mark.parametrize("point", POINTS)
def test_each_message_once_whenever_a_drain_is_killed(
    point: str,
    database: Database,
    database_url: str,
    redis: "Redis",
    redis_url: str,
    crashing_settings: Settings,
    crash_api: FakeApi,
) -> None:
    """Some calls have not begun, some are on their way, some were taken and some noted: nobody is passed over."""
    clock = Clock()
    outbox = Outbox(
        database, redis, Twilio(crashing_settings), FakeOtps(), crashing_settings, clock, check_media=fetched
    )
    lanes = [f"whatsapp:+9198000000{number:02}" for number in range(PEOPLE)]
    rows = [reply(database, f"{number} to {lane}", lane=lane) for number in range(2) for lane in lanes]
    dies(point, crashing_settings, database_url, redis_url)
    goes_on(outbox, redis, clock)
    assert sorted(crash_api.bodies) == sorted(f"{number} to {lane}" for number in range(2) for lane in lanes)
    for lane in lanes:
        assert [message["Body"][0] for message in crash_api.taken if message["To"] == lane] == ["0", "1"]
    assert {(row(database, one).status, row(database, one).tried_at) for one in rows} == {("queued", None)}


@pytest.mark.parametrize("point", ["before_the_call", "after_the_call"])
def test_an_image_is_looked_up_by_its_caption(
    point: str,
    database: Database,
    database_url: str,
    redis: "Redis",
    redis_url: str,
    crashing_settings: Settings,
    crash_api: FakeApi,
) -> None:
    clock = Clock()
    outbox = Outbox(
        database, redis, Twilio(crashing_settings), FakeOtps(), crashing_settings, clock, check_media=fetched
    )
    with database.write() as db:
        image = enqueue_pass(db, make_pass(db), address=LANE, sender=None, language="hi", now=NOW)
    dies(point, crashing_settings, database_url, redis_url, image)
    goes_on(outbox, redis, clock)
    assert len(crash_api.taken) == 1
    assert row(database, image).status == "queued"


def test_without_the_look_up_it_would_be_two(
    database: Database,
    database_url: str,
    redis: "Redis",
    redis_url: str,
    crashing_settings: Settings,
    crash_api: FakeApi,
) -> None:
    clock = Clock()
    outbox = Outbox(
        database, redis, Blind(crashing_settings), FakeOtps(), crashing_settings, clock, check_media=fetched
    )
    with database.write() as db:
        words = enqueue_reply(db, message_sid="SM1", address=LANE, sender=None, body="Hello", now=NOW)
    dies("after_the_call", crashing_settings, database_url, redis_url, words)
    goes_on(outbox, redis, clock)
    assert crash_api.bodies == ["Hello", "Hello"]
