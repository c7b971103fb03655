"""Sends the link to a pass by SMS where WhatsApp could not deliver its picture.

Looked for by the sweep, so that it happens whichever way the picture failed. Who has no phone number, or
where the SMS fails too, is told with the same link at the next message (flows.visitor.undelivered).
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bot.address import Address
from bot.delivery.outbox.enqueue import PASSES, enqueue
from bot.delivery.twilio.error_codes import Class
from bot.domain.models import Contact, ContactAlias, Delivery, Pass
from bot.settings import Settings

FAILED_STATUSES = ("failed", "undelivered")
MAX_FAILURE_AGE = timedelta(days=1)
"""How old a failed picture may be and still get an SMS."""
MAX_LINKS_PER_SWEEP = 200
"""Pictures for which one sweep puts an SMS into the outbox, at most."""


def enqueue_links(db: Session, settings: Settings, now: datetime) -> list[int]:
    """Enqueue an SMS for each failed picture that has none yet; the ids of the new deliveries."""
    if not settings.sms_from:
        return []
    found = [(row, phone) for row in db.scalars(_failed(now)) if (phone := _phone(db, row))]
    return [_enqueue_link(db, row, phone, settings, now) for row, phone in found]


def _enqueue_link(db: Session, row: Delivery, phone: str, settings: Settings, now: datetime) -> int:
    return enqueue(
        db,
        kind="link",
        address=phone,
        payload={"language": row.payload.get("language", "")},
        priority=PASSES,
        now=now,
        key=f"link:{row.id}",
        sender=settings.sms_from,
        pass_id=row.pass_id,
        contact_id=row.contact_id,
    )


def _failed(now: datetime) -> Select[Delivery]:
    """Pictures that failed lately: of valid passes, not sent anew since, to people who did not stop us."""
    later = aliased(Delivery)
    sent_again = or_(later.kind == "link", and_(later.id > Delivery.id, later.status.not_in(FAILED_STATUSES)))
    return (
        select(Delivery)
        .join(Pass, Pass.id == Delivery.pass_id)
        .outerjoin(Contact, Contact.id == Delivery.contact_id)
        .where(
            Delivery.status.in_(FAILED_STATUSES),
            Delivery.not_before > now - MAX_FAILURE_AGE,
            Delivery.kind == "pass",
            Delivery.told_at.is_(None),
            or_(Delivery.reason.is_(None), Delivery.reason != Class.STOPPED.value),
            Pass.status == "valid",
            Contact.stopped_at.is_(None),
            ~exists().where(later.pass_id == Delivery.pass_id, sent_again),
        )
        .order_by(Delivery.id)
        .limit(MAX_LINKS_PER_SWEEP)
    )


def _phone(db: Session, row: Delivery) -> str | None:
    """The number behind an address, or another one of the same person; None: there is none."""
    if written := Address.parse(row.lane).phone:
        return written
    known = select(ContactAlias.value).where(ContactAlias.contact_id == row.contact_id, ContactAlias.kind == "phone")
    return db.scalars(known.limit(1)).first()
