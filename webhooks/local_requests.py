"""Whether a request comes from this machine itself, not through a proxy or tunnel that ends on it."""

from flask import request

from bot.origins import bracketed, is_loopback

FORWARDED_FOR = (
    *("Forwarded", "X-Forwarded", "X-Forwarded-For", "X-Original-Forwarded-For", "X-Real-IP"),
    *("X-Client-IP", "X-Cluster-Client-IP", "CF-Connecting-IP", "True-Client-IP"),
)
"""Headers in which a proxy names its caller: behind one every caller has the proxy's address, often this machine's."""
FORWARDED_KEYS = frozenset(f"HTTP_{name.upper().replace('-', '_')}" for name in FORWARDED_FOR)
"""Those as they stand in the environment of WSGI."""
FORWARDED = (*FORWARDED_FOR, "Via", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server")
"""All that proxies add."""


def is_nearby() -> bool:
    """Whether the caller is this machine, and no proxy on it."""
    return not _has(FORWARDED) and is_loopback(f"http://{bracketed(request.remote_addr or '')}")


def is_for_another() -> bool:
    """Whether a proxy asks for somebody, however near it is itself."""
    return _has(FORWARDED_FOR)


def is_named_nearby() -> bool:
    """Whether we are called by a name of this machine: a tunnel hands on the world's name for us, and so does the
    browser that shows a page elsewhere whose name was made to mean this machine.
    """
    return is_loopback(f"http://{request.host}")


def _has(names: tuple[str, ...]) -> bool:
    return any(name in request.headers for name in names)
