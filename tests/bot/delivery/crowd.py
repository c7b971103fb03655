"""A crowd with passes of one event, and a broadcast to it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.campaigns import texts as campaign_texts
from bot.delivery.templates import notices
from bot.domain import events
from bot.domain.messaging import broadcasts
from bot.domain.messaging.audience import Selection
from bot.domain.models import Contact, ContactAlias, Event, EventDay, Kind, Pass, Registration, SigningKey
from tests.bot.delivery.conftest import NOW

FIRST_DAY = date(2026, 11, 28)
DAYS = 3


def make_fair(db: Session, **fields: Any) -> Event:
    """An open fair of three days, a week from NOW."""
    days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    event = Event(
        **{
            **{"slug": "fair", "name": "Book Fair", "names": {"hi": "पुस्तक मेला"}, "status": "open", "created_at": NOW},
            **{"starts_on": days[0], "ends_on": days[-1], **fields},
        }
    )
    event.days = [EventDay(day=day, taken=0) for day in days]
    event.kinds = [Kind(number=0, slug="visitor", labels={"en": "Visitor"})]
    db.add_all([event, SigningKey(id=1, public=b"p" * 32, sealed_seed=b"s" * 60, created_at=NOW)])
    db.flush()
    return event


def make_person(
    db: Session,
    event: Event,
    number: int,
    *,
    names: Sequence[tuple[str, str]] | None = None,
    language: str = "en",
    passes: Sequence[Any] = (FIRST_DAY,),
    **of_contact: Any,
) -> Contact:
    """Somebody with a pass for each of these days; a phone, unless other names are given."""
    named = [("phone", f"+9198{number:08}")] if names is None else names
    contact = Contact(created_at=NOW, **of_contact)
    contact.aliases = [ContactAlias(kind=kind, value=value) for kind, value in named]
    for place, day in enumerate(passes):
        asked = Registration(
            **{"event": event, "holder": contact, "asked_by": contact, "full_name": "Asha", "answers": {}},
            **{"language": language, "channel": "whatsapp", "consent_version": 1, "consent_text": ""},
            **{"consented_at": NOW, "created_at": NOW},
        )
        db.add(asked)
        db.flush()
        db.add(
            Pass(
                **{"code": f"{number:06}{place:02}", "registration": asked, "event": event, "kind": event.kinds[0]},
                **{"holder_id": contact.id, "day": day, "party_size": 2, "key_id": 1, "issued_at": NOW},
            )
        )
    db.flush()
    return contact


def make_crowd(database: Database, number: int) -> list[str]:
    """So many people with two passes each; their addresses."""
    with database.write() as db:
        event = make_fair(db)
        for one in range(number):
            make_person(db, event, one, passes=(FIRST_DAY, FIRST_DAY + timedelta(days=1)))
    return [f"whatsapp:+9198{one:08}" for one in range(number)]


def begin(database: Database, text: str = "Gate 2 is closed.", people: int = 1, **selected: Any) -> int:
    """A broadcast to everybody, or to those selected; its number."""
    with database.write() as db:
        event = events.by_slug(db, "fair")
        made = broadcasts.begin(
            db,
            event,
            purpose=notices.NEWS,
            wording=campaign_texts.broadcast_texts(event, notices.NEWS, texts={"en": text}),
            selection=Selection(**selected),
            expected=people,
            made_by="Asha",
            now=NOW,
            until=NOW + timedelta(hours=24),
        )
        return made.id
