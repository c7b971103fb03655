"""Undelivered pass pictures of which a person must be told, and messages that are cancelled unsent."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain.models import Contact, Delivery, DeliveryEvent, Pass, Registration, table

_MINE = or_(Registration.asked_by_id == bindparam("person"), Registration.holder_id == bindparam("person"))
_UNREPORTED = and_(Delivery.kind == "pass", Delivery.status.in_(Delivery.FAILED_STATUSES), Delivery.told_at.is_(None))
_LATER = aliased(Delivery)
_SENT_AGAIN = exists().where(
    _LATER.pass_id == Pass.id, _LATER.id > Delivery.id, _LATER.status.not_in(Delivery.FAILED_STATUSES)
)
_UNREPORTED_FAILURES = (
    select(Pass.code)
    .join(Delivery, Delivery.pass_id == Pass.id)
    .join(Pass.registration)
    .where(_MINE, Pass.status == Pass.VALID, _UNREPORTED, ~_SENT_AGAIN)
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
    return _noted(db, list(db.scalars(_canceling(Delivery, *conditions), {"why": reason})), reason, now)


def let_go_invalid(db: Session, lane: str, now: datetime) -> None:
    """Cancel the unsent pictures of passes that are no longer valid, as let_go does: a new one need not wait."""
    reason = "pass_not_valid"
    db.flush()  # what follows is a statement that the session does not see
    found = db.connection().execute(_CANCELING_INVALID, {"why": reason, "at": lane}).scalars()
    _noted(db, list(found), reason, now)


def _canceling(deliveries: Any, *which: ColumnElement[bool]) -> ReturningUpdate[int]:
    columns = getattr(deliveries, "c", deliveries)
    untried = (columns.status == Delivery.OWED, columns.tried_at.is_(None), *which)
    canceled = update(deliveries).where(*untried).values(status=Delivery.CANCELED, reason=bindparam("why"))
    return canceled.returning(columns.id)


_DELIVERIES, _PASSES = table(Delivery), table(Pass)
_CANCELING_INVALID = _canceling(
    _DELIVERIES,
    _DELIVERIES.c.lane == bindparam("at"),
    _DELIVERIES.c.kind == "pass",
    select(_PASSES.c.id).where(_PASSES.c.status != Pass.VALID, _PASSES.c.id == _DELIVERIES.c.pass_id).exists(),
)
"""Built once and without objects: each registration asks."""


def _noted(db: Session, ids: list[int], reason: str, now: datetime) -> list[int]:
    if ids:
        told = {"what": "canceled", "at": now, "reason": reason}
        db.execute(insert(DeliveryEvent), [{"delivery_id": one, **told} for one in ids])
    return ids
