"""Drains of a test: calls that are made at once in the same thread, or by a clock that the test's threads share."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bot.delivery.dispatch import Outbox
from bot.delivery.dispatch.calls import Calls
from bot.delivery.dispatch.drain import Drainer
from bot.delivery.dispatch.outcomes import Outcome
from bot.delivery.message import OutboundMessage
from bot.delivery.outbox.rate_limit import SPACING_MARGIN_SECONDS
from tests.bot.delivery.agenda import Agenda
from tests.bot.delivery.conftest import FakeTwilio

STEP_SECONDS = 0.001
ON_THE_WIRE = (0.001, SPACING_MARGIN_SECONDS)
"""Seconds until Twilio hears a call: as different as the budget allows for."""
ANSWERED = 0.001
"""Seconds from then to the answer. Two workers with one call each could send 140 a second by that."""


@dataclass
class SlowTwilio(FakeTwilio):
    """Hears each message a little after it was sent, and answers a little later."""

    agenda: Agenda = field(default_factory=Agenda)
    chance: random.Random = field(default_factory=lambda: random.Random(5))
    heard: dict[str, float] = field(default_factory=dict)
    """When each message was heard."""

    answers_in: float = ANSWERED
    calling: int = 0
    busiest: int = 0
    """Calls at a time, at most."""

    def send(self, message: OutboundMessage) -> str:
        self.calling += 1
        self.busiest = max(self.busiest, self.calling)
        self.agenda.sleep(self.chance.uniform(*ON_THE_WIRE))
        self.heard[message.body] = self.agenda.seconds
        sid = f"SM{len(self.heard):032}"
        self.agenda.sleep(self.answers_in)
        self.calling -= 1
        return sid


class CallsAtOnce(Calls):
    """Each call has ended, and its outcome is noted, before the next one begins."""

    def _begin(self, work: Callable[[], None]) -> None:
        work()


class CallsByAgenda(Calls):
    """Threads that wait by the clock of the test."""

    def __init__(self, agenda: Agenda, most: int, note: Callable[[Sequence[Outcome]], None]) -> None:
        super().__init__(most, note)
        self._agenda = agenda
        self._threads = ThreadPoolExecutor(most + 1)

    def _begin(self, work: Callable[[], None]) -> None:
        number = self._agenda.note()
        self._threads.submit(self._agenda.do, number, work)

    def _wait_for(self, true: Callable[[], bool], seconds: float) -> None:
        end = self._agenda.seconds + seconds
        while not true() and self._agenda.seconds < end:
            self._agenda.sleep(STEP_SECONDS)

    def close(self) -> None:
        self._threads.shutdown()


def drainer(outbox: Outbox, agenda: Agenda | None = None) -> Drainer:
    """What sends for this outbox, by this clock or at once."""
    most = outbox.settings.delivery_concurrency
    made: list[Drainer] = []

    def note(outcomes: Sequence[Outcome]) -> None:
        made[0].note(outcomes)

    made.append(Drainer(outbox, CallsByAgenda(agenda, most, note) if agenda else CallsAtOnce(most, note)))
    return made[0]


def drain(outbox: Outbox) -> int:
    """Send all that is due at this moment; how many rows were taken."""
    sender, number = drainer(outbox), 0
    while taken := sender.drain(0):
        number += taken
    return number
