"""A pass delivered, its picture fetched and three statuses told: with a Twilio that works, and with one in trouble."""

import random
import time
from contextlib import closing
from dataclasses import dataclass, field

from redis import Redis
from sqlalchemy import func, select

from bot.database import Database
from bot.domain.models import Delivery
from tests.bench.table.plan import Plan
from tests.bench.table.rows import Row
from tests.bench.table.stack import Stack
from webhooks.simulator.faults import Fault, Faults

PARTS = ("web", "worker", "clock", "database", "redis")
LOOK_SECONDS = 0.1
ORDERED = 4000
"""Calls for which trouble is ordered: more than there will be."""
TROUBLE = ((Fault(status=429, code=20429), 0.08), (Fault(status=500, code=20500), 0.06), (Fault(cut=True), 0.02))
"""What befalls which share of the calls; half of those that are cut off are carried out all the same."""


@dataclass
class Arrived:
    """How many passes had been read by when, in seconds."""

    seen: list[tuple[float, int]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many in the end."""
        return self.seen[-1][1]

    @property
    def seconds(self) -> float:
        """Until the last that arrived."""
        return next(moment for moment, number in self.seen if number == self.number)

    @property
    def rate(self) -> float:
        """Passes a second in the middle four fifths, without what the first and the last wait for."""
        middle = [(moment, count) for moment, count in self.seen if 0.1 <= count / max(1, self.number) <= 0.9]
        if len(middle) < 2 or middle[-1][0] == middle[0][0]:
            return self.number / max(self.seconds, LOOK_SECONDS)
        return (middle[-1][1] - middle[0][1]) / (middle[-1][0] - middle[0][0])


class Delivering:
    """Rounds in which workers send what is owed."""

    def __init__(self, stack: Stack, plan: Plan) -> None:
        self._stack, self._plan = stack, plan
        self._parts: dict[str, list[float]] = {}
        self._cost: list[float] = []
        self._rate: list[float] = []
        self.passes = 0

    def turn(self, owed: int) -> None:
        """Measure how the passes that were just now owed arrive; worker and clock have just been let go."""
        before = self._stack.spent()
        arrived = self.wait(owed, self._plan.patience)
        used = self._stack.spent()
        for name in PARTS:
            self._parts.setdefault(name, []).append(1000 * (used[name] - before[name]) / max(1, arrived.number))
        self._cost.append(sum(some[-1] for some in self._parts.values()))
        self._rate.append(arrived.rate)

    def wait(self, owed: int, patience: float) -> Arrived:
        """Wait until so many more passes have been read; no longer than `patience` seconds."""
        start, arrived = time.perf_counter(), Arrived()
        with closing(Database(self._stack.settings.database)) as database:
            while not arrived.seen or (arrived.number < owed and time.perf_counter() < start + patience):
                time.sleep(LOOK_SECONDS if arrived.seen else 0)
                arrived.seen.append((time.perf_counter() - start, _read(database) - self.passes))
        self.passes += arrived.number
        return arrived

    def rows(self) -> list[Row]:
        """Of all turns so far."""
        return [
            Row("a pass delivered, ms of processor time", self._cost),
            *(Row(f"  of it {name}, ms", some) for name, some in self._parts.items()),
            Row("  passes delivered a second, two workers", self._rate),
        ]

    def order_trouble(self) -> None:
        """Let Twilio refuse and hang up as often as the table says, at random and the same in each run."""
        chance = random.Random(1)
        with Redis.from_url(self._stack.twilio.redis) as redis:
            Faults(redis).order("send", [_trouble(chance) for _ in range(ORDERED)])

    def end_trouble(self) -> None:
        """Let Twilio do what it should again."""
        with Redis.from_url(self._stack.twilio.redis) as redis:
            Faults(redis).clear()


def _read(database: Database) -> int:
    """How many passes their people have read, as far as we were told."""
    with database.read() as db:
        asked = select(func.count()).select_from(Delivery).where(Delivery.kind == "pass", Delivery.status == "read")
        return db.scalar(asked) or 0


def _trouble(chance: random.Random) -> Fault:
    drawn = chance.random()
    for fault, share in TROUBLE:
        if drawn < share:
            return Fault(cut=True, accept=chance.random() < 0.5) if fault.cut else fault
        drawn -= share
    return Fault()
