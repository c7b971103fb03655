"""The faults one after another, in an order and against victims that a seed decides."""

import random
import threading
import time
from dataclasses import dataclass

from tests.chaos.faults import FAULTS, SHORT, Fault, happening, impossible
from tests.chaos.plan import Plan
from tests.chaos.processes import Stack


@dataclass(frozen=True, slots=True)
class Happened:
    """A fault as it was."""

    name: str
    victim: str
    began_ms: int
    ended_ms: int


class FaultSchedule(threading.Thread):
    """Lets the faults happen, from when it is started."""

    def __init__(self, plan: Plan, stack: Stack) -> None:
        super().__init__(daemon=True)
        self._chance = random.Random(plan.seed)
        self._plan = plan
        self._stack = stack
        wanted = [fault for fault in FAULTS if not plan.short or fault.name in SHORT]
        self.skipped = {fault.name: why for fault in wanted if (why := impossible(fault))}
        left = [fault for fault in wanted if fault.name not in self.skipped]
        self._order = self._chance.sample(left, len(left))
        self.happened: list[Happened] = []
        self.trouble: BaseException | None = None
        """What kept it from going on."""
        self.over = threading.Event()
        """Set when nothing runs any more: what a thread has started dies with it."""
        self.ended = False

    @property
    def seconds(self) -> float:
        """How long all of it takes, if nothing takes long to start."""
        return sum(fault.seconds * self._plan.scale + self._plan.pause for fault in self._order)

    def run(self) -> None:
        """One after another, each with time to recover from it."""
        try:
            for fault in self._order:
                time.sleep(self._plan.pause * self._chance.uniform(0.5, 1))
                self._let_happen(fault)
        except BaseException as trouble:
            self.trouble = trouble
        self.ended = True
        self.over.wait()

    def _let_happen(self, fault: Fault) -> None:
        began = now_ms()
        with happening(fault, self._stack, self._chance) as victim:
            time.sleep(fault.seconds * self._plan.scale)
        self.happened.append(Happened(fault.name, victim, began, now_ms()))
        time.sleep(self._plan.pause / 2)


def now_ms() -> int:
    """The present moment in milliseconds, as Twilio's record has it."""
    return time.time_ns() // 1_000_000
