"""Finds an event's row by its slug, and fills its fields."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.events import identity
from bot.domain.events import validation as event_validation
from bot.domain.models import Event
from bot.errors import Refused

MIN_SIMILARITY = 60
"""The least likeness, of 100, at which another slug is suggested for a mistyped one."""


def get_event(db: Session, slug: str, *, lock: bool) -> Event:
    """The event of this slug, locked until the transaction ends where wanted.

    Raises Refused `no_such_event` with the `nearest` slug, empty where none is near.
    """
    wanted = select(Event).where(Event.slug == slug.strip().lower())
    event = db.scalars(wanted.with_for_update() if lock else wanted).first()
    if event is None:
        raise Refused("no_such_event", slug=slug, nearest=_nearest(db, slug))
    return event


def _nearest(db: Session, slug: str) -> str:
    from rapidfuzz import fuzz, process  # takes a moment, and most slugs are right

    slugs = db.scalars(select(Event.slug).order_by(Event.id)).all()
    found = process.extractOne(slug.lower(), slugs, scorer=fuzz.WRatio, score_cutoff=MIN_SIMILARITY)
    return found[0] if found else ""


def fill(event: Event, fields: Mapping[str, Any]) -> None:
    """Set fields; raises Refused where one, or all of them together, cannot be.

    A change of what people agree to gives the consent its next version, so that whoever is just reading it is
    asked anew.
    """
    before = _agreed_to(event)
    for name, value in event_validation.checked(fields).items():
        if name in event_validation.TEXT_NAMES:
            event.texts = {**event.texts, name: value}
        elif name in identity.KINDS:
            identity.set_picture(event, name, value)
        else:
            setattr(event, name, value)
    if _agreed_to(event) != before:
        event.consent_version += 1
    event_validation.check_whole(event)


def _agreed_to(event: Event) -> tuple[Any, ...]:
    answerable = (event.organiser or "", event.purpose or "", event.complaints or "", event.retention_days)
    by_language = (event.texts.get(name, {}) for name in ("consent", "organisers", "purposes"))
    return (*by_language, *answerable)
