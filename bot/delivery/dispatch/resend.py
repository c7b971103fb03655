"""Sends a pass again because an organiser asks for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.address import Address
from bot.delivery.outbox import enqueue
from bot.domain.models import ContactAlias, Delivery, Pass, Registration
from bot.errors import Refused
from flows.understanding import codes


def resend(db: Session, issued: Pass, now: datetime, key: str | None = None) -> int:
    """Enqueue the picture of a pass for the address of its last one, or of the registration's; the delivery's id.

    Once only for each `key`. A pass whose image never went anywhere goes to the WhatsApp of whoever asked for it.
    Raises Refused `pass_not_valid` (`code`, `status`), and `pass_unreachable` (`code`) where the person has no phone.
    """
    if issued.status != "valid":
        raise Refused("pass_not_valid", code=codes.shown(issued.code), status=issued.status)
    lane, sender = _last_address(db, issued) or (_chat(db, issued.registration), None)
    if lane is None:
        raise Refused("pass_unreachable", code=codes.shown(issued.code))
    to: dict[str, Any] = {"address": lane, "sender": sender, "language": issued.registration.language}
    return enqueue.enqueue_pass(db, issued, **to, now=now, key=key)


def _last_address(db: Session, issued: Pass) -> tuple[str, str | None] | None:
    """The address of the latest image of this registration, and the sender that it went from.

    None where it went nowhere, or to an address that is somebody else's by now.
    """
    of_registration = select(Pass.id).where(Pass.registration_id == issued.registration_id)
    sent = select(Delivery.lane, Delivery.sender).where(Delivery.kind == "pass", Delivery.pass_id.in_(of_registration))
    row = db.execute(sent.order_by(Delivery.id.desc()).limit(1)).first()
    if row is None or enqueue.belongs_to_another(db, row.lane, issued):
        return None
    return row.lane, row.sender


def _chat(db: Session, registration: Registration) -> str | None:
    """Where whoever asked is written to; by phone where both names are known."""
    names = select(ContactAlias.value).where(ContactAlias.contact_id == registration.asked_by_id)
    value = db.scalars(names.order_by(ContactAlias.kind).limit(1)).first()
    return Address.of(value).format() if value else None
