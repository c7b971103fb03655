"""Undelivered pass pictures of which a person must be told, and messages that are cancelled unsent."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain.models import Contact, Delivery, DeliveryEvent, Pass, Registration

FAILED_STATUSES = ("failed", "undelivered")
_MINE = or_(Registration.asked_by_id == bindparam("person"), Registration.holder_id == bindparam("person"))
_UNREPORTED = and_(Delivery.kind == "pass", Delivery.status.in_(FAILED_STATUSES), Delivery.told_at.is_(None))
_LATER = aliased(Delivery)
_SENT_AGAIN = exists().where(_LATER.pass_id == Pass.id, _LATER.id > Delivery.id, _LATER.status.not_in(FAILED_STATUSES))
_UNREPORTED_FAILURES = (
    select(Pass.code)
    .join(Delivery, Delivery.pass_id == Pass.id)
    .join(Pass.registration)
    .where(_MINE, Pass.status == "valid", _UNREPORTED, ~_SENT_AGAIN)
    .distinct()
    .order_by(Pass.code)
)


def unreported_failures(db: Session, contact: Contact) -> list[str]:
    """Codes, without hyphens, of this person's valid passes whose image failed and who was not told so.

    A pass that was sent again since is not among them.
    """
    return list(db.scalars(_UNREPORTED_FAILURES, {"person": contact.id}))


def mark_reported(db: Session, contact: Contact, codes: Collection[str], now: datetime) -> None:
    """Note that the person has been told that the images of these passes (codes without hyphens) failed."""
    ids = select(Pass.id).join(Pass.registration).where(_MINE, Pass.code.in_(codes)).params(person=contact.id)
    told = update(Delivery).where(Delivery.pass_id.in_(ids), _UNREPORTED).values(told_at=now)
    db.execute(told.execution_options(synchronize_session=False))


def cancel_unsent(db: Session, reason: str, now: datetime, *conditions: ColumnElement[bool]) -> list[int]:
    """Cancel unsent messages, except where a call to Twilio is under way or its outcome unknown; which."""
    return _let_go(db, _canceling(*conditions), reason, now)


def let_go_invalid(db: Session, lane: str, now: datetime) -> None:
    """Cancel the unsent pictures of passes that are no longer valid, as let_go does: a new one need not wait."""
    _let_go(db, _CANCELING_INVALID, "pass_not_valid", now, at=lane)


def _canceling(*which: ColumnElement[bool]) -> ReturningUpdate[int]:
    untried = (Delivery.status == "owed", Delivery.tried_at.is_(None), *which)
    canceled = update(Delivery).where(*untried).values(status="canceled", reason=bindparam("why"))
    return canceled.returning(Delivery.id)


_CANCELING_INVALID = _canceling(
    Delivery.lane == bindparam("at"),
    Delivery.kind == "pass",
    select(Pass.id).where(Pass.status != "valid", Pass.id == Delivery.pass_id).exists(),
)


def _let_go(db: Session, canceling: ReturningUpdate[int], reason: str, now: datetime, **params: str) -> list[int]:
    ids = list(db.scalars(canceling, {"why": reason, **params}))
    if ids:
        told = {"what": "canceled", "at": now, "reason": reason}
        db.execute(insert(DeliveryEvent), [{"delivery_id": one, **told} for one in ids])
    return ids
