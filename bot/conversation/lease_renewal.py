"""A thread that renews the leases of all people whose messages this process is working on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from redis.exceptions import RedisError

from bot.conversation.store import RENEW_SECONDS, Conversations, Held

log = structlog.get_logger(__name__)


class Leases:
    """The leases of one process; nobody needs them after it has died, so the thread is a daemon."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._held: dict[int, Held] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def kept(self, held: Held) -> Iterator[None]:
        """Renew this lease for as long as the block runs."""
        with self._lock:
            self._held[held.token] = held
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew_all, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(held.token, None)

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        if self._thread:
            self._thread.join()

    def _renew_all(self) -> None:
        while not self._closing.wait(RENEW_SECONDS):
            with self._lock:
                held = list(self._held.values())
            for one in held:
                self._renew(one)

    def _renew(self, held: Held) -> None:
        try:
            self._conversations.renew(held)
        except RedisError as problem:
            log.warning("lease_not_renewed", sid=held.sid, problem=type(problem).__name__)
