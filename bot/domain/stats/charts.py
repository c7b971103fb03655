"""The dashboard's charts: numbers by time, without gaps."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.models import Gate
from bot.domain.stats import metrics
from bot.domain.stats.dashboard import Chart, Series
from bot.domain.stats.day_totals import DayTotals

ONE_HOUR = timedelta(hours=1)


def entries(day: DayTotals, gates: Sequence[Gate], zone: ZoneInfo) -> Chart:
    """People admitted per five minutes by gate, from the first entry of the day to now; empty before it.

    A scanner without a network may have had a clock of another day: its entries stand at the chart's edge.
    """
    first, last = (_five_minutes(moment) for moment in (day.begins, day.until))
    counted: dict[int, Counter[int]] = {}
    for key, total in day.buckets("in5"):
        if total.people:
            counted.setdefault(key.who, Counter())[min(max(key.bucket, first), last)] += total.people
    begin = min((bucket for numbers in counted.values() for bucket in numbers), default=last + 1)
    buckets = range(begin, last + 1, metrics.FIVE_MINUTES)
    named: list[tuple[int, str | None, str | None]] = [(gate.id, gate.slug, gate.name) for gate in gates]
    whose = [gate_id for gate_id in [*named, (0, None, None)] if gate_id[0] in counted]
    return Chart(
        [metrics.moment_of(bucket).astimezone(zone) for bucket in buckets],
        [Series(slug, name, [counted[number][bucket] for bucket in buckets]) for number, slug, name in whose],
    )


def registrations(day: DayTotals, zone: ZoneInfo) -> Chart:
    """Registrations per hour of the day by channel, from midnight to now."""
    hours = _hours(day.begins, day.until, zone)
    counted: dict[str, Counter[datetime]] = {}
    for key, total in day.by_quarter_hour("registered", day.begins):
        counted.setdefault(key.what, Counter())[_hour(metrics.moment_of(key.bucket), zone)] += total.times
    return Chart(
        hours,
        [Series(name, None, [numbers[hour] for hour in hours]) for name, numbers in sorted(counted.items())],
    )


def _hours(begins: datetime, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every hour of the place's clock in the span; where the clock is put forward or back, as it shows them."""
    first, passed = metrics.moment_of(metrics.minute_of(begins)), max(now - begins, timedelta())
    return [
        *dict.fromkeys(_hour(first + number * ONE_HOUR, zone) for number in range(int(passed / ONE_HOUR) + 1)),
    ]


def _hour(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(minute=0, second=0, microsecond=0)


def _five_minutes(moment: datetime) -> int:
    minute = metrics.minute_of(moment)
    return minute - minute % metrics.FIVE_MINUTES
