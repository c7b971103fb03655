"""The five metrics that alerts watch, each with its threshold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.events.alert_thresholds import AlertThresholds
from bot.domain.events.scan_context import ScanContext
from bot.domain.models import Gate
from bot.domain.stats import metrics
from bot.domain.stats.day_totals import DayTotals

INSIDE, SILENT, FAILURES, QUEUE, CODES = "inside", "silent_gate", "failures", "queue", "codes"
MIN_MESSAGES = 50
"""Messages of the last hour from which on failures are judged: of fewer, one failure is 2 per cent already."""
LAST_HOUR = timedelta(hours=1)
CALM_SHARE_OF_THRESHOLD = {INSIDE: 0.95, SILENT: 1.0, FAILURES: 0.75, QUEUE: 0.5, CODES: 1.0}
"""The share of its threshold to which a number must come down before its alert ends, so that none flaps at the
border. A silence ends with a scan."""
OUTCOMES = ("sent", "delivered", "read")


@dataclass(frozen=True, slots=True)
class AlertMetric:
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
        return not self.is_over and self.value <= self.threshold * CALM_SHARE_OF_THRESHOLD[self.what]


def compute_metrics(
    context: ScanContext,
    day: DayTotals,
    gates: Iterable[Gate],
    rules: AlertThresholds,
    waiting_seconds: int,
    spent: int = 0,
) -> list[AlertMetric]:
    """The measures of an event's day now; those that are off or cannot be told are not there.

    `spent`: how many budgets of one-time codes have nothing left.
    """
    found = [*_inside(context, day, rules), *_silent(context, day, gates, rules), *_failures(day, rules)]
    if rules.queue_seconds is not None:
        found.append(AlertMetric(QUEUE, 0, waiting_seconds, rules.queue_seconds))
    return [*found, AlertMetric(CODES, 0, spent, 0)]


def _inside(context: ScanContext, day: DayTotals, rules: AlertThresholds) -> Iterator[AlertMetric]:
    """People inside, from before opening until the day's hours are over.

    Where nobody is counted out, all who came in are taken to be inside: an alert too early harms nobody.
    """
    if rules.inside is not None and not context.is_over:
        yield AlertMetric(INSIDE, 0, max(day.present, 0), rules.inside)


def _silent(
    context: ScanContext, day: DayTotals, gates: Iterable[Gate], rules: AlertThresholds
) -> Iterator[AlertMetric]:
    """Gates that are open, have let somebody in today, and from which no scan comes any more, refused ones included."""
    if rules.silent_minutes is None or not context.is_open or context.event.entry_paused_at is not None:
        return
    entered, last = day.by_gate("in_at"), day.last_scans()
    for gate in gates:
        working = not gate.closed and gate.paused_at is None
        if working and gate.id in last and gate.id in entered and entered[gate.id].people > 0:
            yield AlertMetric(
                SILENT, gate.id, int((day.now - last[gate.id]).total_seconds() // 60), rules.silent_minutes
            )


def _failures(day: DayTotals, rules: AlertThresholds) -> Iterator[AlertMetric]:
    """The failures among the last hour's messages whose outcome is known, to the quarter of an hour."""
    if rules.failures_permille is None:
        return
    failed = others = 0
    for key, total in day.by_quarter_hour("message", day.now - LAST_HOUR, with_global=True):
        state = key.what.partition(":")[2]
        failed += total.times if state.startswith(metrics.FAILED_PREFIX) else 0
        others += total.times if state in OUTCOMES else 0
    if failed + others >= MIN_MESSAGES:
        yield AlertMetric(FAILURES, 0, failed * 1000 // (failed + others), rules.failures_permille)
