"""Converts rows of events into flows.shapes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from bot.domain.events import places, questions
from bot.domain.models import Event, EventDay
from flows import shapes
from flows.text import event_states

SHOWN_AFTER_END = timedelta(days=30)
"""How long after its end flows still know an event: somebody who asks late still hears that it is over."""
COUNT, CHANGES = func.count(Event.id), func.coalesce(func.sum(Event.revision), 0)
"""A pair that differs after any change of any event's row: what copies of the snapshot are checked by."""


def days_columns() -> Select[*tuple[Any, ...]]:
    """The days of events, as `days_of` reads them from JSON."""
    day = EventDay
    columns = (day.day, day.capacity, day.taken, day.closed, day.opens, day.closes, day.held, day.waiting)
    return select(Event.slug, *columns).join_from(day, Event)


SPOKEN_OF_DAYS = days_columns().where(Event.ends_on >= bindparam("spoken_of"))
"""The days of all events that ended on the day `spoken_of` or later."""
_DAYS = (
    select(EventDay.day, EventDay.capacity, EventDay.taken, EventDay.closed, EventDay.opens, EventDay.closes)
    .add_columns(EventDay.held, EventDay.waiting)
    .join(Event)
    .where(Event.slug == bindparam("slug"))
    .order_by(EventDay.day)
)


def snapshot(db: Session, now: datetime) -> tuple[shapes.Event, ...]:
    """Every event that is not long past, as the flows know it, by start."""
    rows = db.scalars(select(Event).order_by(Event.starts_on, Event.id))
    return tuple(shape(event) for event in rows if is_listed(event.ends_on, now))


def is_listed(ends_on: date, now: datetime) -> bool:
    """Whether an event that ended on this day is not long past yet."""
    return ends_on >= spoken_of_since(now)


def spoken_of_since(now: datetime) -> date:
    """The last day of an event that is just not long past yet."""
    return (now - SHOWN_AFTER_END).date()


def days_of(rows: Sequence[Sequence[Any]]) -> Mapping[str, tuple[shapes.EventDay, ...]]:
    """The days by event's slug, from the rows of `days_columns` as JSON has them."""
    found: dict[str, list[shapes.EventDay]] = {}
    for slug, day, capacity, taken, closed, opens, closes, *line in sorted(rows, key=lambda row: str(row[1])):
        made = _day(date.fromisoformat(day), capacity, taken, bool(closed), _hour(opens), _hour(closes), *line)
        found.setdefault(slug, []).append(made)
    return {slug: tuple(days) for slug, days in found.items()}


def _hour(kept: str | None) -> time | None:
    return time.fromisoformat(kept) if kept else None


def days(db: Session, slug: str) -> tuple[shapes.EventDay, ...]:
    """The event's days with the places left now; none for an unknown slug."""
    rows = db.execute(_DAYS, {"slug": slug})
    return tuple(_day(*row) for row in rows)


def day_shape(row: EventDay) -> shapes.EventDay:
    """A day's row as the flows know it."""
    return _day(row.day, row.capacity, row.taken, row.closed, row.opens, row.closes, row.held, row.waiting)


def with_own_hours(event: Event) -> list[EventDay]:
    """The days that keep hours of their own whatever the event's are."""
    return [row for row in event.days if row.opens is not None]


def shape(event: Event) -> shapes.Event:
    """An event's row as the flows know it."""
    return shapes.Event(
        slug=event.slug,
        name={"en": event.name, **event.names},
        venue={"en": event.venue, **event.venues},
        map_url=event.map_url,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        opens=event.opens,
        closes=event.closes,
        timezone=event.timezone,
        status=event.status,
        registration_opens_at=event.registration_opens_at,
        policy=event.policy,
        max_party=event.max_party,
        languages=tuple(event.languages),
        questions=tuple(questions.shape(question) for question in event.questions),
        consent=event.texts.get("consent", {}),
        consent_version=event.consent_version,
        notice=event.texts.get("notice", {}),
        welcome=event.texts.get("welcome", {}),
        instructions=event.texts.get("instructions", {}),
        organiser={"en": event.organiser, **event.organisers} if event.organiser else {},
        purpose={"en": event.purpose, **event.purposes} if event.purpose else {},
        complaints=event.complaints,
        retention_days=event.retention_days,
        waiting_list=event.waiting_list,
        form=event.form,
        colour=event.colour,
        logo=event.logo,
        header=event.header,
    )


def is_over(event: Event, now: datetime) -> bool:
    """Whether nobody can register for the event any more, open or not: its last day has ended."""
    return not event_states.to_come(shape(event), [day_shape(row) for row in event.days], now)


def _day(
    day: date,
    capacity: int | None,
    taken: int,
    closed: bool,
    opens: time | None,
    closes: time | None,
    held: int,
    waiting: int,
) -> shapes.EventDay:
    left = None if capacity is None else places.free(capacity, taken, held, waiting)
    return shapes.EventDay(day, left, closed, opens, closes, waiting)
