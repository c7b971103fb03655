"""A caller's connection, with the request that is on its way there."""

from concurrent.futures import Future
from time import monotonic
from typing import Any

from gunicorn.config import Config
from gunicorn.http import RequestParser
from gunicorn.workers.gthread import TConn

from bot.timeouts import BODY_SECONDS, HEAD_SECONDS
from webhooks import addresses
from webhooks.serving.body_limits import body_limit
from webhooks.serving.outgoing_socket import OutgoingSocket
from webhooks.serving.request_bytes import RequestBytes


class Connection(TConn):
    """What the worker knows of one connection."""

    sock: OutgoingSocket
    parser: RequestParser | None
    outcome: "Future[bool]"
    """What came of the last request: whether the connection may serve another."""
    lingered_bytes = 0
    """Passed over since the last answer."""

    def __init__(self, cfg: Config, sock: OutgoingSocket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.begin()

    def begin(self) -> None:
        """Be ready for a request. Until its headers tell more, it comes from whoever connected."""
        self.request = RequestBytes(body_limit)
        self.address = addresses.caller("", self._peer)
        self.deadline = monotonic() + HEAD_SECONDS
        """When to give up, by the monotonic clock."""
        self._head_noted = False

    def note_head(self) -> bool:
        """Go by the headers once they are there: who calls, and until when. Whether they have just come."""
        head = self.request.head
        if head is None or self._head_noted:
            return False
        self._head_noted = True
        self.address = addresses.caller(head.value("X-Forwarded-For") or "", self._peer)
        self.deadline = monotonic() + BODY_SECONDS
        return True

    def take_begun(self) -> bytes:
        """What came of the next request together with the last one."""
        return self.parser.unreader.take_buffered() if self.parser else b""

    @property
    def _peer(self) -> str:
        return str(self.client[0]) if isinstance(self.client, tuple) else ""
