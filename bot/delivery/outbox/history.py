"""The history of each delivery: entries are written in the transaction in which they happen."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from bot.domain.models import DeliveryEvent

_INSERT = insert(cast("Table", DeliveryEvent.__table__))
TRIED, ACCEPTED, LOOKED_UP, DEFERRED, ENQUEUED_AGAIN = "tried", "taken", "looked_up", "put_off", "owed_again"
BY_TEMPLATE = "by_template"


def record(db: Session, delivery_id: int, what: str, at: datetime, **more: Any) -> None:
    """Add to a delivery's story; `more` are `reason`, `error_code`, `message_sid` and `until`."""
    nothing = {"reason": None, "error_code": None, "message_sid": None, "until": None}
    db.execute(_INSERT, {**nothing, **more, "delivery_id": delivery_id, "what": what, "at": at})


def record_all(db: Session, delivery_ids: Iterable[int], what: str, at: datetime, **more: Any) -> None:
    """Add an entry to the history of several deliveries."""
    for delivery_id in delivery_ids:
        record(db, delivery_id, what, at, **more)


def has_failed(db: Session, delivery_id: int, error_code: int) -> bool:
    """Whether a delivery has failed with this code before."""
    before = (DeliveryEvent.delivery_id == delivery_id, DeliveryEvent.error_code == error_code)
    return db.scalar(select(DeliveryEvent.id).where(*before).limit(1)) is not None


def last_try(db: Session, delivery_id: int) -> datetime | None:
    """When a call to Twilio last began for a delivery; None: never."""
    begun = (DeliveryEvent.delivery_id == delivery_id, DeliveryEvent.what == TRIED)
    return db.scalar(select(DeliveryEvent.at).where(*begun).order_by(DeliveryEvent.id.desc()).limit(1))


def history(db: Session, delivery_id: int) -> list[DeliveryEvent]:
    """The story so far, from the beginning."""
    told = select(DeliveryEvent).where(DeliveryEvent.delivery_id == delivery_id)
    return list(db.scalars(told.order_by(DeliveryEvent.id)))
