"""What the domain's tests say again and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import pass_days
from bot.domain.events import places
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, EventDay, Kind, Pass, Registration
from bot.domain.passes import rows as pass_rows
from bot.errors import Refused

NOW = datetime(2027, 1, 10, 6, 30, tzinfo=UTC)
"""Noon in Kolkata."""
DAY = date(2027, 1, 14)
SECRET = "of-the-tests-alone"


def asking(asker: Contact, **changes: Any) -> dict[str, Any]:
    """What bot.domain.passes.registration.register takes, for two people at the fair on its first day."""
    return {
        "event": "fair",
        "asked_by": asker,
        "phone": None,
        "full_name": "Asha Verma",
        "visit_date": DAY,
        "party_size": 2,
        "answers": {},
        "language": "en",
        "channel": "whatsapp",
        "consent_version": 1,
        "consent_text": "I agree.",
        "now": NOW,
        **changes,
    }


def issue(
    db: Session, ring: KeyRing, registration: Registration, kind: Kind, party_size: int, now: datetime = NOW
) -> Pass:
    """A further pass for a registration: of this kind, from the fair's first day on."""
    days = pass_days.days_of_kind(kind, DAY)
    made = pass_rows.insert(db, ring, registration, kind, days[0], party_size, now)
    places.take_each(db, registration.event_id, days, party_size, today=now.date())
    return made


@contextmanager
def refused(code: str, /, **params: Any) -> Iterator[None]:
    """The block is refused with this code, and with these parameters among others."""
    with pytest.raises(Refused) as no:
        yield
    assert no.value.code == code
    assert {name: no.value.params.get(name) for name in params} == params


def taken(db: Session, event: Event, day: date = DAY) -> int:
    """Places given for a day, as the database has it."""
    columns = select(EventDay.taken).where(EventDay.event_id == event.id, EventDay.day == day)
    return int(db.scalars(columns).one())
