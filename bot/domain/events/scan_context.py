"""The context of a scan: event, gate, the moment that counts, and the event's day at that moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import String, and_, bindparam, func, select
from sqlalchemy.orm import Session

from bot.database import prepared
from bot.domain.events.rows import get_event
from bot.domain.models import Event, EventDay, Gate, table
from bot.errors import Refused
from flows.text import event_states

CLOCK_TOLERANCE = timedelta(days=1)
"""How far outside the event's dates a scanner's clock may be before it is not believed at all."""
AROUND = timedelta(days=2)
"""Days to either side of the UTC date among which the event's day is: zones reach 14 hours, a day may last a night."""


class PlacedEvent(NamedTuple):
    """What a scan asks of its event."""

    id: int
    slug: str
    timezone: str
    starts_on: date
    ends_on: date
    opens: time | None
    closes: time | None
    status: str
    entry_paused_at: datetime | None


class PlacedGate(NamedTuple):
    """What a scan asks of its gate."""

    id: int
    slug: str
    closed: bool
    paused_at: datetime | None


class PlacedDay(NamedTuple):
    """What a scan asks of a day of its event."""

    day: date
    closed: bool
    opens: time | None
    closes: time | None


_EVENTS, _GATES, _DAYS = table(Event), table(Gate), table(EventDay)
_COLUMNS = [
    *(_EVENTS.c[name] for name in PlacedEvent._fields),
    *(_GATES.c[name] for name in PlacedGate._fields),
    *(_DAYS.c[name] for name in PlacedDay._fields),
]
_GATE = slice(len(PlacedEvent._fields), len(PlacedEvent._fields) + len(PlacedGate._fields))
_DAY = slice(_GATE.stop, len(_COLUMNS))
"""Where the columns of gate and day stand in a row."""
_LOOKED = (
    select(*_COLUMNS)
    .select_from(
        _EVENTS.outerjoin(
            _GATES, and_(_GATES.c.event_id == _EVENTS.c.id, _GATES.c.slug == bindparam("gate"))
        ).outerjoin(
            _DAYS, and_(_DAYS.c.event_id == _EVENTS.c.id, _DAYS.c.day.between(bindparam("first"), bindparam("last")))
        )
    )
    .where(_EVENTS.c.slug == bindparam("slug"))
    .order_by(_DAYS.c.day)
)
_HELD = _LOOKED.with_for_update(of=_EVENTS, read=True, key_share=True)
_ALONE = _HELD.add_columns(func.pg_advisory_xact_lock(_EVENTS.c.id, func.hashtext(bindparam("scan_id", type_=String))))
"""Whoever else judges this scan_id waits until the transaction ends; what came of it the next statement sees."""


@dataclass(frozen=True, slots=True)
class ScanContext:
    """The gate at the moment of a scan."""

    event: PlacedEvent
    gate: PlacedGate | None
    moment: datetime
    """The moment that counts, aware."""
    day: date
    """The event's day in progress; outside its hours the date at its place."""
    is_open: bool
    """Whether the event's dates and hours let anybody in now."""
    is_over: bool
    """Whether the hours of the day have ended; False before them, and where the day was closed before its end."""
    spans: Sequence[tuple[date, datetime, datetime]] = ()
    """The event's days around: each from when and until when."""
    is_now: bool = True
    """Whether it is of the moment; False for a day that somebody looks at before or after it."""
    ends: datetime | None = None
    """The moment from which nobody enters on such a day any more."""
    hours: tuple[time, time] | None = None
    """When the day opens and closes, by the event's clock; None where it has no hours or does not take place."""

    @property
    def gate_id(self) -> int | None:
        """The gate's id for rows; None where nobody said a gate."""
        return self.gate.id if self.gate else None

    @property
    def is_paused(self) -> bool:
        """Whether entry is stopped here: at this gate, or at all of them for who has none."""
        if self.gate is None:
            return self.event.entry_paused_at is not None
        return self.gate.closed or self.gate.paused_at is not None


def scan_moment(claimed_at: datetime | None, context: ScanContext, now: datetime) -> datetime:
    """When something happened that is told later: by its clock, unless it is ahead or nowhere near the event."""
    if claimed_at is None or claimed_at > now:
        return now
    near = context.event.starts_on - CLOCK_TOLERANCE <= claimed_at.date() <= context.event.ends_on + CLOCK_TOLERANCE
    return claimed_at if near else now


def load(
    db: Session, slug: str, gate: str | None, moment: datetime, *, lock: bool = False, scan_id: str | None = None
) -> ScanContext:
    """The place of a scan, in one statement. Raises Refused `no_such_event`, `no_such_gate` (`gate`).

    `lock`: the rules of the event stand still until the transaction ends. Who changes policy, hours or time zone
    waits for the scans under the old one, and the scans that come meanwhile wait for the change; scans do not wait
    for each other. `scan_id`: locked, and of all who judge this scan_id one at a time.
    """
    asked: dict[str, Any] = {
        "slug": slug,
        "gate": gate,
        "first": moment.date() - AROUND,
        "last": moment.date() + AROUND,
    }
    connection, statement = db.connection(), _HELD if lock or scan_id else _LOOKED
    if scan_id and connection.dialect.name == "postgresql":  # SQLite lets only one write in any case
        statement, asked = _ALONE, {**asked, "scan_id": scan_id}
    rows = prepared.rows(connection, statement, asked)
    if not rows:
        get_event(db, slug, lock=False)  # refuses, with the nearest
    event, found = PlacedEvent(*rows[0][: _GATE.start]), PlacedGate(*rows[0][_GATE])
    if gate is not None and found.id is None:
        raise Refused("no_such_gate", gate=gate)
    days = [PlacedDay(*row[_DAY]) for row in rows if row[_DAY.start] is not None]
    return _place(event, found if gate is not None else None, days, moment)


def of_day(db: Session, slug: str, day: date | None, now: datetime) -> ScanContext:
    """What is to be looked at of an event: a day of it, else the one in progress.

    Nobody enters on another day than that now. Raises Refused `no_such_event`, `no_such_day` (`day`, `first`, `last`).
    """
    place = load(db, slug, None, now)
    if day is None or day == place.day:
        return place
    event, row = place.event, db.get(EventDay, (place.event.id, day))
    if row is None:
        raise Refused("no_such_day", day=day, first=event.starts_on, last=event.ends_on)
    ends = event_states.ends_at(event, row)
    return replace(place, day=day, is_open=False, is_over=now >= ends, is_now=False, ends=ends)


def _place(event: PlacedEvent, gate: PlacedGate | None, days: list[PlacedDay], moment: datetime) -> ScanContext:
    now_on = event_states.in_progress(event, days, moment)
    day = now_on.day if now_on else event_states.local_today(event, moment)
    is_open = now_on is not None and not now_on.closed and event.status != event_states.CANCELLED
    is_over = any(moment >= event_states.ends_at(event, one) for one in days if one.day == day)
    hours = _hours(event, next((one for one in days if one.day == day), None))
    return ScanContext(event, gate, moment, day, is_open, is_over, event_states.spans(event, days), hours=hours)


def _hours(event: PlacedEvent, day: PlacedDay | None) -> tuple[time, time] | None:
    if day is None or day.closed or event.status == event_states.CANCELLED:
        return None
    opens, closes = day.opens or event.opens, day.closes or event.closes
    return (opens, closes) if opens and closes else None
