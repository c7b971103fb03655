"""Registers somebody and issues their pass."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import events, passes, people
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, Pass, Registration
from bot.domain.passes import days as pass_days
from bot.domain.passes import rules as pass_rules
from bot.domain.people import name_index
from bot.errors import Refused
from flows.text import event_states


def register(
    db: Session,
    ring: KeyRing,
    *,
    event_slug: str,
    asked_by: Contact,
    phone: str | None,
    full_name: str,
    visit_date: date,
    party_size: int,
    answers: Mapping[str, Any],
    language: str,
    channel: str,
    consent_version: int,
    consent_text: str,
    now: datetime,
) -> Pass:
    """Register somebody for a day and issue the pass; all of it or nothing.

    `phone` is that of somebody else who is to hold the pass, proved to agree; None: the one who asked.
    Raises Refused: `no_such_event`, `event_not_yet_open`, `event_closed`, `event_full`, `event_over`,
    `event_cancelled`, `consent_changed`, `already_registered` (with `code` as shown and `day`),
    `party_too_large` (`most`), `day_over`, `day_closed`, `day_full` (`left`), `too_few_left` (`left`).
    """
    event = events.by_slug(db, event_slug)
    with db.begin_nested():
        holder = people.find_or_make(db, phone=phone, now=now) if phone else asked_by
        _check(db, event, holder, visit_date, party_size, now)
        if consent_version != event.consent_version:
            raise Refused("consent_changed")
        asked_by.language = asked_by.language or language
        registration = Registration(
            event_id=event.id,
            holder_id=holder.id,
            asked_by_id=asked_by.id,
            full_name=full_name,
            answers=dict(answers),
            language=language,
            channel=channel,
            consent_version=consent_version,
            consent_text=consent_text,
            consented_at=now,
            created_at=now,
        )
        db.add(registration)
        db.flush()
        name_index.add(db, [registration])
        return passes.issue(db, ring, registration, event.kinds[0], visit_date, party_size, now)


def _check(db: Session, event: Event, holder: Contact, day: date, party_size: int, now: datetime) -> None:
    """The rules in the order in which they are told; places are taken later, and checked again there."""
    shape, days = events.shape(event), events.days(db, event.slug)
    state = pass_rules.check_event(shape, days, now)
    pass_rules.refuse_second(db, holder_id=holder.id, kind=event.kinds[0], day=day)
    if state == event_states.FULL:
        raise Refused("event_full")
    pass_rules.check_days(shape, days, pass_days.of_kind(event.kinds[0], day), now)
    pass_rules.check_party(event.kinds[0], event, party_size)
