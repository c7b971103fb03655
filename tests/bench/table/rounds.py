"""Turns of the bare application and of ours at the same work: what each answer costs, how many a second, how late."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.table import load
from tests.bench.table.load import Driven, Talk, percentile
from tests.bench.table.plan import LINES, PACED_LINES, PAUSE
from tests.bench.table.rows import Row
from tests.bench.table.stack import Stack

AT_OUR_DOOR = ("web", "database", "redis")
AT_THE_BARE_DOOR = ("bare", "database", "redis")
PERCENTS = (50, 95, 99)


@dataclass
class Rounds:
    """What came of the turns so far."""

    cost: list[float] = field(default_factory=list)
    """Milliseconds of processor time an answer: web, database and Redis."""
    rate: list[float] = field(default_factory=list)
    """Answers a second, flat out."""
    bare_cost: list[float] = field(default_factory=list)
    bare_rate: list[float] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=dict)
    """Of our cost, by process."""
    wrong: int = 0

    def bare(self, stack: Stack, talks: Sequence[Talk]) -> None:
        """A turn of the bare application."""
        driven, used = _flat_out(stack, stack.bare_port, talks)
        self.bare_cost.append(sum(used[name] for name in AT_THE_BARE_DOOR))
        self.bare_rate.append(driven.rate)

    def ours(self, stack: Stack, talks: Sequence[Talk]) -> Driven:
        """A turn of ours."""
        driven, used = _flat_out(stack, stack.settings.port, talks)
        for name in AT_OUR_DOOR:
            self.parts.setdefault(name, []).append(used[name])
        self.cost.append(sum(used[name] for name in AT_OUR_DOOR))
        self.rate.append(driven.rate)
        self.wrong += driven.wrong
        return driven

    @property
    def half_rates(self) -> tuple[float, float]:
        """Half of what was the most, of ours and of the bare application."""
        return statistics.median(self.rate) / 2, statistics.median(self.bare_rate) / 2

    def paced(self, stack: Stack, talks: Sequence[Talk]) -> Driven:
        """Ours at half of its rate."""
        driven = load.paced(stack.settings.port, talks, self.half_rates[0], PAUSE, PACED_LINES)
        self.wrong += driven.wrong
        return driven

    def bare_paced(self, stack: Stack, talks: Sequence[Talk]) -> Driven:
        """The bare application at half of its rate."""
        return load.paced(stack.bare_port, talks, self.half_rates[1], PAUSE, PACED_LINES)

    def rows(self, what: str, many: str) -> list[Row]:
        """Of the table: what an answer costs, of it each part, and how many a second."""
        return [
            Row(f"{what}, ms of processor time", self.cost, self.bare_cost),
            *(Row(f"  of it {name}, ms", some) for name, some in self.parts.items()),
            Row(f"  {many} a second, two web processes", self.rate, self.bare_rate, 0),
        ]


def answer_times(what: str, took: Sequence[float], bare: Sequence[float] = ()) -> list[Row]:
    """Rows of percentiles, in milliseconds."""
    return [
        Row(
            f"  {what}, p{percent}, ms",
            [1000 * percentile(took, percent)],
            [1000 * percentile(bare, percent)] if bare else [],
        )
        for percent in PERCENTS
    ]


def _flat_out(stack: Stack, port: int, talks: Sequence[Talk]) -> tuple[Driven, dict[str, float]]:
    """What came of it, and milliseconds of processor time an answer by process."""
    before = stack.spent()
    driven = load.flat_out(port, talks, LINES)
    used = stack.spent()
    return driven, {name: 1000 * (used[name] - before[name]) / driven.requests for name in used}
