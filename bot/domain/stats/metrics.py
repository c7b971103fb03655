"""The metrics: which sums each fact adds to.

A fact comes from the triggers of the fact tables (the migrations have them) as a change with a sign, or from
`bot.domain.stats.recount` as the sum of many equal rows. Facts: `in` and `out` (people of a pass), `refused` (a
scan), `counted` (people without a pass), `registered` and `held` (a registration, the people of its valid
passes), `message` (a delivery in its latest state), `begun` (a registration begun, and how far it came), and
`correction` (a sum put right: its own key).

Every moment is a whole minute since 1970 (UTC), so that no figure depends on a time zone that an organiser may
correct later: quarters of an hour begin alike in every zone there is. `WHOLE_EVENT_DAY` stands for the whole event.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from bot.domain import models

WHOLE_EVENT_DAY = date(1970, 1, 1)
"""The day of the sums of a whole event."""
QUARTER_HOUR_METRICS = ("registered", "message", "begun")
"""Metrics of UTC days in quarters of an hour, and WHOLE_EVENT_DAY; all others are of an event's days."""
CORRECTION = "mended"
"""A change of one sum that names it directly: `what` holds the metric, `more` the sum's `what`, `minute` its bucket,
`gate_id` its `who`."""
FIVE_MINUTES, QUARTER_HOUR = 5, 15
"""Minutes of a bucket: of entries, of registrations and messages."""
FAILED_PREFIX = "failed:"
"""Prefix of a failed message's state; the reason follows."""
STATE_NAMES = {
    **dict.fromkeys(("owed", "accepted", "scheduled", "queued", "sending"), "waiting"),
    **dict.fromkeys(("sent", "handed_over"), "sent"),
    "canceled": "cancelled",
}
"""What a delivery's status is called in figures, where it is called otherwise."""


class CounterKey(NamedTuple):
    """Which sum.

    Metrics by day: `in`, `out`, `refused` (by result), `counted` (by direction), `in_at` and `refused_at` (by gate),
    `in5` (by gate and five minutes), `minute` (scans by gate and minute; what: `in`, `out`, `refused`), `in_by`,
    `refused_by` and `forced_by` (by whom; what: `staff`, `device`, `nobody`). By UTC day in quarters of an hour, and
    WHOLE_EVENT_DAY: `registered` (by channel; people who hold valid passes), `message` (by kind and state), `begun`
    (by channel and step).
    """

    event_id: int
    day: date
    metric: str
    bucket: int
    who: int
    what: str


class CounterChange(NamedTuple):
    """A fact that came or went, or several alike."""

    event_id: int
    fact: str
    day: date
    minute: int
    gate_id: int
    staff_id: int
    device_id: int
    what: str
    more: str
    people: int
    times: int


class Total(NamedTuple):
    """How many people, and how many times."""

    people: int = 0
    times: int = 0


Totals = Mapping[CounterKey, Total]


def totals(changes: Iterable[CounterChange]) -> dict[CounterKey, Total]:
    """The sums of these changes; sums of nothing are left out."""
    found: defaultdict[CounterKey, list[int]] = defaultdict(lambda: [0, 0])
    for change in changes:
        people, times = change[-2:]
        for key in counter_keys(change):
            both = found[key]
            both[0] += people
            both[1] += times
    return {key: Total(people, times) for key, (people, times) in found.items() if people or times}


def counter_keys(change: CounterChange) -> Iterator[CounterKey]:
    """The sums to which a change belongs. Raises KeyError for a fact that there is not."""
    if change.fact == CORRECTION:  # most of what a reading has
        yield CounterKey(change.event_id, change.day, change.what, change.minute, change.gate_id, change.more)
        return
    for day, metric, bucket, who, what in _KEYS_OF_FACT[change.fact](change):
        yield CounterKey(change.event_id, day, metric, bucket, who, what)


def minute_of(moment: datetime) -> int:
    """The minute in which an aware moment lies."""
    return int(moment.timestamp() // 60)


def moment_of(minute: int) -> datetime:
    """The moment at which a minute begins, in UTC."""
    return datetime.fromtimestamp(minute * 60, UTC)


def correction(key: CounterKey, amount: Total) -> CounterChange:
    """A change of exactly this sum."""
    event_id, day, metric, bucket, who, what = key
    return CounterChange(event_id, CORRECTION, day, bucket, who, 0, 0, metric, what, *amount)


# --- one function a fact ----------------------------------------------------------------------------

KeyParts = Iterator[tuple[date, str, int, int, str]]


def _in(change: CounterChange) -> KeyParts:
    yield change.day, "in", 0, 0, change.what
    yield change.day, "in_at", 0, change.gate_id, ""
    yield change.day, "in5", change.minute - change.minute % FIVE_MINUTES, change.gate_id, ""
    yield change.day, "minute", change.minute, change.gate_id, "in"
    yield change.day, "in_by", 0, *_counted_for(change)
    if change.more:
        yield change.day, "forced_by", 0, *_counted_for(change)


def _out(change: CounterChange) -> KeyParts:
    yield change.day, "out", 0, 0, ""
    yield change.day, "minute", change.minute, change.gate_id, "out"


def _refused(change: CounterChange) -> KeyParts:
    yield change.day, "refused", 0, 0, change.what
    yield change.day, "refused_at", 0, change.gate_id, ""
    yield change.day, "minute", change.minute, change.gate_id, "refused"
    yield change.day, "refused_by", 0, *_counted_for(change)


def _message(change: CounterChange) -> KeyParts:
    status, _, reason = change.more.partition(":")
    state = f"{FAILED_PREFIX}{reason}" if status in models.Delivery.FAILED_STATUSES else STATE_NAMES.get(status, status)
    return _by_quarter(change, "message", f"{change.what}:{state}")


def _by_quarter(change: CounterChange, metric: str, what: str) -> KeyParts:
    quarter = change.minute - change.minute % QUARTER_HOUR
    yield moment_of(quarter).date(), metric, quarter, 0, what
    yield WHOLE_EVENT_DAY, metric, 0, 0, what


def _counted_for(change: CounterChange) -> tuple[int, str]:
    """Each scan counts for one: the volunteer, else the scanner."""
    if change.staff_id:
        return change.staff_id, "staff"
    return (change.device_id, "device") if change.device_id else (0, "nobody")


_KEYS_OF_FACT: Mapping[str, Any] = {
    "in": _in,
    "out": _out,
    "refused": _refused,
    "counted": lambda change: [(change.day, "counted", 0, 0, change.what)],
    **dict.fromkeys(("registered", "held"), lambda change: _by_quarter(change, "registered", change.what)),
    "message": _message,
    "begun": lambda change: _by_quarter(change, "begun", f"{change.what}:{change.more}"),
}
