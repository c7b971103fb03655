"""The totals of an event's day, from which the gate's figures and the dashboard are made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain.events.scan_context import ScanContext
from bot.domain.stats import counters as figure_counters
from bot.domain.stats import metrics
from bot.domain.stats.counters import NO_EVENT, RECENT_MINUTES
from bot.domain.stats.metrics import WHOLE_EVENT_DAY, CounterKey, Total
from flows.shapes.scans import CONFLICT

MIN_HISTORY = timedelta(hours=2)
"""How far back the quarters of an hour are there at least, also just after midnight."""


JUST_NOW_MINUTES = 5
"""How long the pace of a gate is measured, to be held against the last RECENT_MINUTES."""


@dataclass(frozen=True, slots=True)
class DayTotals:
    """The sums of an event's day, and how they are asked."""

    totals: Mapping[tuple[str, bool], Sequence[tuple[CounterKey, Total]]]
    """By metric, and whether they are of the whole event."""
    event_id: int
    day: date
    begins: datetime
    """The day's midnight at the event's place."""
    now: datetime
    until: datetime
    """As far as the day has come: now, or of a day that is over its end, after its midnight where it goes on into the
    night."""
    is_now: bool
    """Whether the day is in progress."""

    def total(self, metric: str, what: str | None = None) -> Total:
        """A metric of the day, of all or of one `what`."""
        ours = [total for key, total in self._of_day(metric) if what in (None, key.what)]
        return Total(sum(total.people for total in ours), sum(total.times for total in ours))

    def by_what(self, metric: str) -> Mapping[str, Total]:
        """A metric of the day by `what`."""
        return {key.what: total for key, total in self._of_day(metric)}

    def by_gate(self, metric: str) -> Mapping[int, Total]:
        """A metric of the day by gate; 0: nobody said which."""
        return _sum_by_key((key.who, total) for key, total in self._of_day(metric))

    def by_member(self, metric: str, kind: str) -> Mapping[int, Total]:
        """A metric of the day by `staff`, `device` or `nobody`."""
        return {key.who: total for key, total in self._of_day(metric) if key.what == kind}

    def buckets(self, metric: str) -> list[tuple[CounterKey, Total]]:
        """A metric of the day with its buckets."""
        return self._of_day(metric)

    def by_quarter_hour(
        self, metric: str, since: datetime, *, with_global: bool = False
    ) -> list[tuple[CounterKey, Total]]:
        """A metric by quarters of an hour from a moment on; with what belongs to no event where asked.

        Of a day that is not in progress only until it ended.
        """
        first, last = metrics.minute_of(since), metrics.minute_of(self.until)
        found = self._select(metric, False, with_global)
        return [(key, total) for key, total in found if first <= key.bucket and (self.is_now or key.bucket < last)]

    def whole_event(self, metric: str, *, with_global: bool = False) -> Sequence[tuple[CounterKey, Total]]:
        """A metric of the whole event."""
        return self._select(metric, True, with_global)

    def recently_admitted(self, minutes: int = RECENT_MINUTES) -> Mapping[int, int]:
        """People let in within the last minutes, this one included, by gate."""
        recent = metrics.minute_of(self.now) - minutes
        scans = ((key.who, total) for key, total in self._of_day("minute") if key.what == "in" and key.bucket > recent)
        return {gate: total.people for gate, total in _sum_by_key(scans).items()}

    def last_scans(self) -> Mapping[int, datetime]:
        """The minute of each gate's last scan."""
        found: dict[int, int] = {}
        for key, total in (*self._of_day("last"), *self._of_day("minute")):
            if total.times > 0:
                found[key.who] = max(key.bucket, found.get(key.who, 0))
        return {gate: metrics.moment_of(minute) for gate, minute in found.items()}

    @property
    def admitted(self) -> int:
        """People, with a pass."""
        return self.total("in").people

    @property
    def conflicts(self) -> int:
        """Scans that let more in than the party has."""
        return self.total("in", CONFLICT).times

    @property
    def present(self) -> int:
        """People in less people out, as far as both were counted."""
        return self.admitted + self.total("counted", "in").people - self.departed

    @property
    def departed(self) -> int:
        """People out, with a pass or without."""
        return self.total("out").people + self.total("counted", "out").people

    def _of_day(self, metric: str) -> list[tuple[CounterKey, Total]]:
        return [pair for pair in self._select(metric, False, False) if pair[0].day == self.day]

    def _select(self, metric: str, whole: bool, with_global: bool) -> list[tuple[CounterKey, Total]]:
        whose = (self.event_id, NO_EVENT) if with_global else (self.event_id,)
        return [pair for pair in self.totals.get((metric, whole), ()) if pair[0].event_id in whose]


def load(db: Session, context: ScanContext, now: datetime, *, charts: bool = False) -> DayTotals:
    """The sums of the place's day; exact, in one statement. With `charts` those of five minutes too."""
    zone = ZoneInfo(context.event.timezone)
    begins = datetime.combine(context.day, time.min, zone)
    midnight = datetime.combine(context.day + timedelta(days=1), time.min, zone)
    until = now if context.is_now else max(begins, min(now, max(midnight, context.ends or midnight)))
    since = min(begins, until - MIN_HISTORY)
    found: defaultdict[tuple[str, bool], list[tuple[CounterKey, Total]]] = defaultdict(list)
    for key, one in figure_counters.read(db, context.event.id, context.day, since, until, charts=charts).items():
        found[key.metric, key.day == WHOLE_EVENT_DAY].append((key, one))
    return DayTotals(found, context.event.id, context.day, begins, now, until, context.is_now)


def inside(day: DayTotals, context: ScanContext) -> int | None:
    """People inside now; None where nobody has been counted out: then only `admitted` is known.

    0 once the day's hours are over: who leaves after closing is seldom counted.
    """
    if not day.departed:
        return None
    return 0 if context.is_over else max(day.present, 0)


def _sum_by_key(rows: Iterable[tuple[int, Total]]) -> dict[int, Total]:
    found: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for who, total in rows:
        found[who][0] += total.people
        found[who][1] += total.times
    return {who: Total(*both) for who, both in found.items()}
