"""Ports for the servers that tests start as processes of their own, and have to tell where to listen."""

import os
import socket
from itertools import count

FIRST, LAST = 20_000, 32_000
"""Below those that a machine gives to connections that it opens (Linux: from 32,768 on; others from 49,152), so that
none of these takes a port between its choice and the moment when a server listens there."""
SHARE = 750
"""Of the tests' processes each has ports of its own, so that two do not choose the same."""
_number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % ((LAST - FIRST) // SHARE)
_next = count(os.getpid())


def free_port() -> int:
    """A port that nobody listens on; the same one is not given again soon."""
    while True:
        port = FIRST + _number * SHARE + next(_next) % SHARE
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
