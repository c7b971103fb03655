"""A thread that renews the leases of all people whose messages this process is working on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from redis.exceptions import RedisError

from bot.conversation.store import ClaimedMessage, ConversationStore
from bot.timeouts import LEASE_RENEWAL_SECONDS

log = structlog.get_logger(__name__)


class LeaseRenewer:
    """The leases of one process; nobody needs them after it has died, so the thread is a daemon."""

    def __init__(self, conversations: ConversationStore) -> None:
        self._conversations = conversations
        self._held: dict[int, ClaimedMessage] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def renewing(self, claimed: ClaimedMessage) -> Iterator[None]:
        """Renew this lease for as long as the block runs."""
        with self._lock:
            self._held[claimed.token] = claimed
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew_all, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(claimed.token, None)

    def close(self) -> None:
        """End the thread."""
        self._closing.set()
        if self._thread:
            self._thread.join()

    def _renew_all(self) -> None:
        while not self._closing.wait(LEASE_RENEWAL_SECONDS):
            with self._lock:
                held = list(self._held.values())
            for claimed in held:
                self._renew(claimed)

    def _renew(self, claimed: ClaimedMessage) -> None:
        try:
            self._conversations.renew_lease(claimed)
        except RedisError as problem:
            log.warning("lease_not_renewed", sid=claimed.sid, problem=type(problem).__name__)
