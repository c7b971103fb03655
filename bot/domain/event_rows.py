"""An event's row: found by its slug, and filled."""

from collections.abc import Mapping
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import event_rules
from bot.domain.models import Event
from bot.errors import Refused

NEAR_ENOUGH = 60
"""The least likeness, of 100, at which another slug is suggested for a mistyped one."""


def one(db: Session, slug: str, *, lock: bool) -> Event:
    """The event of this slug, locked until the transaction ends where wanted.

    Raises Refused `no_such_event` with the `nearest` slug, empty where none is near.
    """
    wanted = select(Event).where(Event.slug == slug.strip().lower())
    event = db.scalars(wanted.with_for_update() if lock else wanted).first()
    if event is None:
        raise Refused("no_such_event", slug=slug, nearest=_nearest(db, slug))
    return event


def _nearest(db: Session, slug: str) -> str:
    slugs = db.scalars(select(Event.slug).order_by(Event.id)).all()
    found = process.extractOne(slug.lower(), slugs, scorer=fuzz.WRatio, score_cutoff=NEAR_ENOUGH)
    return found[0] if found else ""


def fill(event: Event, fields: Mapping[str, Any]) -> None:
    """Set fields; raises Refused where one, or all of them together, cannot be."""
    for name, value in event_rules.checked(fields).items():
        if name in event_rules.TEXTS:
            _set_text(event, name, value)
        else:
            setattr(event, name, value)
    event_rules.check_whole(event)


def _set_text(event: Event, name: str, by_language: dict[str, str]) -> None:
    if name == "consent" and by_language != event.texts.get("consent", {}):
        event.consent_version += 1
    event.texts = {**event.texts, name: by_language}
