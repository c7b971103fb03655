"""Phones that changed hands: what follows from it, and who had them before."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from bot.address import at_twilio
from bot.domain.models import ChangedHands, Contact, ContactAlias, Delivery, Owner, Pass, Staff
from bot.domain.people import pending_messages
from bot.domain.upserts import added
from flows.understanding.phones import variants

CANCEL_REASON = "number_changed_hands"
"""The reason of a message to the former owner that is not sent any more."""
UNCANCELLED_KIND = "otp"
"""The kind of message that goes to whoever has the phone."""
_BEFORE = (
    select(ChangedHands)
    .join(ContactAlias, and_(ContactAlias.kind == ContactAlias.PHONE, ContactAlias.value == ChangedHands.phone))
    .where(ContactAlias.contact_id == bindparam("present"))
    .order_by(ChangedHands.id)
)


def transfer_phone(db: Session, phone: str, former: Contact, present: Contact, now: datetime) -> None:
    """Let a phone (E.164) go from one contact to another; the caller has locked both.

    Unsent messages there for anybody but its present owner are cancelled. A volunteer with this phone cannot work until
    a supervisor or admin confirms them (bot.domain.roster.duty), an owner until they are added anew.
    """
    mine = and_(ContactAlias.kind == ContactAlias.PHONE, ContactAlias.value == phone)
    db.execute(update(ContactAlias).where(mine, ContactAlias.contact_id == former.id).values(contact_id=present.id))
    for contact in (former, present):
        db.expire(contact, ["aliases"])
    db.execute(delete(ChangedHands).where(ChangedHands.phone == phone, ChangedHands.contact_id == present.id))
    db.execute(update(ChangedHands).where(ChangedHands.phone == phone).values(told_at=None))
    added(db, ChangedHands(phone=phone, contact_id=former.id, at=now))
    _cancel_messages(db, phone, present, now)
    for table in (Staff, Owner):
        works = update(table).where(table.phone == phone, table.unconfirmed_since.is_(None))
        db.execute(works.values(unconfirmed_since=now))


def _cancel_messages(db: Session, phone: str, present: Contact, now: datetime) -> None:
    lanes = [lane for form in variants(phone) for lane in at_twilio(form)]
    anothers = or_(Delivery.contact_id.is_(None), Delivery.contact_id != present.id)
    pending_messages.cancel_unsent(
        db, CANCEL_REASON, now, Delivery.lane.in_(lanes), Delivery.kind != UNCANCELLED_KIND, anothers
    )


def has_changed_since(db: Session, phone: str, moment: datetime) -> bool:
    """Whether a phone (E.164) has changed hands after the moment."""
    lately = select(ChangedHands.id).where(ChangedHands.phone == phone, ChangedHands.at > moment)
    return db.scalar(lately.limit(1)) is not None


def last_transfer(db: Session, present: Contact) -> Sequence[ChangedHands]:
    """The people who had this contact's phones before, the first one first."""
    return db.scalars(_BEFORE, {"present": present.id}).all()


def had_passes(db: Session, row: ChangedHands) -> bool:
    """Whether the former owner holds any pass, valid or not: its code is known to them alone."""
    return db.scalar(select(exists().where(Pass.holder_id == row.contact_id))) or False


def mark_told(db: Session, present: Contact, now: datetime) -> None:
    """Note that they have been told how to prove that they are the same person."""
    for row in last_transfer(db, present):
        row.told_at = row.told_at or now


def forget(db: Session, contacts: Sequence[int]) -> None:
    """Forget which phones these contacts had, and who had theirs."""
    phones = select(ContactAlias.value).where(
        ContactAlias.contact_id.in_(contacts), ContactAlias.kind == ContactAlias.PHONE
    )
    theirs = or_(ChangedHands.contact_id.in_(contacts), ChangedHands.phone.in_(phones))
    db.execute(delete(ChangedHands).where(theirs))
