"""The five metrics that alerts watch, each with its threshold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.checkins.context import Place
from bot.domain.events.alert_thresholds import Rules
from bot.domain.models import Gate
from bot.domain.stats import metrics
from bot.domain.stats.day_totals import DaySums

INSIDE, SILENT, FAILURES, QUEUE, CODES = "inside", "silent_gate", "failures", "queue", "codes"
LEAST_MESSAGES = 50
"""Messages of the last hour from which on failures are judged: of fewer, one failure is 2 per cent already."""
LAST_HOUR = timedelta(hours=1)
CALM = {INSIDE: 0.95, SILENT: 1.0, FAILURES: 0.75, QUEUE: 0.5, CODES: 1.0}
"""The share of its threshold to which a number must come down before its alert ends, so that none flaps at the
border. A silence ends with a scan."""
OUTCOMES = ("sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class Measure:
    """A number now, and its threshold, in the threshold's unit."""

    what: str
    gate_id: int
    """0: about no gate."""
    value: int
    threshold: int

    @property
    def is_over(self) -> bool:
        """Whether an alert begins."""
        return self.value >= self.threshold if self.what == SILENT else self.value > self.threshold

    @property
    def is_calm(self) -> bool:
        """Whether an alert that goes on ends. What is not measured at all is calm."""
        return not self.is_over and self.value <= self.threshold * CALM[self.what]


def of(
    place: Place, day: DaySums, gates: Iterable[Gate], rules: Rules, waiting_seconds: int, spent: int = 0
) -> list[Measure]:
    """The measures of an event's day now; those that are off or cannot be told are not there.

    `spent`: how many budgets of one-time codes have nothing left.
    """
    found = [*_inside(place, day, rules), *_silent(place, day, gates, rules), *_failures(day, rules)]
    if rules.queue_seconds is not None:
        found.append(Measure(QUEUE, 0, waiting_seconds, rules.queue_seconds))
    return [*found, Measure(CODES, 0, spent, 0)]


def _inside(place: Place, day: DaySums, rules: Rules) -> Iterator[Measure]:
    """People inside, from before opening until the day's hours are over.

    Where nobody is counted out, all who came in are taken to be inside: an alert too early harms nobody.
    """
    if rules.inside is not None and not place.is_over:
        yield Measure(INSIDE, 0, max(day.here, 0), rules.inside)


def _silent(place: Place, day: DaySums, gates: Iterable[Gate], rules: Rules) -> Iterator[Measure]:
    """Gates that are open, have let somebody in today, and from which no scan comes any more, refused ones included."""
    if rules.silent_minutes is None or not place.is_open or place.event.entry_paused_at is not None:
        return
    entered, last = day.by_gate("in_at"), day.last_scans()
    for gate in gates:
        working = not gate.closed and gate.paused_at is None
        if working and gate.id in last and gate.id in entered and entered[gate.id].people > 0:
            yield Measure(SILENT, gate.id, int((day.now - last[gate.id]).total_seconds() // 60), rules.silent_minutes)


def _failures(day: DaySums, rules: Rules) -> Iterator[Measure]:
    """The failures among the last hour's messages whose outcome is known, to the quarter of an hour."""
    if rules.failures_permille is None:
        return
    failed = others = 0
    for key, one in day.quarters("message", day.now - LAST_HOUR, everybodys=True):
        state = key.what.partition(":")[2]
        failed += one.times if state.startswith(metrics.LOST) else 0
        others += one.times if state in OUTCOMES else 0
    if failed + others >= LEAST_MESSAGES:
        yield Measure(FAILURES, 0, failed * 1000 // (failed + others), rules.failures_permille)
