"""Whether an event takes registrations now, for which days, and the sentence that says so.

Pure rules over an event, its days and the moment; the domain asks them too, so that the chat and the
database never disagree. All days and hours are in the event's own time zone.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from flows.shapes import DayHours, Event, EventDay, EventHours, Registering, Sentence
from flows.text import _, ngettext_
from flows.text import pass_days as pass_day_texts

OPEN = "open"
NOT_YET_OPEN = "not_yet_open"
CLOSED = "closed"
FULL = "full"
OVER = "over"
CANCELLED = "cancelled"

SomeDay = TypeVar("SomeDay", bound=DayHours)


def local_now(event: EventHours, now: datetime) -> datetime:
    """The moment as the event's clocks show it."""
    return now.astimezone(ZoneInfo(event.timezone))


def local_today(event: EventHours, now: datetime) -> date:
    """The date at the event's place."""
    return local_now(event, now).date()


def ends_at(event: EventHours, day: DayHours) -> datetime:
    """The moment from which nobody enters on this day any more: its closing hour, or midnight.

    A day that closes at or before the hour at which it opens goes on into the night.
    """
    opens, closes = day.opens or event.opens, day.closes or event.closes
    overnight = closes is None or (opens is not None and closes <= opens)
    last = day.day + timedelta(days=1) if overnight else day.day
    return _moment(last, closes or time.min, event.timezone)


@lru_cache(4096)
def _moment(day: date, hour: time, timezone: str) -> datetime:
    return datetime.combine(day, hour, ZoneInfo(timezone))


def starts_at(event: EventHours, day: DayHours) -> datetime:
    """The moment from which people enter on this day: its opening hour, or midnight."""
    return _moment(day.day, day.opens or event.opens or time.min, event.timezone)


def spans(event: EventHours, days: Sequence[DayHours]) -> list[tuple[date, datetime, datetime]]:
    """Each day with the moments from which and until which people enter on it."""
    return [(day.day, starts_at(event, day), ends_at(event, day)) for day in days]


def in_progress(event: EventHours, days: Sequence[SomeDay], now: datetime) -> SomeDay | None:
    """The day on which people enter now, closed or not; None outside the event's dates and hours."""
    return next((day for day in days if starts_at(event, day) <= now < ends_at(event, day)), None)


def to_come(event: Registering, days: Sequence[EventDay], now: datetime) -> tuple[EventDay, ...]:
    """Today, until it ends, and the days after it: closed and full ones too."""
    surely = now.date() + timedelta(days=2)  # no time zone is further away
    return tuple(day for day in days if day.day > surely or now < ends_at(event, day))


def open_days(event: Registering, days: Sequence[EventDay], now: datetime) -> tuple[EventDay, ...]:
    """The days that somebody can still register for: not past, not closed, with a place left."""
    return _with_places(to_come(event, days, now))


def _with_places(days: Sequence[EventDay]) -> tuple[EventDay, ...]:
    return tuple(day for day in days if not day.closed and day.left != 0)


def state_of(event: Registering, days: Sequence[EventDay], now: datetime) -> str:
    """One of open, not_yet_open, closed, full, over, cancelled; the first of them that holds is said.

    A day that is still to come but closed says nothing about the event while another one is open.
    """
    if event.status == CANCELLED:
        return CANCELLED
    coming = to_come(event, days, now)
    if not coming:
        return OVER
    if event.registration_opens_at is not None and now < event.registration_opens_at:
        return NOT_YET_OPEN
    if event.status != OPEN or all(day.closed for day in coming):
        return CLOSED
    return OPEN if _with_places(coming) else FULL


def day_state(event: Registering, days: Sequence[EventDay], day: date, now: datetime) -> str:
    """The state of one day: open, closed, full or over; `over` also for a day that the event does not have."""
    found = next((known for known in days if known.day == day), None)
    if found is None or now >= ends_at(event, found):
        return OVER
    if found.closed:
        return CLOSED
    return FULL if found.left == 0 else OPEN


FEW_PLACES_LEFT = 500
"""Places below which a list of days tells how many are left: fifty of the largest parties that events usually
take. Where every day has more the number decides nothing for anybody, and would stand nine times below itself."""


def left_sentences(days: Sequence[EventDay]) -> list[Sentence | None]:
    """Of each day `12 places left`, where it has a limit and on one of them places are scarce: on all, so that the days
    can be compared; of a full one that people wait for it.
    """
    scarce = any(day.left and day.left < FEW_PLACES_LEFT for day in days)
    return [_left_sentence(day, told=scarce) for day in days]


def _left_sentence(day: EventDay, *, told: bool) -> Sentence | None:
    if day.left == 0:
        return _("full: waiting list")
    if day.left is None or not told:
        return None
    return ngettext_("{count} place left", "{count} places left", count=day.left)


def sentence_of(event: Event, days: Sequence[EventDay], now: datetime) -> Sentence:
    """The sentence about this event now, with when it opens or when it was."""
    return _SENTENCES[state_of(event, days, now)](event)


def is_called_off(event: Event, days: Sequence[EventDay], pass_days_: Sequence[date]) -> Sentence | None:
    """The sentence that nobody is let in on some of these days; None where all take place."""
    if event.status == CANCELLED:
        return _SENTENCES[CANCELLED](event)
    closed = [known.day for known in days if known.closed and known.day in pass_days_]
    if not closed:
        return None
    day = pass_day_texts.describe_days(closed)
    return _("⚠️ *{event}* is closed on {day}: no entry that day.", event=event.name, day=day)


def _not_yet_open(event: Event) -> Sentence:
    opens = event.registration_opens_at
    moment = local_now(event, opens) if opens else event.starts_on
    return _("Registration for *{event}* opens on {moment}. Please come back then.", event=event.name, moment=moment)


_SENTENCES: dict[str, Callable[[Event], Sentence]] = {
    OPEN: lambda event: _("Registration for *{event}* is open.", event=event.name),
    NOT_YET_OPEN: _not_yet_open,
    CLOSED: lambda event: _("Registration for *{event}* is closed.", event=event.name),
    FULL: lambda event: _("*{event}* is full. A place opens if someone cancels.", event=event.name),
    OVER: lambda event: _(
        "*{event}* ended on {day}. Thank you for your interest.", event=event.name, day=event.ends_on
    ),
    CANCELLED: lambda event: _("Sorry, *{event}* is cancelled.", event=event.name),
}
