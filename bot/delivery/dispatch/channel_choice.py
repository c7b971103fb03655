"""Chooses how a pass reaches a phone: by WhatsApp now, by SMS, or when its owner next writes."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bot.address import SMS, WHATSAPP, on_whatsapp
from bot.delivery import templates
from bot.delivery.outbox import enqueue
from bot.delivery.outbox.session_window import SessionWindows
from bot.delivery.templates import notices
from bot.domain.models import Pass
from bot.settings import Settings
from flows.understanding import phones

WAITING = "waits"
"""A third way beside the kinds WHATSAPP, where the picture goes now, and SMS, where its link does: the picture
goes as soon as they write to us. The words of flows.gate.walkup.SENT_TEXTS."""


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """The way to a phone."""

    phone: str = field(repr=False)
    """E.164."""
    address: str = field(repr=False)
    sender: str | None
    """None: the first of the settings."""
    channel: str
    """WHATSAPP, SMS or WAITING."""


def choose_channel(windows: SessionWindows, settings: Settings, phone: str, now: datetime) -> ChannelChoice:
    """The way to this phone (E.164) now. Asks Redis, so best before a transaction; never raises.

    WhatsApp where they wrote to us within a day, else SMS where there is a sender for it; else the picture
    waits for its reader, or goes after all where the window is open and Redis has forgotten that.
    """
    senders = (settings.twilio_messaging_service_sid,) if settings.twilio_messaging_service_sid else ()
    for name in phones.variants(phone):
        lane = on_whatsapp(name)
        for sender in senders or settings.twilio_whatsapp_from:
            if windows.is_open(lane, sender, now):
                return ChannelChoice(phone, lane, None if senders else sender, WHATSAPP)
    if settings.sms_from:
        return ChannelChoice(phone, phone, settings.sms_from, SMS)
    return ChannelChoice(phone, on_whatsapp(phone), None, WAITING)


def enqueue_pass(
    db: Session,
    issued: Pass,
    choice: ChannelChoice,
    language: str,
    now: datetime,
    *,
    priority: int = enqueue.PASSES,
    key: str | None = None,
) -> tuple[int, str]:
    """Put the pass for this phone into the outbox. The delivery's id, for a job after the commit, and its way.

    With a `key` that was used before nothing is added.

    Where WhatsApp has approved a template for passes the picture goes now in any case, and by SMS if that fails.
    """
    if choice.channel != WHATSAPP and templates.approved(db, notices.shape_of(notices.PASS_NOTICE, language), now):
        choice = ChannelChoice(choice.phone, on_whatsapp(choice.phone), None, WHATSAPP)
    if choice.channel != SMS:
        delivery_id = enqueue.enqueue_pass(
            db,
            issued,
            address=choice.address,
            sender=choice.sender,
            language=language,
            now=now,
            priority=priority,
            key=key,
        )
    else:
        delivery_id = enqueue.enqueue(
            db,
            kind="link",
            address=choice.address,
            payload={"language": language, "first": True},
            now=now,
            sender=choice.sender,
            pass_id=issued.id,
            contact_id=issued.holder_id,
            priority=priority,
            key=key,
        )
    return delivery_id, choice.channel
