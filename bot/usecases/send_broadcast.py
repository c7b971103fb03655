"""A message to many that somebody asks for, by command or on a page: whom it is for, what it says, how it begins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.delivery.campaigns import texts as campaign_texts
from bot.domain import events
from bot.domain.audit import recorder
from bot.domain.events.rows import get_event
from bot.domain.messaging import audience, broadcasts
from bot.domain.messaging.audience import Selection
from bot.domain.models import Event
from bot.errors import Refused
from flows.text import event_states

PURPOSE_OF_NOTICE = {
    "notice": "news",
    "event_cancelled": "event_cancelled",
    "day_cancelled": "day_cancelled",
    "reminder": "reminder",
}
"""The standard texts by the name under which they are asked for, and the notice as which each is sent; `notice` is the
event's own."""
WITHOUT_A_TEXT = ("notice", "reminder")
"""Standard texts that have no place for more words."""
DEFAULT_HOURS, MAX_HOURS = 24, 72
"""For how long a message may still leave, where nothing else is said and at most."""


@dataclass(frozen=True)
class BroadcastRequest:
    """A broadcast that somebody wants."""

    slug: str
    purpose: str
    """One of bot.delivery.templates.notices.NOTICES."""
    texts: Mapping[str, str] = field(default_factory=dict)
    days: tuple[date, ...] = ()
    selected: Mapping[str, Any] = field(default_factory=dict)
    """More fields of bot.domain.messaging.audience.Selection."""
    hours: int = DEFAULT_HOURS


@dataclass(frozen=True)
class PreparedBroadcast:
    """A broadcast that could begin."""

    event: Event
    selection: Selection
    wording: Mapping[str, Mapping[str, Any]]
    """By language: what it says."""


def prepare(db: Session, request: BroadcastRequest, now: datetime) -> PreparedBroadcast:
    """What the request means at this event. Without days it is for people with a pass for today or later.

    Raises Refused as audience.checked and campaigns.texts.broadcast_texts do, and `no_such_event`.
    """
    event = events.by_slug(db, request.slug)
    today = event_states.local_today(events.shape(event), now)
    which = {"days": tuple(day.isoformat() for day in request.days)} if request.days else {"since": today.isoformat()}
    selection = audience.checked(db, event, Selection(**which, **request.selected))
    day = request.days[0] if len(request.days) == 1 else None
    wording = campaign_texts.broadcast_texts(event, request.purpose, texts=request.texts, day=day)
    return PreparedBroadcast(event, selection, wording)


def begin(
    db: Session,
    request: BroadcastRequest,
    prepared: PreparedBroadcast,
    *,
    people: int,
    made_by: str,
    now: datetime,
    key: str | None = None,
) -> int:
    """Begin it, in the transaction of an audited act; its number. Raises Refused `nobody_meant`.

    `key`: what there is only one of; raises Refused `broadcast_begun` (`number`) where it has been begun before.
    """
    if not people:
        raise Refused("nobody_meant")
    event = get_event(db, request.slug, lock=True)  # of two at once the second waits here
    if key and (before := broadcasts.find_by_key(db, key)):
        raise Refused("broadcast_begun", number=before)
    made = broadcasts.begin(
        db,
        event,
        purpose=request.purpose,
        wording=prepared.wording,
        selection=prepared.selection,
        expected=people,
        made_by=made_by,
        now=now,
        until=now + timedelta(hours=request.hours),
        key=key,
    )
    recorder.add_facts(db, broadcast=made.id, purpose=request.purpose, people=people)
    return made.id
