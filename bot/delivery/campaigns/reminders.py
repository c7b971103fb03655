"""Reminders on the day before a visit: broadcasts that the clock begins, once for each day of an event.

Who registers after that hour has just got their pass and is not reminded of it, unless the broadcast has not come
to them yet. A pass for several days is reminded of before the first.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery import templates
from bot.delivery.campaigns import texts as campaign_texts
from bot.delivery.templates import notices
from bot.domain import audit, events
from bot.domain.audit import recorder
from bot.domain.events.rows import get_event
from bot.domain.messaging import broadcasts
from bot.domain.messaging.audience import Selection
from bot.domain.models import Broadcast, Event, EventDay
from bot.domain.privacy.retention import CLOCK_ACTOR as CLOCK_ACTOR
from bot.errors import Refused
from flows.text import event_states

DEFAULT_HOUR = time(18)
"""The hour, where no other is said."""
KEY = "reminder:"
"""How the keys of the clock's own reminders begin."""


def set_reminder(db: Session, slug: str, at: time | None) -> Event:
    """Remind the event's visitors at this hour of the day before, in its zone; None: not any more."""
    event = get_event(db, slug, lock=True)
    event.reminder_at = at
    db.flush()
    return event


def require_templates(db: Session, event: Event, now: datetime) -> None:
    """Raises Refused `template_not_approved` (`purpose`, `languages`) where nobody outside the window would get it."""
    lacking = [
        language
        for language in event.languages
        if not templates.approved(db, notices.shape_of(notices.REMINDER, language), now)
    ]
    if lacking:
        raise Refused("template_not_approved", purpose=notices.REMINDER, languages=", ".join(lacking))


def begin_due(db: Session, now: datetime) -> list[int]:
    """Begin the reminders whose hour has come; the numbers of those that were not there yet."""
    wanted = (
        select(Event).where(Event.reminder_at.is_not(None), Event.status != event_states.CANCELLED).order_by(Event.id)
    )
    made = [_begin(db, event, now) for event in db.scalars(wanted)]
    return [row.id for row in made if row]


def is_moot(row: Broadcast) -> bool:
    """Whether a reminder that was begun must not go on: it is not wanted any more, or there will be no entry."""
    if row.purpose != notices.REMINDER:
        return False
    [day] = [date.fromisoformat(day) for day in row.selection["days"]]
    takes_place = any(event_day.day == day and not event_day.closed for event_day in row.event.days)
    return (
        row.event.status == event_states.CANCELLED
        or not takes_place
        or ((row.key or "").startswith(KEY) and row.event.reminder_at is None)
    )


def selection_for(day: date) -> Selection:
    """The audience of the reminder for a day."""
    return Selection(days=(day.isoformat(),), begins=True, entered=False)


def _begin(db: Session, event: Event, now: datetime) -> Broadcast | None:
    local = now.astimezone(ZoneInfo(event.timezone))
    tomorrow = next((row for row in event.days if row.day == local.date() + timedelta(days=1)), None)
    if tomorrow is None or tomorrow.closed or event.reminder_at is None or local.time() < event.reminder_at:
        return None
    key = f"{KEY}{event.id}:{tomorrow.day}"
    if broadcasts.find_by_key(db, key):
        return None
    get_event(db, event.slug, lock=True)  # a second clock waits here, and then finds the reminder
    if broadcasts.find_by_key(db, key):
        return None
    with recorder.audited(db, audit.BROADCAST_BEGUN, now=now, actor=CLOCK_ACTOR, slug=event.slug):
        made = broadcasts.begin(
            db,
            event,
            purpose=notices.REMINDER,
            wording=campaign_texts.broadcast_texts(event, notices.REMINDER, texts={}, day=tomorrow.day),
            selection=selection_for(tomorrow.day),
            expected=0,
            made_by=CLOCK_ACTOR,
            now=now,
            until=_opening(event, tomorrow),
            key=key,
        )
        recorder.add_facts(db, broadcast=made.id, purpose=notices.REMINDER)
    return made


def _opening(event: Event, day: EventDay) -> datetime:
    """When the gates open, after which nobody is reminded; without hours noon."""
    starts = event_states.starts_at(events.shape(event), events.day_shape(day))
    return starts if day.opens or event.opens else starts + timedelta(hours=12)
