"""The history of each delivery: entries are written in the transaction in which they happen."""

from collections.abc import Iterable, Mapping, Sequence
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
    record_each(db, [{"delivery_id": delivery_id, "what": what, **more}], at)


def record_all(db: Session, delivery_ids: Iterable[int], what: str, at: datetime, **more: Any) -> None:
    """Add an entry to the history of several deliveries."""
    record_each(db, [{"delivery_id": delivery_id, "what": what, **more} for delivery_id in delivery_ids], at)


def record_each(db: Session, entries: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Add entries: `delivery_id`, `what` and more, as in `record`."""
    if entries:
        nothing = {"reason": None, "error_code": None, "message_sid": None, "until": None}
        db.execute(_INSERT, [{**nothing, **entry, "at": at} for entry in entries])


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
