"""A worker that delivers one row and dies at a chosen point; test_crashes.py runs it in a process of its own."""

import os
from collections.abc import Mapping
from typing import Any

from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import Outbox
from bot.delivery.outbox import leases
from bot.delivery.twilio.http import TwilioHttp
from bot.delivery.twilio.messages import Twilio
from bot.settings import Settings
from tests.bot.delivery.conftest import NOW, Clock, FakeOtps, fetched

DIED = 9


class DyingWire(TwilioHttp):
    """Dies before a request leaves, or when its answer has come."""

    def __init__(self, api_base: str, point: str) -> None:
        super().__init__(api_base)
        self._point = point

    def request(self, *args: Any, **options: Any) -> Any:
        if self._point == "before_the_call":
            os._exit(DIED)
        answer = super().request(*args, **options)
        if self._point == "after_the_call":
            os._exit(DIED)
        return answer


def deliver(point: str, delivery: int, given: Mapping[str, Any], database_url: str, redis_url: str) -> None:
    """The whole life of the process."""
    settings = Settings(**given)
    twilio = Twilio(settings, DyingWire(settings.api_base, point))
    outbox = Outbox(
        Database(database_url), Redis.from_url(redis_url), twilio, FakeOtps(), settings, Clock(NOW), check_media=fetched
    )
    if point == "after_the_note":
        Outbox._dispatch_next = lambda *_: os._exit(DIED)  # type: ignore[method-assign]  # the point where it dies
    if point == "before_the_try":
        leases.begin_try = lambda *_: os._exit(DIED)  # the lease is not committed yet
    outbox.deliver(delivery)
