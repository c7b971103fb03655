"""Requests over HTTP that are made before the clock runs: flat out, or at a rate, each timed."""

import heapq
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

PATIENCE = 60.0
"""Seconds to wait for one answer."""
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Talk:
    """What one caller asks, each request after the answer to the one before."""

    requests: tuple[bytes, ...]
    proof: bytes
    """What the last answer holds where all went well."""


@dataclass
class Driven:
    """What came of a run."""

    started: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0
    """From the first request to the last answer."""
    took: list[list[float]] = field(default_factory=list)
    """Seconds that answers took, by the request's place in its talk."""
    wrong: int = 0
    """Answers that were no 200, and last ones without their proof."""

    @property
    def requests(self) -> int:
        """How many were answered."""
        return sum(len(some) for some in self.took)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds

    @property
    def all_took(self) -> list[float]:
        """Seconds that each answer took."""
        return [one for some in self.took for one in some]


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def post(port: int, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST as it goes over the wire."""
    head = {"Host": f"127.0.0.1:{port}", "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join(lines).encode() + END + body


class Line:
    """One connection, kept open."""

    def __init__(self, port: int) -> None:
        self._address = ("127.0.0.1", port)
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer; once more where the other side had closed the connection."""
        kept = self._socket is not None
        try:
            return self._asked(request)
        except ConnectionError:
            self.close()
            if not kept:
                raise
            return self._asked(request)

    def _asked(self, request: bytes) -> tuple[int, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        got = self._more(b"")
        while END not in got:
            got = self._more(got)
        head, _, body = got.partition(END)
        length = LENGTH.search(head)
        while len(body) < (int(length[1]) if length else 0):
            body = self._more(body)
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return int(head[9:12]), body

    def _more(self, got: bytes) -> bytes:
        assert self._socket is not None
        some = self._socket.recv(65536)
        if not some:
            raise ConnectionResetError
        return got + some

    def close(self) -> None:
        """Give the connection back."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Run:
    """One run: the talks that are still to be had, and what came of the others."""

    def __init__(self, talks: Sequence[Talk]) -> None:
        self.driven = Driven(took=[[] for _ in range(max(len(talk.requests) for talk in talks))])
        self._writing = threading.Lock()

    def ask(self, line: Line, talk: Talk, place: int, due: float) -> None:
        """Ask one request; its time counts from when it was due."""
        status, body = line.ask(talk.requests[place])
        took = time.perf_counter() - due
        last = place == len(talk.requests) - 1
        with self._writing:
            self.driven.took[place].append(took)
            self.driven.wrong += status != 200 or (last and talk.proof not in body)

    def carry_out(self, work: Callable[[Line], None], port: int, lines: int) -> Driven:
        """Let so many threads work, each with a connection of its own."""

        def thread() -> None:
            with Line(port) as line:
                work(line)

        threads = [threading.Thread(target=thread, daemon=True) for _ in range(lines)]
        self.driven.started = time.perf_counter()
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        self.driven.seconds = time.perf_counter() - self.driven.started
        return self.driven


def flat_out(port: int, talks: Sequence[Talk], lines: int) -> Driven:
    """Have all talks, so many at a time, each request as soon as the one before is answered."""
    run, waiting = _Run(talks), iter(talks)
    taking = threading.Lock()

    def work(line: Line) -> None:
        while True:
            with taking:
                talk = next(waiting, None)
            if talk is None:
                return
            for place in range(len(talk.requests)):
                run.ask(line, talk, place, time.perf_counter())

    return run.carry_out(work, port, lines)


def paced(port: int, talks: Sequence[Talk], rate: float, pause: float, lines: int) -> Driven:
    """Have all talks at so many requests a second in the mean, whether or not answers come in time.

    A talk goes on `pause` seconds after an answer, as a person does.
    """
    run, changed = _Run(talks), threading.Condition()
    start = time.perf_counter()
    between = len(talks[0].requests) / rate
    due = [(start + number * between, number, 0) for number in range(len(talks))]
    left = [sum(len(talk.requests) for talk in talks)]

    def next_due() -> tuple[float, int, int] | None:
        with changed:
            while left[0]:
                wait = due[0][0] - time.perf_counter() if due else PATIENCE
                if wait <= 0:
                    left[0] -= 1
                    if not left[0]:
                        changed.notify_all()
                    return heapq.heappop(due)
                changed.wait(wait)
            return None

    def work(line: Line) -> None:
        while (found := next_due()) is not None:
            moment, number, place = found
            run.ask(line, talks[number], place, moment)
            if place + 1 < len(talks[number].requests):
                with changed:
                    heapq.heappush(due, (time.perf_counter() + pause, number, place + 1))
                    changed.notify()

    return run.carry_out(work, port, lines)
