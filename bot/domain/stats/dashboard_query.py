"""Reads the dashboard of an event by a handful of queries, none of which counts rows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.events import scan_context
from bot.domain.models import Event, EventDay, Gate
from bot.domain.roster import offline_staff
from bot.domain.stats import active_alerts, charts, day_totals, funnel, metrics, needs, outliers
from bot.domain.stats.dashboard import (
    ChannelTotals,
    Dashboard,
    DashboardDay,
    DeliveryFailure,
    GateNow,
    RegistrationTotals,
)
from bot.domain.stats.day_totals import DayTotals
from bot.domain.stats.metrics import CounterKey, Total
from flows.shapes.figures import MessageCounts

PASS_MESSAGE_KINDS = ("pass", "link")
"""Kinds of messages that bring a pass: its picture, or the link to it."""


def get_dashboard(db: Session, slug: str, now: datetime, *, on: date | None = None) -> Dashboard:
    """The dashboard as of now, of the day in progress or another one; exact.

    Of another day all that is said of a day is of that one; what is of the whole event, and alerts, are as they are.
    Raises Refused `no_such_event`, `no_such_day`.
    """
    place = scan_context.of_day(db, slug, on, now)
    day, event = day_totals.load(db, place, now, charts=True), db.get_one(Event, place.event.id)
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
        registered_today=_registered(channel.today for channel in channels),
        registered=_registered(channel.total for channel in channels),
        channels=channels,
        passes=_passes(day.whole_event("message")),
        expected=next((event_day.taken for event_day in days if event_day.day == place.day), 0),
        admitted=day.admitted,
        lately=sum(day.recently_admitted().values()),
        left=day.total("out").people,
        counted_in=day.total("counted", "in").people,
        counted_out=day.total("counted", "out").people,
        inside=day_totals.inside(day, place),
        forced=day.total("forced_by").times,
        conflicts=day.conflicts,
        refused=_by_number(day),
        entries=charts.entries(day, gates, ZoneInfo(event.timezone)),
        registrations=charts.registrations(day, ZoneInfo(event.timezone)),
        funnel_today=funnel.today(day, event),
        funnel=funnel.ever(day, event),
        days=days,
        gates=_gates(day, gates),
        failures=_failures(day),
        outliers=outliers.list_outliers(db, day),
        offline_staff=offline_staff.list_silent(db, slug, now),
        alerts=active_alerts.active_alerts(db, event.id),
        needs=needs.by_day(db, event),
        as_of=now,
    )


def _days(db: Session, event_id: int) -> list[DashboardDay]:
    rows = db.scalars(select(EventDay).where(EventDay.event_id == event_id).order_by(EventDay.day))
    return [DashboardDay(row.day, row.capacity, row.taken, row.closed, row.held, row.waiting) for row in rows]


# --- registered and sent ----------------------------------------------------------------------------


def _channels(day: DayTotals) -> list[ChannelTotals]:
    today, total = (
        _by_channel(day.by_quarter_hour("registered", day.begins)),
        _by_channel(day.whole_event("registered")),
    )
    nothing = RegistrationTotals(0, 0)
    return [
        ChannelTotals(key, today.get(key, nothing), total.get(key, nothing)) for key in sorted(total.keys() | today)
    ]


def _by_channel(rows: Iterable[tuple[CounterKey, Total]]) -> Mapping[str, RegistrationTotals]:
    times, people = Counter[str](), Counter[str]()
    for key, total in rows:
        times[key.what] += total.times
        people[key.what] += total.people
    return {channel: RegistrationTotals(times[channel], people[channel]) for channel in times}


def _registered(parts: Iterable[RegistrationTotals]) -> RegistrationTotals:
    listed = list(parts)
    return RegistrationTotals(
        sum(registered.registrations for registered in listed), sum(registered.people for registered in listed)
    )


def _passes(rows: Iterable[tuple[CounterKey, Total]]) -> MessageCounts:
    states = Counter[str]()
    for key, total in rows:
        kind, _, state = key.what.partition(":")
        if kind in PASS_MESSAGE_KINDS:
            states["failed" if state.startswith(metrics.FAILED_PREFIX) else state] += total.times
    return MessageCounts(
        waiting=states["waiting"],
        sent=states["sent"],
        delivered=states["delivered"],
        read=states["read"],
        failed=states["failed"],
        cancelled=states["cancelled"],
    )


def _failures(day: DayTotals) -> list[DeliveryFailure]:
    found = []
    for key, total in day.whole_event("message", with_global=True):
        kind, _, state = key.what.partition(":")
        if state.startswith(metrics.FAILED_PREFIX) and total.times:
            reason = state.removeprefix(metrics.FAILED_PREFIX)
            found.append(DeliveryFailure(kind, reason, total.times, of_event=key.event_id == day.event_id))
    return sorted(found, key=lambda failure: (-failure.messages, failure.kind, failure.reason))


# --- the gates --------------------------------------------------------------------------------------


def _by_number(day: DayTotals) -> Mapping[str, int]:
    results = {result: total.times for result, total in day.by_what("refused").items()}
    return dict(sorted(results.items(), key=lambda pair: (-pair[1], pair[0])))


def _gates(day: DayTotals, gates: Sequence[Gate]) -> list[GateNow]:
    entered, refused, last = day.by_gate("in_at"), day.by_gate("refused_at"), day.last_scans()
    lately, just_now = day.recently_admitted(), day.recently_admitted(day_totals.JUST_NOW_MINUTES)
    known = {gate.id: gate for gate in gates}
    ids = [*known, *([0] if 0 in entered or 0 in refused else [])]
    return [
        GateNow(
            slug=known[gate_id].slug if gate_id else None,
            name=known[gate_id].name if gate_id else None,
            closed=known[gate_id].closed if gate_id else False,
            paused_at=known[gate_id].paused_at if gate_id else None,
            admitted=entered.get(gate_id, Total()).people,
            refused=refused.get(gate_id, Total()).times,
            lately=lately.get(gate_id, 0),
            last_scan=last.get(gate_id),
            just_now=just_now.get(gate_id, 0),
        )
        for gate_id in ids
    ]
