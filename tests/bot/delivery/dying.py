"""A worker that delivers and dies at a chosen point; test_crashes.py runs it in a process of its own."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import Outbox, outcomes
from bot.delivery.dispatch.drain import Drainer
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


def deliver(point: str, given: Mapping[str, Any], database_url: str, redis_url: str, delivery: int = 0) -> None:
    """The whole life of the process: it delivers this row, or drains all that is owed."""
    settings = Settings(**given)
    twilio = Twilio(settings, DyingWire(settings.api_base, point))
    outbox = Outbox(
        Database(database_url), Redis.from_url(redis_url), twilio, FakeOtps(), settings, Clock(NOW), check_media=fetched
    )
    if point == "before_the_try":
        leases.lease = die  # type: ignore[assignment]  # it is not committed yet
    if point == "before_the_note":
        outcomes.note = die  # type: ignore[assignment]  # what came of the call is known to nobody
    if point == "after_the_note":
        Outbox.ask_if_due = die  # type: ignore[method-assign,assignment]  # the point where it dies
        Drainer.note = note_and_die  # type: ignore[method-assign,assignment]  # the same in a drain
    if delivery:
        outbox.deliver(delivery)
    else:
        sender = Drainer(outbox)
        sender.drain(0)
        sender.close()


def die(*_: object) -> NoReturn:
    """Stands where the process is killed."""
    os._exit(DIED)


def note_and_die(drainer: Drainer, found: Sequence[outcomes.Outcome]) -> None:
    """A drain whose first note is its last act."""
    drainer._outbox.note(found)
    die()
