"""What became of the passes' images, as far as the person is to be told."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.domain.models import Contact, Delivery, Pass, Registration

FAILED = ("failed", "undelivered")


def untold_failures(db: Session, contact: Contact) -> list[str]:
    """Codes, without hyphens, of this person's valid passes whose image could not be delivered and who was not told so.

    A pass that was sent again since is not among them.
    """
    found = select(Pass.code).join(Delivery, Delivery.pass_id == Pass.id).join(Pass.registration)
    later = aliased(Delivery)
    sent_again = exists().where(later.pass_id == Pass.id, later.id > Delivery.id, later.status.not_in(FAILED))
    mine = or_(Registration.asked_by_id == contact.id, Pass.holder_id == contact.id)
    wanted = found.where(mine, Pass.status == "valid", _untold(), ~sent_again)
    return list(db.scalars(wanted.distinct().order_by(Pass.code)))


def note_told(db: Session, contact: Contact, codes: Collection[str], now: datetime) -> None:
    """Note that the person has been told that the images of these passes (codes without hyphens) failed."""
    mine = or_(Registration.asked_by_id == contact.id, Pass.holder_id == contact.id)
    ids = select(Pass.id).join(Pass.registration).where(mine, Pass.code.in_(codes))
    told = update(Delivery).where(Delivery.pass_id.in_(ids), _untold()).values(told_at=now)
    db.execute(told.execution_options(synchronize_session=False))


def _untold() -> ColumnElement[bool]:
    return and_(Delivery.kind == "pass", Delivery.status.in_(FAILED), Delivery.told_at.is_(None))
