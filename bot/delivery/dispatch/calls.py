"""Calls to Twilio in flight from threads, and their outcomes, which are noted together."""

import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from bot.delivery.dispatch.outcomes import Outcome

log = structlog.get_logger(__name__)

GATHER_SECONDS = 0.05
"""How long an outcome waits for others while calls are in flight, so that one transaction notes them all."""

Call = Callable[[], Outcome]


class Calls:
    """The calls of one process: so many at a time at most, whoever asks must keep to that.

    Outcomes are noted by the thread whose call ended, one thread at a time; no call needs to wait for that.
    """

    def __init__(self, most: int, note: Callable[[Sequence[Outcome]], None]) -> None:
        self.most = most
        self._note = note
        self._changed = threading.Condition()
        self._in_flight = 0
        self._ended: list[Outcome] = []
        self._is_noting = False
        self._notes = 0
        self._pool: ThreadPoolExecutor | None = None

    @property
    def in_flight(self) -> int:
        """Calls that have not ended."""
        return self._in_flight

    @property
    def notes(self) -> int:
        """How often outcomes have been noted so far."""
        return self._notes

    @property
    def is_idle(self) -> bool:
        """Whether no call is in flight and every outcome has been noted."""
        with self._changed:
            return not (self._in_flight or self._ended or self._is_noting)

    def start(self, call: Call) -> None:
        """Make a call; what it raises is logged without its words, and nothing is noted of it."""
        with self._changed:
            self._in_flight += 1
        self._begin(lambda: self._run(call))

    def wait(self, seconds: float) -> None:
        """Return once outcomes have been noted or as many calls have ended as are a quarter of all; after so many
        seconds at the latest.
        """
        before, fewer = self._notes, self._in_flight - max(self.most // 4, 1)
        self._wait_for(lambda: self._notes != before or self._in_flight <= fewer, seconds)

    def close(self) -> None:
        """Wait until every call has ended and its outcome has been noted."""
        if self._pool:
            self._pool.shutdown()

    def _begin(self, work: Callable[[], None]) -> None:
        if self._pool is None:
            # One more than calls: a thread that notes makes none.
            self._pool = ThreadPoolExecutor(self.most + 1, thread_name_prefix="twilio")
        self._pool.submit(work)

    def _wait_for(self, true: Callable[[], bool], seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(true, seconds)

    def _run(self, call: Call) -> None:
        outcome = _outcome(call)
        with self._changed:
            self._in_flight -= 1
            self._ended += [outcome] if outcome else []
            notes = bool(self._ended) and not self._is_noting
            self._is_noting = self._is_noting or notes
            self._changed.notify_all()
        while notes:
            notes = self._note_ended()

    def _note_ended(self) -> bool:
        """Note what has ended by now or soon; whether there is more since."""
        self._wait_for(lambda: not self._in_flight or len(self._ended) >= self.most, GATHER_SECONDS)
        with self._changed:
            ended, self._ended = self._ended, []
        try:
            self._note(ended)
        except Exception as problem:
            numbers = [outcome.leased.row.id for outcome in ended]
            log.error("outcomes_not_noted", deliveries=numbers, problem=type(problem).__name__)
        with self._changed:
            self._notes += 1
            self._is_noting = bool(self._ended)
            self._changed.notify_all()
            return self._is_noting


def _outcome(call: Call) -> Outcome | None:
    try:
        return call()
    except Exception as problem:
        places = [f"{place.filename}:{place.lineno}" for place in traceback.extract_tb(problem.__traceback__)]
        log.error("delivery_broken", problem=type(problem).__name__, where=places[-6:])
        return None
