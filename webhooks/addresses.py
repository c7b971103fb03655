"""The network address of whoever calls, as the proxy before us tells it."""

import re

NOWHERE = "nowhere"
"""The address of a caller that has none, such as one on a Unix socket."""
_PORTED = re.compile(r"(\[?)([0-9.]+|(?<=\[)[0-9A-Fa-f:.]+)\]?(?::[0-9]{1,5})?")
"""An address of version 4, or one of version 6 in brackets, with a port or without."""


def caller(forwarded_for: str, peer: str) -> str:
    """Who calls: the last entry of X-Forwarded-For (earlier ones can be forged); without one, whoever connected."""
    return _without_port(forwarded_for.rpartition(",")[2].strip()) or peer or NOWHERE


def _without_port(address: str) -> str:
    """Some proxies tell the port too, which is another one with every connection."""
    ported = _PORTED.fullmatch(address)
    return ported[2] if ported else address
