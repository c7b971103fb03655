"""A socket that takes an answer at once, however slowly its reader reads."""

import errno
import socket
from typing import TYPE_CHECKING

from bot.timeouts import BLOCKED_SECONDS

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MAX_BACKLOG_BYTES = 4 * 1024 * 1024
"""Kept of an answer that its reader has not read: more than any page or file of ours; exports are longer."""


class OutgoingSocket(socket.socket):
    """What the kernel does not take now is kept in `backlog`, so that no thread waits for a slow reader."""

    def __init__(self, taken_over: socket.socket) -> None:
        family, kind, protocol = taken_over.family, taken_over.type, taken_over.proto
        super().__init__(family, kind, protocol, taken_over.detach())
        self.backlog = bytearray()

    def sendall(self, data: "ReadableBuffer", flags: int = 0, /) -> None:
        """Send or keep all of it. Raises OSError where the reader is gone or does not read a long answer."""
        self.backlog += data
        if not self.flush() and len(self.backlog) > MAX_BACKLOG_BYTES:
            self._wait()

    def flush(self) -> bool:
        """Send what the kernel takes now; whether nothing is left. Raises OSError where the reader is gone."""
        while self.backlog:
            try:
                with memoryview(self.backlog) as kept:
                    sent = self.send(kept, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            del self.backlog[:sent]
        return True

    def _wait(self) -> None:
        self.settimeout(BLOCKED_SECONDS)
        try:
            super().sendall(self.backlog)
        except TimeoutError:
            # gunicorn takes this for what it is: a reader that is as good as gone.
            raise ConnectionResetError(errno.ECONNRESET, "the answer is not read") from None
        self.backlog.clear()
        self.setblocking(True)
