"""Reads the dashboard of an event by a handful of queries, none of which counts rows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.checkins import context as scan_context
from bot.domain.models import Event, EventDay, Gate
from bot.domain.roster import offline_staff
from bot.domain.stats import active_alerts, charts, day_totals, funnel, metrics, outliers
from bot.domain.stats.dashboard import Channel, Dashboard, Day, Failure, GateNow, PassMessages, Registered
from bot.domain.stats.day_totals import DaySums
from bot.domain.stats.metrics import Key, Sum

OF_PASSES = ("pass", "link")
"""Kinds of messages that bring a pass: its picture, or the link to it."""


def look(db: Session, slug: str, now: datetime, *, on: date | None = None) -> Dashboard:
    """The dashboard as of now, of the day in progress or another one; exact.

    Of another day all that is said of a day is of that one; what is of the whole event, and alerts, are as they are.
    Raises Refused `no_such_event`, `no_such_day`.
    """
    place = scan_context.of_day(db, slug, on, now)
    day, event = day_totals.read(db, place, now, charts=True), db.get_one(Event, place.event.id)
    days = _days(db, event.id)
    gates = list(db.scalars(select(Gate).where(Gate.event_id == event.id).order_by(Gate.id)))
    channels = _channels(day)
    return Dashboard(
        slug=event.slug,
        name={"en": event.name, **event.names},
        timezone=event.timezone,
        day=place.day,
        status=event.status,
        is_open=place.is_open,
        is_over=place.is_over,
        is_now=place.is_now,
        paused_at=event.entry_paused_at,
        registered_today=_registered(one.today for one in channels),
        registered=_registered(one.total for one in channels),
        channels=channels,
        passes=_passes(day.ever("message")),
        expected=next((one.taken for one in days if one.day == place.day), 0),
        admitted=day.admitted,
        lately=sum(day.lately().values()),
        left=day.of("out").people,
        counted_in=day.of("counted", "in").people,
        counted_out=day.of("counted", "out").people,
        inside=day_totals.inside(day, place),
        forced=day.of("forced_by").times,
        conflicts=day.conflicts,
        refused=_by_number(day),
        entries=charts.entries(day, gates, ZoneInfo(event.timezone)),
        registrations=charts.registrations(day, ZoneInfo(event.timezone)),
        funnel_today=funnel.today(day, event),
        funnel=funnel.ever(day, event),
        days=days,
        gates=_gates(day, gates),
        failures=_failures(day),
        stands_out=outliers.listed(db, day),
        unheard=offline_staff.listed(db, slug, now),
        alerts=active_alerts.now(db, event.id),
        as_of=now,
    )


def _days(db: Session, event_id: int) -> list[Day]:
    rows = db.scalars(select(EventDay).where(EventDay.event_id == event_id).order_by(EventDay.day))
    return [Day(one.day, one.capacity, one.taken, one.closed) for one in rows]


# --- registered and sent ----------------------------------------------------------------------------


def _channels(day: DaySums) -> list[Channel]:
    today, total = _by_channel(day.quarters("registered", day.begins)), _by_channel(day.ever("registered"))
    nothing = Registered(0, 0)
    return [Channel(one, today.get(one, nothing), total.get(one, nothing)) for one in sorted(total.keys() | today)]


def _by_channel(rows: Iterable[tuple[Key, Sum]]) -> Mapping[str, Registered]:
    times, people = Counter[str](), Counter[str]()
    for key, one in rows:
        times[key.what] += one.times
        people[key.what] += one.people
    return {channel: Registered(times[channel], people[channel]) for channel in times}


def _registered(parts: Iterable[Registered]) -> Registered:
    listed = list(parts)
    return Registered(sum(one.registrations for one in listed), sum(one.people for one in listed))


def _passes(rows: Iterable[tuple[Key, Sum]]) -> PassMessages:
    states = Counter[str]()
    for key, one in rows:
        kind, _, state = key.what.partition(":")
        if kind in OF_PASSES:
            states["failed" if state.startswith(metrics.LOST) else state] += one.times
    return PassMessages(
        waiting=states["waiting"],
        sent=states["sent"],
        delivered=states["delivered"],
        read=states["read"],
        failed=states["failed"],
        cancelled=states["cancelled"],
    )


def _failures(day: DaySums) -> list[Failure]:
    found = []
    for key, one in day.ever("message", everybodys=True):
        kind, _, state = key.what.partition(":")
        if state.startswith(metrics.LOST) and one.times:
            reason = state.removeprefix(metrics.LOST)
            found.append(Failure(kind, reason, one.times, of_event=key.event_id == day.event_id))
    return sorted(found, key=lambda one: (-one.messages, one.kind, one.reason))


# --- the gates --------------------------------------------------------------------------------------


def _by_number(day: DaySums) -> Mapping[str, int]:
    results = {result: one.times for result, one in day.by_what("refused").items()}
    return dict(sorted(results.items(), key=lambda pair: (-pair[1], pair[0])))


def _gates(day: DaySums, gates: Sequence[Gate]) -> list[GateNow]:
    entered, refused, lately, last = day.by_gate("in_at"), day.by_gate("refused_at"), day.lately(), day.last_scans()
    known = {gate.id: gate for gate in gates}
    ids = [*known, *([0] if 0 in entered or 0 in refused else [])]
    return [
        GateNow(
            slug=known[one].slug if one else None,
            name=known[one].name if one else None,
            closed=known[one].closed if one else False,
            paused_at=known[one].paused_at if one else None,
            admitted=entered.get(one, Sum()).people,
            refused=refused.get(one, Sum()).times,
            lately=lately.get(one, 0),
            last_scan=last.get(one),
        )
        for one in ids
    ]
