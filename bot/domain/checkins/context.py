"""The context of a scan: event, gate, the moment that counts, and the event's day at that moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.domain.events import shapes as event_shapes
from bot.domain.events.rows import one
from bot.domain.models import Event, EventDay, Gate
from bot.errors import Refused
from flows import shapes
from flows.text import event_states

CLOCK_MARGIN = timedelta(days=1)
"""How far outside the event's dates a scanner's clock may be before it is not believed at all."""
DAYS_AROUND = 2
"""Days to either side of the UTC date among which the event's day is: zones reach 14 hours, a day may last a night."""


@dataclass(frozen=True, slots=True)
class Place:
    """The gate at the moment of a scan."""

    event: Event
    gate: Gate | None
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


def happened(said: datetime | None, place: Place, now: datetime) -> datetime:
    """When something happened that is told later: by its clock, unless it is ahead or nowhere near the event."""
    if said is None or said > now:
        return now
    near = place.event.starts_on - CLOCK_MARGIN <= said.date() <= place.event.ends_on + CLOCK_MARGIN
    return said if near else now


def load(db: Session, slug: str, gate: str | None, moment: datetime, *, hold: bool = False) -> Place:
    """The place of a scan, in one statement. Raises Refused `no_such_event`, `no_such_gate` (`gate`).

    `hold`: the rules of the event stand still until the transaction ends. Who changes policy, hours or time zone
    waits for the scans under the old one, and the scans that come meanwhile wait for the change; scans do not wait
    for each other.
    """
    around = timedelta(days=DAYS_AROUND)
    nearby = EventDay.day.between(moment.date() - around, moment.date() + around)
    wanted = (
        select(Event, Gate, EventDay)
        .outerjoin(Gate, and_(Gate.event_id == Event.id, Gate.slug == gate))
        .outerjoin(EventDay, and_(EventDay.event_id == Event.id, nearby))
        .where(Event.slug == slug)
        .order_by(EventDay.day)
        .execution_options(populate_existing=True)
    )
    rows = db.execute(wanted.with_for_update(of=Event, read=True, key_share=True) if hold else wanted).all()
    if not rows:
        one(db, slug, lock=False)  # refuses, with the nearest
    event, found, _ = rows[0]
    if gate is not None and found is None:
        raise Refused("no_such_gate", gate=gate)
    return _place(event, found, [day for _, _, day in rows if day is not None], moment)


def of_day(db: Session, slug: str, day: date | None, now: datetime) -> Place:
    """What is to be looked at of an event: a day of it, else the one in progress.

    Nobody enters on another day than that now. Raises Refused `no_such_event`, `no_such_day` (`day`, `first`, `last`).
    """
    place = load(db, slug, None, now)
    if day is None or day == place.day:
        return place
    event, row = place.event, db.get(EventDay, (place.event.id, day))
    if row is None:
        raise Refused("no_such_day", day=day, first=event.starts_on, last=event.ends_on)
    ends = event_states.ends_at(event_shapes.shape(event), event_shapes.day_shape(row))
    return replace(place, day=day, is_open=False, is_over=now >= ends, is_now=False, ends=ends)


def _place(event: Event, gate: Gate | None, days: list[EventDay], moment: datetime) -> Place:
    shape = event_shapes.shape(event)
    shapes_of = [event_shapes.day_shape(day) for day in days]
    now_on = event_states.in_progress(shape, shapes_of, moment)
    day = now_on.day if now_on else event_states.local_today(shape, moment)
    is_over = _is_over(shape, shapes_of, day, moment)
    spans = event_states.spans(shape, shapes_of)
    return Place(event, gate, moment, day, _is_open(shape, now_on), is_over, spans)


def _is_open(event: shapes.Event, day: shapes.EventDay | None) -> bool:
    return day is not None and not day.closed and event.status != event_states.CANCELLED


def _is_over(event: shapes.Event, days: Iterable[shapes.EventDay], day: date, moment: datetime) -> bool:
    return any(moment >= event_states.ends_at(event, one) for one in days if one.day == day)
