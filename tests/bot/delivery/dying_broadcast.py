"""Clock and worker in one process, killed at a chosen point of a broadcast; run by test_broadcast_killed.py."""

import os
import signal
from collections.abc import Mapping
from typing import Any

from redis import Redis

from bot.database import Database
from bot.delivery.campaigns.broadcasts import BroadcastSender
from bot.delivery.dispatch import Outbox
from bot.delivery.outbox import enqueue
from bot.delivery.twilio.http import TwilioHttp
from bot.delivery.twilio.messages import Twilio
from bot.settings import Settings
from tests.bot.delivery.conftest import NOW, Clock, FakeOtps, fetched, waiting

PAGE = 7
POINTS = ("inside_a_slice", "after_a_slice", "before_a_call", "after_a_call")


class Fuse:
    """Kills the process the so-many-eth time."""

    def __init__(self, times: int) -> None:
        self.left = times

    def burn(self) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingWire(TwilioHttp):
    """Dies before its fifth request leaves, or when the answer to it has come."""

    def __init__(self, api_base: str, point: str) -> None:
        super().__init__(api_base)
        self._point, self._fuse = point, Fuse(5)

    def request(self, *args: Any, **options: Any) -> Any:
        if self._point == "before_a_call":
            self._fuse.burn()
        answer = super().request(*args, **options)
        if self._point == "after_a_call":
            self._fuse.burn()
        return answer


def work(point: str, given: Mapping[str, Any], database_url: str, redis_url: str) -> None:
    """The whole life of the process."""
    settings = Settings(**given)
    redis = Redis.from_url(redis_url)
    twilio = Twilio(settings, DyingWire(settings.api_base, point))
    database = Database(database_url)
    clock = Clock(NOW)

    def clock_moves(seconds: float) -> object:
        return clock.move(seconds=seconds)

    outbox = Outbox(database, redis, twilio, FakeOtps(), settings, clock, clock_moves, check_media=fetched)
    fuse = Fuse(3)
    if point == "inside_a_slice":
        owe_many = enqueue.enqueue_many

        def owe_and_die(*some: Any, **more: Any) -> list[int]:
            made = owe_many(*some, **more)
            fuse.burn()
            return made

        enqueue.enqueue_many = owe_and_die
    if point == "after_a_slice":
        Outbox.dispatch = lambda *_: fuse.burn()  # type: ignore[method-assign]  # the point where it dies
    BroadcastSender(database, outbox, settings, page_size=PAGE).run(NOW)
    for delivery in waiting(outbox):
        outbox.deliver(delivery)
