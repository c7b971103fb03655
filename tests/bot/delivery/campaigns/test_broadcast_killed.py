"""A process killed with SIGKILL in the middle of a broadcast: the next ones bring it to everybody, exactly once."""

import multiprocessing
import signal
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis

from bot.database import Database
from bot.delivery.campaigns.broadcasts import BroadcastSender
from bot.delivery.dispatch import Outbox
from bot.delivery.twilio.messages import Twilio
from bot.domain.messaging import broadcasts
from bot.settings import Settings
from tests.bot.delivery.conftest import NOW, Clock, FakeOtps, fetched, waiting
from tests.bot.delivery.crowd import begin, make_crowd
from tests.bot.delivery.dying_broadcast import PAGE, POINTS, work
from tests.bot.delivery.fake_api import serving

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.bot.delivery.dying_broadcast"])
PEOPLE = 30


def _passing(clock: Clock) -> Callable[[float], object]:
    return lambda seconds: clock.move(seconds=seconds)


@pytest.mark.parametrize("point", POINTS)
def test_everybody_exactly_once(
    point: str, database: Database, database_url: str, redis: "Redis", redis_url: str
) -> None:
    lanes = make_crowd(database, PEOPLE)
    number = begin(database, people=PEOPLE)
    with serving() as api:
        given: dict[str, Any] = {"secret_key": "a secret of sixteen", "twilio_api_base": api.origin, "twilio_mps": 1000}
        killed = PROCESSES.Process(target=work, args=(point, given, database_url, redis_url))
        killed.start()
        killed.join(60)
        assert killed.exitcode == -signal.SIGKILL
        assert len(api.taken) < PEOPLE
        settings, clock = Settings(**given), Clock(NOW)
        outbox = Outbox(
            *(database, redis, Twilio(settings), FakeOtps(), settings, clock, _passing(clock)), check_media=fetched
        )
        for _ in range(4):
            BroadcastSender(database, outbox, settings, page_size=PAGE).run(clock.move(minutes=2))
            outbox.sweep(clock.at)
            for delivery in waiting(outbox):
                outbox.deliver(delivery)
            redis.flushall()
        assert Counter(message["To"] for message in api.taken) == Counter(lanes)
    with database.read() as db:
        row, counts = broadcasts.find(db, number), broadcasts.counts(db, number)
    assert (row.status, counts.gone, row.owed) == ("done", PEOPLE, PEOPLE)
