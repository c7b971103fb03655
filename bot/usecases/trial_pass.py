"""An admin registers their own number to try it, and the pass is sent to it: before registration is open too."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.dispatch import channel_choice
from bot.delivery.dispatch.channel_choice import ChannelChoice
from bot.domain import events, people
from bot.domain.keys import KeyRing
from bot.domain.models import Pass
from bot.domain.passes import registration as registrations
from bot.domain.passes import rules as pass_rules
from flows.text import event_states
from flows.visitor import consent


@dataclass(frozen=True, slots=True)
class TrialPass:
    """A test pass, and how it goes to the phone."""

    pass_: Pass
    sent: str
    """In the words of bot.delivery.dispatch.channel_choice."""
    deliveries: tuple[int, ...]
    """To enqueue after the commit."""


@dataclass(frozen=True, slots=True)
class TrialWish:
    """What an admin wants to try."""

    slug: str
    phone: str = field(repr=False)
    """Their own, E.164."""
    name: str = field(repr=False)
    day: date
    language: str


def days(db: Session, slug: str, now: datetime) -> list[date]:
    """The days for which a test pass can be had, the first one first. Raises Refused `no_such_event`."""
    event = events.by_slug(db, slug)
    return [day.day for day in event_states.open_days(events.shape(event), events.days(db, event.slug), now)]


def own_passes(db: Session, slug: str, phone: str) -> list[tuple[Pass, bool]]:
    """The valid passes that this phone (E.164) holds for the event, by day, each with whether it has been let in.

    Raises Refused `no_such_event`.
    """
    event, holder = events.by_slug(db, slug), people.find(db, phone=phone)
    if holder is None:
        return []
    mine = select(Pass).where(Pass.holder_id == holder.id, Pass.event_id == event.id, Pass.status == Pass.VALID)
    return [(held, pass_rules.is_used(db, held.id)) for held in db.scalars(mine.order_by(Pass.day, Pass.id))]


def send(db: Session, ring: KeyRing, wish: TrialWish, choice: ChannelChoice, now: datetime) -> TrialPass:
    """Register the number for one person and put the pass into the outbox; `choice` is the way to the phone.

    Nothing but that registration may be closed still is other than for a visitor: the pass takes a place, and is let in
    on its day. Raises Refused as bot.domain.passes.registration.add does.
    """
    event = events.shape(events.by_slug(db, wish.slug))
    issued = registrations.register(
        db,
        ring,
        asked_by=people.find_or_make(db, phone=wish.phone, now=now),
        phone=None,
        now=now,
        event=event.slug,
        full_name=wish.name,
        visit_date=wish.day,
        party_size=1,
        answers={},
        language=wish.language,
        channel=registrations.TRIAL,
        consent_version=event.consent_version,
        consent_text=consent.consent_text(event, wish.language, another=False),
    )
    delivery, sent = channel_choice.enqueue_pass(db, issued, choice, wish.language, now)
    return TrialPass(issued, sent, (delivery,))
