"""The current time, equal on all machines: Redis' clock where this machine's own clock differs from it.

A code that one machine makes another judges, and so it is with sessions, links and leases. Every part of the
service gets the time from here, so that no two of them can disagree.
"""

import threading
from datetime import UTC, datetime, timedelta
from time import monotonic

from redis import Redis
from redis.exceptions import RedisError

from bot.timeouts import REDIS_CLOCK_TIMEOUT_SECONDS

COMPARE_EVERY_SECONDS = 60.0
"""How often the two clocks are compared: one may be set while we run."""
TOLERATED_OFFSET = timedelta(seconds=1)
"""Clocks that are no further apart are left as they are: every rule here has more tolerance than that."""
WARNING_OFFSET = timedelta(seconds=5)
"""From here on somebody should set a clock, although we reckon with it."""


def utc_now() -> datetime:
    """The time of this machine's own clock, aware, in UTC."""
    return datetime.now(UTC)


def clock_offset(redis: "Redis") -> timedelta:
    """By how much Redis' clock is ahead of this machine's. Raises RedisError."""
    before = utc_now()
    seconds, microseconds = redis.time()
    after = utc_now()
    theirs = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
    return theirs - (before + (after - before) / 2)


class SharedClock:
    """The present moment, called: the same on all machines of one Redis.

    Never raises: while Redis is away the last comparison holds.
    """

    def __init__(self, url: str) -> None:
        """`url`: the settings' Redis."""
        patience = {
            "socket_timeout": REDIS_CLOCK_TIMEOUT_SECONDS,
            "socket_connect_timeout": REDIS_CLOCK_TIMEOUT_SECONDS,
        }
        self._redis = Redis.from_url(url, **patience)
        self._looking = threading.Lock()
        self._ahead = timedelta()
        self._look_again = 0.0
        self._compare()

    def __call__(self) -> datetime:
        """The present moment, aware, in UTC."""
        if monotonic() >= self._look_again:
            self._compare()
        return utc_now() + self._ahead

    def close(self) -> None:
        """Give back the connection."""
        self._redis.close()

    def _compare(self) -> None:
        """Compare the clocks, one thread at a time; the others need not wait for it."""
        if not self._looking.acquire(blocking=False):
            return
        try:
            found = clock_offset(self._redis)
            self._ahead = found if abs(found) > TOLERATED_OFFSET else timedelta()
        except RedisError:
            pass
        finally:
            self._look_again = monotonic() + COMPARE_EVERY_SECONDS
            self._looking.release()
