"""The metrics: which sums each fact adds to.

A fact comes from the triggers of the fact tables (the migrations have them) as a change with a sign, or from
`bot.domain.stats.recount` as the sum of many equal rows. Facts: `in` and `out` (people of a pass), `refused` (a
scan), `counted` (people without a pass), `registered` and `held` (a registration, the people of its valid
passes), `message` (a delivery in its latest state), `begun` (a registration begun, and how far it came), and
`mended` (a sum put right: its own key).

Every moment is a whole minute since 1970 (UTC), so that no figure depends on a time zone that an organiser may
correct later: quarters of an hour begin alike in every zone there is. `EVER` stands for the whole event.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

EVER = date(1970, 1, 1)
"""The day of the sums of a whole event."""
BY_QUARTER = ("registered", "message", "begun")
"""Metrics of UTC days in quarters of an hour, and EVER; all others are of an event's days."""
MENDED = "mended"
"""A change of one sum that names it directly: `what` holds the metric, `more` the sum's `what`, `minute` its bucket,
`gate_id` its `who`."""
FIVE, QUARTER = 5, 15
"""Minutes of a bucket: of entries, of registrations and messages."""
FAILED = ("failed", "undelivered")
LOST = "failed:"
"""Prefix of a failed message's state; the reason follows."""
STATES = {
    **dict.fromkeys(("owed", "accepted", "scheduled", "queued", "sending"), "waiting"),
    **dict.fromkeys(("sent", "handed_over"), "sent"),
    "canceled": "cancelled",
}
"""What a delivery's status is called in figures, where it is called otherwise."""


class Key(NamedTuple):
    """Which sum.

    Metrics by day: `in`, `out`, `refused` (by result), `counted` (by direction), `in_at` and `refused_at` (by gate),
    `in5` (by gate and five minutes), `minute` (scans by gate and minute; what: `in`, `out`, `refused`), `in_by`,
    `refused_by` and `forced_by` (by whom; what: `staff`, `device`, `nobody`). By UTC day in quarters of an hour, and
    EVER: `registered` (by channel; people who hold valid passes), `message` (by kind and state), `begun` (by channel
    and step).
    """

    event_id: int
    day: date
    metric: str
    bucket: int
    who: int
    what: str


class Change(NamedTuple):
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


class Sum(NamedTuple):
    """How many people, and how many times."""

    people: int = 0
    times: int = 0


Sums = Mapping[Key, Sum]


def sums(changes: Iterable[Change]) -> dict[Key, Sum]:
    """The sums of these changes; sums of nothing are left out."""
    found: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for change in changes:
        people, times = change[-2:]
        for key in keys(change):
            both = found[key]
            both[0] += people
            both[1] += times
    return {key: Sum(people, times) for key, (people, times) in found.items() if people or times}


def keys(change: Change) -> Iterator[Key]:
    """The sums to which a change belongs. Raises KeyError for a fact that there is not."""
    if change.fact == MENDED:  # most of what a look reads
        yield Key(change.event_id, change.day, change.what, change.minute, change.gate_id, change.more)
        return
    for day, metric, bucket, who, what in _OF[change.fact](change):
        yield Key(change.event_id, day, metric, bucket, who, what)


def minute_of(moment: datetime) -> int:
    """The minute in which an aware moment lies."""
    return int(moment.timestamp() // 60)


def moment_of(minute: int) -> datetime:
    """The moment at which a minute begins, in UTC."""
    return datetime.fromtimestamp(minute * 60, UTC)


def mended(key: Key, amount: Sum) -> Change:
    """A change of exactly this sum."""
    event_id, day, metric, bucket, who, what = key
    return Change(event_id, MENDED, day, bucket, who, 0, 0, metric, what, *amount)


# --- one function a fact ----------------------------------------------------------------------------

Keys = Iterator[tuple[date, str, int, int, str]]


def _in(one: Change) -> Keys:
    yield one.day, "in", 0, 0, one.what
    yield one.day, "in_at", 0, one.gate_id, ""
    yield one.day, "in5", one.minute - one.minute % FIVE, one.gate_id, ""
    yield one.day, "minute", one.minute, one.gate_id, "in"
    yield one.day, "in_by", 0, *_whose(one)
    if one.more:
        yield one.day, "forced_by", 0, *_whose(one)


def _out(one: Change) -> Keys:
    yield one.day, "out", 0, 0, ""
    yield one.day, "minute", one.minute, one.gate_id, "out"


def _refused(one: Change) -> Keys:
    yield one.day, "refused", 0, 0, one.what
    yield one.day, "refused_at", 0, one.gate_id, ""
    yield one.day, "minute", one.minute, one.gate_id, "refused"
    yield one.day, "refused_by", 0, *_whose(one)


def _counted(one: Change) -> Keys:
    yield one.day, "counted", 0, 0, one.what


def _registered(one: Change) -> Keys:
    return _by_quarter(one, "registered", one.what)


def _message(one: Change) -> Keys:
    status, _, reason = one.more.partition(":")
    state = f"{LOST}{reason}" if status in FAILED else STATES.get(status, status)
    return _by_quarter(one, "message", f"{one.what}:{state}")


def _begun(one: Change) -> Keys:
    return _by_quarter(one, "begun", f"{one.what}:{one.more}")


def _by_quarter(one: Change, metric: str, what: str) -> Keys:
    quarter = one.minute - one.minute % QUARTER
    yield moment_of(quarter).date(), metric, quarter, 0, what
    yield EVER, metric, 0, 0, what


def _whose(one: Change) -> tuple[int, str]:
    """Each scan counts for one: the volunteer, else the scanner."""
    if one.staff_id:
        return one.staff_id, "staff"
    return (one.device_id, "device") if one.device_id else (0, "nobody")


_OF: Mapping[str, Any] = {
    "in": _in,
    "out": _out,
    "refused": _refused,
    "counted": _counted,
    "registered": _registered,
    "held": _registered,
    "message": _message,
    "begun": _begun,
}
