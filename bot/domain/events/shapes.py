"""Converts rows of events into flows.shapes."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot.domain.events import questions
from bot.domain.models import Event, EventDay
from flows import shapes
from flows.text import event_states

LONG_PAST = timedelta(days=30)
"""How long after its end flows still know an event: somebody who asks late still hears that it is over."""
_REVISION = select(func.count(), func.coalesce(func.sum(Event.revision), 0))
_DAYS = (
    select(EventDay.day, EventDay.capacity, EventDay.taken, EventDay.closed, EventDay.opens, EventDay.closes)
    .join(Event)
    .where(Event.slug == bindparam("slug"))
    .order_by(EventDay.day)
)


def snapshot(db: Session, now: datetime) -> tuple[shapes.Event, ...]:
    """Every event that is not long past, as the flows know it, by start."""
    rows = db.scalars(select(Event).order_by(Event.starts_on, Event.id))
    return tuple(shape(event) for event in rows if is_spoken_of(event.ends_on, now))


def is_spoken_of(ends_on: date, now: datetime) -> bool:
    """Whether an event that ended on this day is not long past yet."""
    return ends_on >= (now - LONG_PAST).date()


def revision(db: Session) -> tuple[int, int]:
    """A pair that differs after any change of any event's row: what copies of the snapshot are checked by."""
    count, changes = db.execute(_REVISION).one()
    return int(count), int(changes)


def days(db: Session, slug: str) -> tuple[shapes.EventDay, ...]:
    """The event's days with the places left now; none for an unknown slug."""
    rows = db.execute(_DAYS, {"slug": slug})
    return tuple(_day(*row) for row in rows)


def day_shape(row: EventDay) -> shapes.EventDay:
    """A day's row as the flows know it."""
    return _day(row.day, row.capacity, row.taken, row.closed, row.opens, row.closes)


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
        organiser=event.organiser,
        purpose=event.purpose,
        complaints=event.complaints,
    )


def is_over(event: Event, now: datetime) -> bool:
    """Whether nobody can register for the event any more, open or not: its last day has ended."""
    return not event_states.to_come(shape(event), [day_shape(row) for row in event.days], now)


def _day(
    day: date, capacity: int | None, taken: int, closed: bool, opens: time | None, closes: time | None
) -> shapes.EventDay:
    return shapes.EventDay(day, None if capacity is None else max(capacity - taken, 0), closed, opens, closes)
