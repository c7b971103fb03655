"""Holding a delivery while it is sent, and noting what came of it. Each step is one conditional UPDATE.

Order: within one lane words leave in order of id. An image waits for all that is before it, so that
the answer which names a pass comes before its picture; words do not wait for images, which are slow
to send and answer no question.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from bot.delivery.queues import Waiting
from bot.domain.models import Delivery

LEASE = timedelta(seconds=90)
"""Longer than a job may take (bot.delivery.queues.JOB_SECONDS); then another worker may take the row up."""
LOOK_AFTER = timedelta(seconds=30)
"""Twilio's list may not show a message at once: before this the look-up would prove nothing."""


def _nothing_before() -> ColumnElement[bool]:
    earlier = aliased(Delivery)
    holds_back = or_(earlier.kind != "pass", Delivery.kind == "pass")
    return ~exists().where(
        earlier.lane == Delivery.lane, earlier.id < Delivery.id, earlier.status == "owed", holds_back
    ).correlate(Delivery)


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now)
    return and_(Delivery.status == "owed", Delivery.not_before <= now, free)


def claim(db: Session, delivery_id: int, token: str, now: datetime) -> Delivery | None:
    """The row, now leased under this token; None where it is not due, held, done, or not yet its turn."""
    taken = db.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, _due(now), _nothing_before())
        .values(lease_until=now + LEASE, lease_token=token, attempts=Delivery.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    if not _changed(taken):
        return None
    return db.get_one(Delivery, delivery_id, populate_existing=True)


def begin(db: Session, delivery_id: int, token: str, now: datetime) -> bool:
    """Note that a call to Twilio begins; False where the lease has been lost meanwhile."""
    held = and_(Delivery.id == delivery_id, Delivery.lease_token == token, Delivery.status == "owed")
    values = {"tried_at": now, "lease_until": now + LEASE}
    return _changed(db.execute(update(Delivery).where(held).values(values)))


def note_sent(db: Session, delivery_id: int, token: str, message_sid: str, now: datetime) -> bool:
    """Note the SID that Twilio gave; a status that a callback brought first stays."""
    values = {
        "message_sid": message_sid,
        "status": case((Delivery.status == "owed", "queued"), else_=Delivery.status),
        "sent_at": case((Delivery.sent_at.is_(None), now), else_=Delivery.sent_at),
        "error_code": case((Delivery.status == "owed", None), else_=Delivery.error_code),
        "reason": case((Delivery.status == "owed", None), else_=Delivery.reason),
        "tried_at": None,
    }
    return _let_go(db, delivery_id, token, values)


def put_off(db: Session, delivery_id: int, token: str, not_before: datetime, **notes: Any) -> bool:
    """Give the row back, to be looked at again at `not_before`; `notes` are columns (`tried_at`, `reason`…)."""
    return _let_go(db, delivery_id, token, {"not_before": not_before, **notes}, Delivery.status == "owed")


def end(db: Session, delivery_id: int, token: str, status: str, **notes: Any) -> bool:
    """Give the row back for good: `failed` or `canceled`, with its `reason`."""
    return _let_go(db, delivery_id, token, {"status": status, **notes}, Delivery.status == "owed")


def _let_go(db: Session, delivery_id: int, token: str, values: dict[str, Any], *unless: ColumnElement[bool]) -> bool:
    held = and_(Delivery.id == delivery_id, Delivery.lease_token == token, *unless)
    free = {"lease_token": None, "lease_until": None}
    return _changed(db.execute(update(Delivery).where(held).values({**values, **free})))


def _changed(result: Any) -> bool:
    return bool(result.rowcount)


def following(db: Session, lane: str, now: datetime) -> list[Waiting]:
    """What may leave this lane now: its first words and its first image."""
    rows = select(Delivery.id, Delivery.priority, Delivery.attempts).where(
        Delivery.lane == lane, _due(now), _nothing_before()
    )
    return [(row.id, row.priority, row.attempts) for row in db.execute(rows.order_by(Delivery.id).limit(2))]


def due(now: datetime, after: tuple[datetime, int] | None, most: int) -> Select[int, int, int, datetime]:
    """The next `most` rows that should be on their way, by `not_before`; `after` is where the last batch ended."""
    rows = select(Delivery.id, Delivery.priority, Delivery.attempts, Delivery.not_before).where(
        _due(now), _nothing_before()
    )
    if after:
        rows = rows.where(tuple_(Delivery.not_before, Delivery.id) > tuple_(*after))
    return rows.order_by(Delivery.not_before, Delivery.id).limit(most)
