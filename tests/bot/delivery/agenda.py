"""A clock that several threads share and that stands still while any of them works: the same run every time."""

import heapq
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count

from tests.bot.delivery.conftest import NOW


class Agenda:
    """Who sleeps gives the turn to whoever wakes next, and the clock jumps there; one works at a time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._wakings: list[tuple[float, int]] = []
        self._numbers = count()
        self._lock = threading.Lock()
        self._waiting: dict[int, threading.Condition] = {}
        """Each thread's own: the one whose turn it is wakes, and no other."""
        self._awake = -1

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        """Let the others work until so much time has passed."""
        with self._lock:
            number = self._note(seconds)
            self._next()
            self._wait(number)

    def run(self, *works: Callable[[], None]) -> None:
        """Do these side by side until all have ended; raises what one of them raised."""
        with self._lock:
            begun = [(self._note(0.0), work) for work in works]
            self._next()
        with ThreadPoolExecutor(len(works)) as pool:
            for done in [pool.submit(self.do, number, work) for number, work in begun]:
                done.result()

    def do(self, number: int, work: Callable[[], None]) -> None:
        """Wait for the turn of this number, and work."""
        with self._lock:
            self._wait(number)
        try:
            work()
        finally:
            with self._lock:
                self._next()

    def note(self) -> int:
        """A turn of somebody who begins now, once it is theirs: see `do`."""
        with self._lock:
            return self._note(0.0)

    def _note(self, seconds: float) -> int:
        number = next(self._numbers)
        heapq.heappush(self._wakings, (self.seconds + max(seconds, 0.0), number))
        return number

    def _wait(self, number: int) -> None:
        if self._awake != number:
            mine = self._waiting[number] = threading.Condition(self._lock)
            mine.wait_for(lambda: self._awake == number)
            del self._waiting[number]

    def _next(self) -> None:
        if self._wakings:
            self.seconds, self._awake = heapq.heappop(self._wakings)
            if next_one := self._waiting.get(self._awake):
                next_one.notify()
