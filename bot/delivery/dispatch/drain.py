"""Drains the outbox: what is due leaves, as many calls at a time as the setting allows."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.delivery.dispatch.calls import Calls
from bot.delivery.dispatch.outcomes import Outcome
from bot.delivery.dispatch.parts import LeasedDelivery, SendDeps
from bot.delivery.dispatch.send import send
from bot.delivery.dispatch.take import Resting, Taken, take
from bot.delivery.outbox import leases, queues
from bot.delivery.outbox.enqueue import BULK, PASSES, REPLIES
from bot.timeouts import DRAIN_SECONDS

if TYPE_CHECKING:
    from bot.delivery.dispatch import Outbox

LOOK_SECONDS = 0.1
"""How often it looks for new rows while calls are in flight."""
MIN_PAUSE_SECONDS = 0.001
NEAR_SECONDS = 0.1
"""A row whose place is further away than this has no thread until then."""
KEPT_FREE = {REPLIES: 0, PASSES: 8, BULK: 4}
"""Of all calls one in so many is kept free for what is more urgent (0: none): slow calls must not hold up a reply."""


class Drainer:
    """Sends what is owed, for one process: its calls go on from one drain to the next."""

    def __init__(self, outbox: "Outbox", calls: Calls | None = None) -> None:
        self._outbox = outbox
        self._calls = calls or Calls(outbox.settings.delivery_concurrency, self.note)
        self._drains = 0
        self._stops = False

    def drain(self, seconds: float = DRAIN_SECONDS) -> int:
        """Send what is due, for so long at most; how many rows were taken. Asks for the next drain where rows are left.

        Whatever it raises is a bug or a database that is down: the sweep asks again.
        """
        self._drains, asked = self._drains + 1, False
        one = _Drain(self._outbox.parts, self._calls, seconds)
        try:
            while not self._stops and one.go_on():
                if one.needs_help and not asked:
                    queues.ask_for_drain(self._outbox.redis)
                    asked = True
        finally:
            self._drains -= 1
            one.start_kept()
        if one.is_cut_short or self._stops:
            self._outbox.ask_if_due()
        return one.number

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Note outcomes; what waited for them leaves by this drain, or by one that is asked for."""
        self._outbox.note(outcomes)
        if not self._drains:
            self._outbox.ask_for_lanes({outcome.leased.row.lane for outcome in outcomes})

    def stop(self) -> None:
        """Take nothing more."""
        self._stops = True

    def close(self) -> None:
        """Take nothing more, and wait until every call has ended and its outcome has been noted."""
        self.stop()
        self._calls.close()


@dataclass
class _Drain:
    """One drain: what it has seen so far."""

    deps: SendDeps
    calls: Calls
    seconds: float
    number: int = 0
    is_cut_short: bool = False
    needs_help: bool = False
    """Whether there was more than this process has calls for: another worker may take it."""
    resting: Resting = field(init=False)
    end: datetime = field(init=False)
    kept: list[tuple[datetime, int, LeasedDelivery]] = field(default_factory=list)
    """Rows that have a place which is not near, the first first."""

    def __post_init__(self) -> None:
        self.resting = Resting(self.deps.settings)
        self.end = self.deps.now() + timedelta(seconds=self.seconds)

    def go_on(self) -> bool:
        """Take what may leave now, or wait for it; False once there is nothing or the time is over."""
        notes = self.calls.notes
        taken = take(self.deps, self._room(), self.resting)
        self._begin(taken)
        left = (self.end - self.deps.now()).total_seconds()
        if left <= 0:
            self.is_cut_short = True
            return False
        self.needs_help = taken.is_more and self.calls.in_flight >= self.calls.most
        if taken.changed and self._room()[REPLIES] > 0:
            return True
        pause = self._pause(left)
        if pause is not None:
            self.calls.wait(min(pause, left))
        return pause is not None or notes != self.calls.notes

    def start_kept(self) -> None:
        """Give every row that still has none a thread."""
        for _at, _number, leased in self.kept:
            self.calls.start(partial(send, self.deps, leased))
        self.kept = []

    def _room(self) -> dict[int, int]:
        """How many rows of each priority may be taken now."""
        most, free = self.calls.most, self.calls.most - self.calls.in_flight
        return {priority: free - (most // share if share else 0) for priority, share in KEPT_FREE.items()}

    def _begin(self, taken: Taken) -> None:
        self.number += len(taken.leased)
        near = self.deps.now() + timedelta(seconds=NEAR_SECONDS)
        for leased in taken.leased:
            heapq.heappush(self.kept, (leased.leaves_at, leased.row.id, leased))
        while self.kept and self.kept[0][0] <= near:
            self.calls.start(partial(send, self.deps, heapq.heappop(self.kept)[2]))

    def _pause(self, left: float) -> float | None:
        """Seconds until it is worth another look; None: nothing is in flight, and nothing will be due in this drain."""
        now = self.deps.now()
        moments = [self.resting.first_end, self.kept[0][0] - timedelta(seconds=NEAR_SECONDS) if self.kept else None]
        pauses = [(moment - now).total_seconds() for moment in moments if moment is not None]
        pauses = [max(pause, MIN_PAUSE_SECONDS) for pause in pauses if pause <= DRAIN_SECONDS]
        if not self.calls.is_idle:
            pauses.append(LOOK_SECONDS)
        elif not pauses and (soon := leases.next_moment(self.deps.database, now)):
            pauses = [pause for pause in [(soon - now).total_seconds()] if pause <= left]
        return min(pauses, default=None)
