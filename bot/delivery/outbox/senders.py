"""Which sender a delivery leaves from, told of a row and told to the database."""

from sqlalchemy import ColumnElement, and_, func, not_, or_

from bot.address import AT_TWILIO, SMS, Address, on_whatsapp
from bot.domain.models import Delivery
from bot.settings import Settings


def sender_of(row: Delivery, settings: Settings) -> str:
    """The sender whose pace a delivery keeps: the Messaging Service, where there is one, is one sender.

    Codes that Twilio Verify sends leave from senders of its own: its service has a pace for itself.
    """
    if row.kind == "otp" and settings.otp_backend == "twilio_verify":
        return settings.twilio_verify_sid
    kind = Address.parse(row.lane).kind
    if kind not in AT_TWILIO:
        return row.sender or kind
    if settings.twilio_messaging_service_sid:
        return settings.twilio_messaging_service_sid
    if kind == SMS and settings.sms_from:
        return settings.sms_from
    return row.sender or settings.twilio_whatsapp_from[0]


def senders(settings: Settings) -> tuple[str, ...]:
    """Every sender that has a pace."""
    verify = (settings.twilio_verify_sid,) if settings.otp_backend == "twilio_verify" else ()
    if settings.twilio_messaging_service_sid:
        return (settings.twilio_messaging_service_sid, *verify)
    return settings.twilio_whatsapp_from + ((settings.sms_from,) if settings.sms_from else ()) + verify


def rows_of(sender: str, settings: Settings) -> ColumnElement[bool]:
    """The condition on deliveries that holds for those of this sender, and for them alone: `sender_of` as SQL."""
    code = Delivery.kind == "otp"
    if settings.otp_backend == "twilio_verify":
        if sender == settings.twilio_verify_sid:
            return code
        return and_(not_(code), _other_rows_of(sender, settings))
    return _other_rows_of(sender, settings)


def _other_rows_of(sender: str, settings: Settings) -> ColumnElement[bool]:
    # As bot.address has it: without a kind in small letters before a colon it is a number for SMS.
    whatsapp, sms = Delivery.lane.startswith(on_whatsapp("")), not_(Delivery.lane.contains(":"))
    elsewhere = and_(not_(or_(whatsapp, sms)), or_(Delivery.sender == sender, _of_channel(sender)))
    if settings.twilio_messaging_service_sid:
        return or_(whatsapp, sms) if sender == settings.twilio_messaging_service_sid else elsewhere
    named = func.coalesce(Delivery.sender, settings.twilio_whatsapp_from[0]) == sender
    if not settings.sms_from:
        return or_(and_(or_(whatsapp, sms), named), elsewhere)
    return or_(and_(whatsapp, named), elsewhere, *([sms] if sender == settings.sms_from else []))


def _of_channel(kind: str) -> ColumnElement[bool]:
    return and_(Delivery.sender.is_(None), Delivery.lane.startswith(f"{kind}:", autoescape=True))
