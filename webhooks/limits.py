"""Rate limits of requests, counted in Redis for all processes together, by Flask-Limiter.

Where Redis is away each process counts for itself, so that routes that need no Redis go on.
"""

from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Any, cast

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from werkzeug.exceptions import TooManyRequests

from webhooks import addresses

PER_ADDRESS = "3000 per minute"
"""A mobile carrier lets thousands of phones share one address: this only stops a flood."""
REDIS_TIMEOUT_SECONDS = 1.0
KEY_PREFIX = "limit"


def install(app: Flask, redis_url: str) -> None:
    """Let `spend` count for this application. `redis_url` is redis://, rediss:// or unix://."""
    options: dict[str, Any] = {"socket_timeout": REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": REDIS_TIMEOUT_SECONDS}
    Limiter(
        address,
        app=app,
        storage_uri=redis_url.replace("unix://", "redis+unix://", 1),
        storage_options=options,
        in_memory_fallback_enabled=True,
        key_prefix=KEY_PREFIX,
        strategy="moving-window",
    )


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


def spend(limit: str, scope: str, key: str) -> None:
    """Count one use of `scope` by `key`, whichever page it is; `limit` is such as `5 per hour`.

    Raises TooManyRequests (429, with when to try again) where that is one too many.
    """
    # No number and no address stands in Redis for it.
    name = sha256(key.encode()).hexdigest()[:24]
    (limiter,) = cast("set[Limiter]", current_app.extensions["limiter"])
    try:
        with limiter.shared_limit(limit, scope, key_func=lambda: name):
            return
    except RateLimitExceeded as over:
        again = limiter.current_limit.reset_at if limiter.current_limit else 0
        seconds = max(1, int(again - datetime.now(UTC).timestamp()) + 1)
        raise TooManyRequests(retry_after=seconds) from over
