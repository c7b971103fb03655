"""WhatsApp's 24-hour window: for a day after somebody wrote to one of our senders, that sender may write freely.

Kept for each address and sender for three days, so that a window which is known to be closed can be told
from one of which nothing is known (Redis may have been lost): where nothing is known the message is tried,
and Twilio's 63016 tells. What waits for a window leaves a mark, so that the person's next message lets
it go without a search for each message that comes in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import structlog
from redis import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

OPEN = timedelta(hours=24)
"""How long it stays open (field notes, 1.6)."""
KEPT = timedelta(days=3)
LOOK_AGAIN = timedelta(hours=1)
"""A message that waits looks for itself as often, should the mark have been lost."""
PATIENCE = timedelta(days=3)
"""How long a pass or a message to many waits for its reader to write again."""
CLOSED = "window_closed"


@dataclass(frozen=True, slots=True)
class Windows:
    """Who has written to which sender lately."""

    redis: "Redis" = field(repr=False)

    def closed(self, lane: str, sender: str, now: datetime) -> bool:
        """Whether it is known that this sender may not write freely to this address now. Never raises."""
        return self.is_open(lane, sender, now) is False

    def is_open(self, lane: str, sender: str, now: datetime) -> bool | None:
        """Whether this sender may write freely to this address now; None: nobody knows. Never raises."""
        if not lane.startswith("whatsapp:"):
            return True
        (heard,) = self._moments(lane, (sender,))
        return None if heard is None else now.timestamp() - heard < OPEN.total_seconds()

    def last(self, lane: str, senders: Sequence[str]) -> str | None:
        """The one of these senders to which somebody last wrote from this address; None: nobody knows.

        Never raises.
        """
        heard = zip(self._moments(lane, senders), senders, strict=True)
        return max(((moment, sender) for moment, sender in heard if moment), default=(0.0, None))[1]

    def note_closed(self, lane: str, sender: str) -> None:
        """Note that Twilio says so. Never raises."""
        self._set(_heard(lane, sender), 0.0)

    def note_waiting(self, lane: str) -> None:
        """Leave the mark that something waits until somebody writes from this address. Never raises."""
        self._set(_waiting(lane), 1)

    def open(self, lane: str, sender: str, now: datetime) -> bool:
        """Note that somebody wrote from this address to this sender; whether something waits for that.

        Never raises: what waits looks for itself now and then.
        """
        try:
            with self.redis.pipeline(transaction=False) as noting:
                noting.set(_heard(lane, sender), now.timestamp(), ex=KEPT)
                noting.getdel(_waiting(lane))
                return noting.execute()[1] is not None
        except RedisError as problem:
            log.warning("window_not_noted", problem=type(problem).__name__)
            return False

    def _moments(self, lane: str, senders: Sequence[str]) -> list[float | None]:
        """When somebody last wrote from this address to each of these senders, as a time stamp."""
        try:
            found = cast("list[bytes | None]", self.redis.mget([_heard(lane, sender) for sender in senders]))
        except RedisError:
            return [None] * len(senders)
        return [None if heard is None else float(heard) for heard in found]

    def _set(self, key: str, value: float) -> None:
        try:
            self.redis.set(key, value, ex=KEPT)
        except RedisError as problem:
            log.warning("window_not_noted", problem=type(problem).__name__)


def _heard(lane: str, sender: str) -> str:
    return f"window:heard:{lane}|{sender}"


def _waiting(lane: str) -> str:
    return f"window:waiting:{lane}"
