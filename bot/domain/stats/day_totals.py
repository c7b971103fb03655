"""The totals of an event's day, from which the gate's figures and the dashboard are made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.domain.checkins.context import Place
from bot.domain.stats import counters as figure_counters
from bot.domain.stats import metrics
from bot.domain.stats.counters import LATELY, NOBODYS
from bot.domain.stats.metrics import EVER, Key, Sum
from flows.shapes.scans import CONFLICT

LEAST_PAST = timedelta(hours=2)
"""How far back the quarters of an hour are there at least, also just after midnight."""


@dataclass(frozen=True, slots=True)
class DaySums:
    """The sums of an event's day, and how they are asked."""

    found: Mapping[tuple[str, bool], Sequence[tuple[Key, Sum]]]
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

    def of(self, metric: str, what: str | None = None) -> Sum:
        """A metric of the day, of all or of one `what`."""
        ours = [one for key, one in self._of_day(metric) if what in (None, key.what)]
        return Sum(sum(one.people for one in ours), sum(one.times for one in ours))

    def by_what(self, metric: str) -> Mapping[str, Sum]:
        """A metric of the day by `what`."""
        return {key.what: one for key, one in self._of_day(metric)}

    def by_gate(self, metric: str) -> Mapping[int, Sum]:
        """A metric of the day by gate; 0: nobody said which."""
        return _together((key.who, one) for key, one in self._of_day(metric))

    def by_whom(self, metric: str, kind: str) -> Mapping[int, Sum]:
        """A metric of the day by `staff`, `device` or `nobody`."""
        return {key.who: one for key, one in self._of_day(metric) if key.what == kind}

    def buckets(self, metric: str) -> list[tuple[Key, Sum]]:
        """A metric of the day with its buckets."""
        return self._of_day(metric)

    def quarters(self, metric: str, since: datetime, *, everybodys: bool = False) -> list[tuple[Key, Sum]]:
        """A metric by quarters of an hour from a moment on; with what belongs to no event where asked.

        Of a day that is not in progress only until it ended.
        """
        first, last = metrics.minute_of(since), metrics.minute_of(self.until)
        found = self._mine(metric, False, everybodys)
        return [(key, one) for key, one in found if first <= key.bucket and (self.is_now or key.bucket < last)]

    def ever(self, metric: str, *, everybodys: bool = False) -> Sequence[tuple[Key, Sum]]:
        """A metric of the whole event."""
        return self._mine(metric, True, everybodys)

    def lately(self) -> Mapping[int, int]:
        """People let in within the last LATELY minutes, this one included, by gate."""
        recent = metrics.minute_of(self.now) - LATELY
        scans = ((key.who, one) for key, one in self._of_day("minute") if key.what == "in" and key.bucket > recent)
        return {gate: one.people for gate, one in _together(scans).items()}

    def last_scans(self) -> Mapping[int, datetime]:
        """The minute of each gate's last scan."""
        found: dict[int, int] = {}
        for key, one in (*self._of_day("last"), *self._of_day("minute")):
            if one.times > 0:
                found[key.who] = max(key.bucket, found.get(key.who, 0))
        return {gate: metrics.moment_of(minute) for gate, minute in found.items()}

    @property
    def admitted(self) -> int:
        """People, with a pass."""
        return self.of("in").people

    @property
    def conflicts(self) -> int:
        """Scans that let more in than the party has."""
        return self.of("in", CONFLICT).times

    @property
    def here(self) -> int:
        """People in less people out, as far as both were counted."""
        return self.admitted + self.of("counted", "in").people - self.gone

    @property
    def gone(self) -> int:
        """People out, with a pass or without."""
        return self.of("out").people + self.of("counted", "out").people

    def _of_day(self, metric: str) -> list[tuple[Key, Sum]]:
        return [pair for pair in self._mine(metric, False, False) if pair[0].day == self.day]

    def _mine(self, metric: str, whole: bool, everybodys: bool) -> list[tuple[Key, Sum]]:
        whose = (self.event_id, NOBODYS) if everybodys else (self.event_id,)
        return [pair for pair in self.found.get((metric, whole), ()) if pair[0].event_id in whose]


def read(db: Session, place: Place, now: datetime, *, charts: bool = False) -> DaySums:
    """The sums of the place's day; exact, in one statement. With `charts` those of five minutes too."""
    zone = ZoneInfo(place.event.timezone)
    begins = datetime.combine(place.day, time.min, zone)
    midnight = datetime.combine(place.day + timedelta(days=1), time.min, zone)
    until = now if place.is_now else max(begins, min(now, max(midnight, place.ends or midnight)))
    since = min(begins, until - LEAST_PAST)
    found: defaultdict[tuple[str, bool], list[tuple[Key, Sum]]] = defaultdict(list)
    for key, one in figure_counters.read(db, place.event.id, place.day, since, until, charts=charts).items():
        found[key.metric, key.day == EVER].append((key, one))
    return DaySums(found, place.event.id, place.day, begins, now, until, place.is_now)


def inside(day: DaySums, place: Place) -> int | None:
    """People inside now; None where nobody has been counted out: then only `admitted` is known.

    0 once the day's hours are over: who leaves after closing is seldom counted.
    """
    if not day.gone:
        return None
    return 0 if place.is_over else max(day.here, 0)


def _together(rows: Iterable[tuple[int, Sum]]) -> dict[int, Sum]:
    found: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for who, one in rows:
        found[who][0] += one.people
        found[who][1] += one.times
    return {who: Sum(*both) for who, both in found.items()}
