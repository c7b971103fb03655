"""Confirms or declines somebody who wants to join a team, and tells them: for pages and the command line."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.address import on_whatsapp
from bot.delivery.campaigns.staff_messages import STAFF_MESSAGE_TTL
from bot.delivery.outbox.enqueue import REPLIES, enqueue
from bot.domain import events, people
from bot.domain.models import JoinRequest
from bot.domain.roster import invitations
from bot.usecases.report_guessing import SenderOf
from flows.shapes import Sentence
from flows.text import _, render, sentence_for

WELCOME = _("You are now in the team of *{event}*. To see what you can do, send *menu*.")


def answer(
    db: Session, slug: str, request: JoinRequest, *, taken: bool, region: str, now: datetime, sender_of: SenderOf
) -> list[int]:
    """Take somebody into the team or not; the deliveries to enqueue.

    Raises Refused as invitations.confirm and invitations.decline do.
    """
    if taken:
        invitations.confirm(db, slug, request.id, region=region, now=now)
    else:
        invitations.decline(db, slug, request.id, now=now)
    sentence = Sentence(WELCOME.source) if taken else sentence_for("join_declined")
    return [_tell(db, slug, request, sentence, now, sender_of)]


def _tell(db: Session, slug: str, request: JoinRequest, sentence: Sentence, now: datetime, sender_of: SenderOf) -> int:
    """Owe them a message, in their language; they have written to us within the day, as a rule."""
    event, lane = events.by_slug(db, slug), on_whatsapp(request.phone)
    person = people.find(db, phone=request.phone)
    language = (person.language if person else None) or next(iter(event.languages), "en")
    return enqueue(
        db,
        kind="text",
        address=lane,
        payload={"body": render(sentence.filled(event=invitations.names(event)), language)},
        priority=REPLIES,
        now=now,
        key=f"join:{request.id}",
        sender=sender_of(lane),
        ttl=STAFF_MESSAGE_TTL,
    )
