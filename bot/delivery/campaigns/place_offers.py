"""Tells those who wait that a place is theirs for an hour."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.outbox import whatsapp_text
from bot.delivery.outbox.enqueue import REPLIES, enqueue
from bot.delivery.templates import notices
from bot.domain.waiting_list import offers
from bot.domain.waiting_list.offers import Offer
from flows.text import render
from flows.text.choices import people
from flows.text.event_states import local_now
from flows.text.sentences import words


def review(database: Database, now: datetime) -> list[int]:
    """Offer what has come free on every day with a line, a transaction for each; the deliveries to enqueue."""
    lines = database.ask(offers.lines)
    made: list[int] = []
    for event_id, day in lines:
        with database.write() as db:
            made += [_tell(db, offer, now) for offer in offers.review(db, event_id, day, now)]
    return made


def _tell(db: Session, offer: Offer, now: datetime) -> int:
    entry, event = offer.entry, offer.event
    ends = entry.offer_ends_at or now
    values = {
        "event": whatsapp_text.name_in(event, entry.language),
        "day": render(words(entry.day), entry.language),
        "people": render(people(entry.party_size), entry.language),
        "until": render(words(local_now(event, ends).time().replace(second=0, microsecond=0)), entry.language),
    }
    return enqueue(
        db,
        kind="text",
        address=entry.address,
        payload={
            "body": notices.NOTICES[notices.PLACE_FREE].text(entry.language, values),
            "language": entry.language,
            "notice": {"purpose": notices.PLACE_FREE, "values": values},
        },
        priority=REPLIES,
        now=now,
        key=f"place:{entry.id}",
        sender=entry.sender,
        contact_id=entry.contact_id,
        ttl=ends - now,
    )
