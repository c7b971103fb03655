"""The web process's worker: gunicorn's threads, which get only requests that have come whole.

gunicorn's own `gthread` reads a request in the thread that answers it. Whoever sends a byte now and then holds that
thread for as long as they like, and as many callers as there are threads stop the process. Here the main loop, which
waits for all sockets at once, gathers each request, and keeps what a slow reader has not read of an answer: a thread
never waits for a caller. What is not there in time is dropped, and so is the oldest where too many wait.
"""

import errno
import socket
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog
from gunicorn.config import Config
from gunicorn.errors import ConfigError
from gunicorn.http import Request, RequestParser
from gunicorn.workers.gthread import ThreadWorker

from bot.timeouts import ANSWER_SECONDS, LINGER_SECONDS
from webhooks.serving.connection import Connection
from webhooks.serving.outgoing_socket import OutgoingSocket
from webhooks.serving.unfinished import Unfinished, Wait

if TYPE_CHECKING:
    from gunicorn.glogging import Logger

log = structlog.get_logger(__name__)

MAX_PER_ADDRESS = 64
"""Unfinished exchanges of one address. A mobile carrier's is shared by many people, of whom few are slow at once."""
MAX_UNFINISHED = 384
MAX_BYTES = 64 * 1024 * 1024
"""Held by all unfinished exchanges together."""
MAX_IDLE = 384
"""Connections kept for a next request; further ones are closed with their answer. With MAX_UNFINISHED it stays below
`worker_connections`, so that neither kind can stop new ones, and below the 1,024 files that systems allow a process."""
MAX_LINGER_BYTES = 64 * 1024
RECEIVE_BYTES = 64 * 1024
REPORT_SECONDS = 60.0
"""A flood of slow callers is one line a minute in the log."""
TRANSIENT = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)
_REFUSAL = "HTTP/1.1 {}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TOO_SLOW = _REFUSAL.format("408 Request Timeout").encode()
TOO_LONG = _REFUSAL.format("431 Request Header Fields Too Large").encode()
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class BufferedWorker(ThreadWorker):
    """gunicorn's threaded worker; this class moves reading and writing out of its threads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.max_keepalived = MAX_IDLE
        self.unfinished: Unfinished[Connection] = Unfinished(MAX_PER_ADDRESS, MAX_UNFINISHED, MAX_BYTES)
        self.dropped = {"late": 0, "too_many": 0}
        self.reported_at = 0.0

    @classmethod
    def check_config(cls, cfg: Config, log: "Logger") -> None:
        """Raises ConfigError where gunicorn was given a certificate: TLS ends at the proxy."""
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise ConfigError("TLS ends at the proxy before us; gunicorn takes no certificate here")

    def set_accept_enabled(self, enabled: bool | None) -> None:
        """Told to stop: take everybody who has come, then close the door, so that a proxy's next try goes elsewhere.

        gunicorn leaves it open until the last answer is read, and resets whoever came to it meanwhile.
        """
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                while self._take(listener):
                    pass
                listener.close()

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection and begin to gather its first request."""
        self._take(listener)

    def _take(self, listener: socket.socket) -> bool:
        """Whether there was a connection to take."""
        try:
            client, address = listener.accept()
        except OSError as problem:
            if problem.errno in TRANSIENT:
                return False
            raise
        self.nr_conns += 1
        self._receive(Connection(self.cfg, OutgoingSocket(client), address, listener.getsockname()))
        return True

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:  # type: ignore[override]  # made by accept
        """Gather the next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._receive(conn)

    def handle_request(self, req: Request, conn: Connection) -> bool:  # type: ignore[override]  # made by accept
        """Have a request answered, in a thread; after one whose body was not read the connection is of no more use."""
        if conn.request.unwanted:
            req.force_close()
        return super().handle_request(req, conn)

    def finish_request(self, conn: Connection, fs: "Future[bool]") -> None:  # type: ignore[override]  # made by accept
        """Go on after an answer: once it is read, with the next request or the end."""
        conn.outcome = fs
        if not conn.sock.backlog:
            self._go_on(conn)
            return
        conn.sock.setblocking(False)
        conn.deadline = monotonic() + ANSWER_SECONDS
        self._wait(conn, EVENT_WRITE, self._on_writable, len(conn.sock.backlog))

    def murder_pending(self) -> None:
        """Drop whose time is up; gunicorn calls this every second."""
        super().murder_pending()
        for conn in self.unfinished.overdue(monotonic()):
            self._count("late")
            if conn.sock.backlog or not conn.request.data:
                self._drop(conn)
            else:
                self._refuse(conn, TOO_SLOW)
        if not self.alive:
            for conn in self.unfinished.those(lambda conn: not (conn.request.data or conn.sock.backlog)):
                self._drop(conn)
        self._report()

    def _receive(self, conn: Connection, begun: bytes = b"") -> None:
        """Gather a request, of which `begun` has come already."""
        conn.begin()
        conn.request.add(begun)
        if begun or self._read(conn):
            self._advance(conn)

    def _on_readable(self, conn: Connection, _sock: socket.socket) -> None:
        # Of two sockets that were found readable together the first may have had the second dropped.
        if conn in self.unfinished and self._read(conn):
            self._advance(conn)

    def _read(self, conn: Connection) -> bool:
        """Take what has come; whether the caller is still there."""
        try:
            more = conn.sock.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            more = b""
        if not more:
            self._drop(conn)
            return False
        conn.request.add(more)
        return True

    def _advance(self, conn: Connection) -> None:
        if conn.request.come:
            self._forget(conn)
            self._hand_over(conn)
        elif conn.request.too_long:
            self._refuse(conn, TOO_LONG)
        else:
            if conn.note_head() and conn.request.expects_continue:
                conn.sock.sendall(CONTINUE)
            self._wait(conn, EVENT_READ, self._on_readable, len(conn.request.data))

    def _hand_over(self, conn: Connection) -> None:
        """Give a request to a thread: its parser reads these bytes, and never from the socket."""
        if conn.parser is None:
            conn.parser = RequestParser(self.cfg, (), conn.client)
            conn.initialized = True
        conn.parser.unreader.unread(bytes(conn.request.data))
        conn.request.data.clear()
        self.enqueue_req(conn)

    def _go_on(self, conn: Connection) -> None:
        """Keep the connection for a next request, which may be there already, or close it."""
        try:
            kept = conn.outcome.result()
        except (Exception, CancelledError):
            self._drop(conn)
            return
        if not kept:
            self._linger(conn)
        elif rest := conn.take_begun():
            conn.sock.setblocking(False)
            self._receive(conn, rest)
        else:
            super().finish_request(conn, conn.outcome)

    def _on_writable(self, conn: Connection, _sock: socket.socket) -> None:
        if conn not in self.unfinished:
            return
        try:
            read = conn.sock.flush()
        except OSError:
            self._drop(conn)
            return
        if read:
            self._forget(conn)
            self._go_on(conn)

    def _wait(self, conn: Connection, event: int, then: Callable[..., None], held_bytes: int) -> None:
        """Wait for a slow caller, if there are not too many."""
        if conn not in self.unfinished:
            self.poller.register(conn.sock, event, partial(then, conn))
        self.unfinished.put(conn, Wait(conn.address, conn.deadline, held_bytes))
        for oldest in self.unfinished.over_bounds(conn.address):
            self._count("too_many")
            self._drop(oldest)

    def _refuse(self, conn: Connection, answer: bytes) -> None:
        """Say why a request is not waited for any longer, to a caller who listens."""
        self._forget(conn)
        try:
            conn.sock.sendall(answer)
        except OSError:
            self._drop(conn)
        else:
            self._linger(conn)

    def _linger(self, conn: Connection) -> None:
        """Close once the caller has read the answer: to close while they still send would take it from them.

        gunicorn would wait for that in the main loop, where one such caller holds up all others.
        """
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        conn.timeout = monotonic() + LINGER_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_pending_socket_readable(self, conn: Connection, client: socket.socket) -> None:  # type: ignore[override]  # made by accept
        """Pass over what a caller sends after the last answer, until they close."""
        try:
            more = client.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        conn.lingered_bytes += len(more)
        if not more or conn.lingered_bytes > MAX_LINGER_BYTES:
            self.pending_conns.remove(conn)
            self.poller.unregister(client)
            self._drop(conn)

    def _forget(self, conn: Connection) -> None:
        """Wait for it no longer."""
        if conn in self.unfinished:
            self.unfinished.remove(conn)
            self.poller.unregister(conn.sock)

    def _drop(self, conn: Connection) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    def _count(self, why: str) -> None:
        self.dropped[why] += 1

    def _report(self) -> None:
        if any(self.dropped.values()) and monotonic() > self.reported_at + REPORT_SECONDS:
            log.warning("slow_callers_dropped", **self.dropped)
            self.dropped, self.reported_at = dict.fromkeys(self.dropped, 0), monotonic()
