"""Hosts and origins of URLs: which is this machine, and how one is written."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(origin: str) -> bool:
    """Whether the origin's host is this machine."""
    try:
        host = urlsplit(origin).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def with_a_port_that_can_be(url: str) -> str:
    """The URL. Raises ValueError where its host or port cannot be read."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError("is not a URL: its host or port cannot be read") from None
    return url


def bracketed(host: str) -> str:
    """An address as URLs have it: those of version 6 in brackets."""
    return f"[{host}]" if ":" in host else host
