"""Rate limits of requests, counted in Redis for all processes together, by the library `limits`.

Flask-Limiter stands on that library too; its wrapper alone cost an eighth of an admission (docs/figures.md). Where
Redis is away each process counts for itself, so that routes that need no Redis go on.
"""

import time
from functools import cache
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import cast

import structlog
from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError
from werkzeug.exceptions import TooManyRequests

from bot import redis_client
from bot.timeouts import REDIS_LIMITS_PAUSE_SECONDS, REDIS_LIMITS_TIMEOUT_SECONDS
from webhooks import addresses

PER_ADDRESS = "3000 per minute"
"""A mobile carrier lets thousands of phones share one address: this only stops a flood."""
KEY_PREFIX = "limit"

log = structlog.get_logger(__name__)
_parsed = cache(parse)


class Windows:
    """The moving windows of all limits."""

    def __init__(self, redis_url: str) -> None:
        shared = RedisStorage(redis_url, redis_client.pool(redis_url, REDIS_LIMITS_TIMEOUT_SECONDS))
        self._shared = MovingWindowRateLimiter(shared)
        self._alone = MovingWindowRateLimiter(MemoryStorage())
        self._alone_until = 0.0

    def hit(self, limit: RateLimitItem, name: str, scope: str) -> float | None:
        """Count one use; None where it may be, else the seconds until there is room for another."""
        if time.monotonic() >= self._alone_until:
            try:
                return _hit(self._shared, limit, name, scope)
            except RedisError as problem:
                self._alone_until = time.monotonic() + REDIS_LIMITS_PAUSE_SECONDS
                log.warning("limits_counted_alone", problem=type(problem).__name__)
        return _hit(self._alone, limit, name, scope)


def _hit(windows: MovingWindowRateLimiter, limit: RateLimitItem, name: str, scope: str) -> float | None:
    if windows.hit(limit, KEY_PREFIX, name, scope):
        return None
    return windows.get_window_stats(limit, KEY_PREFIX, name, scope).reset_time - time.time()


def install(app: Flask, redis_url: str) -> Windows:
    """Let `spend` count for this application, by what it gives. `redis_url` is redis://, rediss:// or unix://."""
    made = app.extensions[__name__] = Windows(redis_url)
    return made


def address() -> str:
    """The address that the request comes from, as the proxy before us tells it."""
    return addresses.caller(request.headers.get("X-Forwarded-For", ""), request.remote_addr or "")


def network() -> str:
    """The address as limits of what costs money count it: of IPv6 the part that a whole household shares."""
    found = address()
    try:
        parsed = ip_address(found)
    except ValueError:
        return found
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed) if mapped or parsed.version == 4 else str(ip_network((int(parsed), 64), strict=False))


def spend(limit: str, scope: str, key: str, windows: Windows | None = None) -> None:
    """Count one use of `scope` by `key`, whichever page it is; `limit` is such as `5 per hour`; by the `windows` of the
    present application where none are given.

    Raises TooManyRequests (429, with when to try again) where that is one too many.
    """
    # No number and no address stands in Redis for it.
    name = sha256(key.encode()).hexdigest()[:24]
    windows = windows or cast("Windows", current_app.extensions[__name__])
    wait = windows.hit(_parsed(limit), name, scope)
    if wait is not None:
        raise TooManyRequests(retry_after=max(1, int(wait) + 1))
