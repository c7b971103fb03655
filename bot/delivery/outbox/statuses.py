"""Delivery statuses, ranked: each is noted by one conditional UPDATE, and never goes back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    and_,
    bindparam,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from bot.database import Database, prepared
from bot.delivery.carriers import StatusUpdate
from bot.domain.models import Delivery, DeliveryEvent, table

ROWS, HISTORY = table(Delivery), table(DeliveryEvent)
_TELLING = insert(HISTORY)
RANKS = {
    "owed": 0,
    **dict.fromkeys(("accepted", "scheduled", "queued"), 1),
    "sending": 2,
    **dict.fromkeys(("sent", "handed_over"), 3),
    # Below `delivered`: a message that arrived after all has arrived.
    **dict.fromkeys(("failed", "undelivered", "canceled"), 4),
    "delivered": 5,
    "read": 6,
}
FAILED_STATUSES = frozenset({"failed", "undelivered"})
"""Statuses of a message that failed. `canceled` is none: that message was no longer wanted."""
ARRIVED_STATUSES = frozenset({"delivered", "read"})


def statuses_below(status: str) -> list[str]:
    """The statuses that this one may replace."""
    return [lower for lower, rank in RANKS.items() if rank < RANKS[status]]


def is_about(delivery_id: int | None, message_sid: str) -> ColumnElement[bool]:
    """The row that news of a message is about: by its SID, or by its id while no SID can be known yet.

    News of an earlier try must not touch a row that has been tried anew: with another SID it counts
    only while a call is under way whose SID we have not noted.
    """
    if delivery_id is None:
        return Delivery.message_sid == message_sid
    unknown = or_(Delivery.tried_at.is_not(None), Delivery.message_sid.is_(None))
    return and_(Delivery.id == delivery_id, or_(Delivery.message_sid == message_sid, unknown))


@dataclass(frozen=True, slots=True)
class Noted:
    """What news has changed."""

    delivery: int
    lane: str
    lets_go: bool
    """Whether the row was owed until now, so that what came after it in its lane may have waited for it."""


def advance(
    db: Session, status_update: StatusUpdate, delivery_id: int | None, now: datetime, reason: str | None = None
) -> Noted | None:
    """Note a status where it is higher than the one kept; None where it was not.

    A row that is owed again after a failure is past the earlier try's callbacks, unless they say
    that it arrived.
    """
    return _advance(db.connection(), _raising, status_update, delivery_id, now, reason)


def advance_at_once(
    database: Database, status_update: StatusUpdate, delivery_id: int | None, now: datetime
) -> Noted | None:
    """As `advance`, in a transaction of its own, for a status without an error; the row's history tells it."""
    with database.change() as connection:
        if connection.dialect.name == "postgresql":
            return _advance(connection, _raising_and_telling, status_update, delivery_id, now)
        noted = _advance(connection, _raising, status_update, delivery_id, now)
        if noted is not None:
            entry = {"delivery_id": noted.delivery, "message_sid": status_update.message_sid}
            connection.execute(_TELLING, {**entry, "what": status_update.status, "at": now})
        return noted


def _advance(
    connection: Connection,
    raising: Callable[[str, bool, bool], Executable],
    news: StatusUpdate,
    delivery_id: int | None,
    now: datetime,
    reason: str | None = None,
) -> Noted | None:
    if RANKS.get(news.status, 0) == 0:
        return None
    told = {"sid": news.message_sid, "code": news.error_code, "why": reason, "now": now}
    told |= {} if delivery_id is None else {"row": delivery_id}
    for owed in (False, True):
        raised = prepared.first(connection, raising(news.status, delivery_id is not None, owed), told)
        if raised is not None:
            return Noted(raised.id, raised.lane, lets_go=owed)
    return None


@cache
def _raising_and_telling(status: str, by_id: bool, owed: bool) -> Executable:
    """Notes the status and tells it in the row's history, as one statement: SQLite has none that changes two tables."""
    raised = _raising(status, by_id, owed).cte("raised")
    sid, now = bindparam("sid", type_=ROWS.c.message_sid.type), bindparam("now", type_=ROWS.c.sent_at.type)
    entry = select(raised.c.id, literal(status), sid, now)
    telling = insert(HISTORY).from_select(["delivery_id", "what", "message_sid", "at"], entry)
    return select(raised.c.id, raised.c.lane).add_cte(telling.cte("telling"))


@cache
def _raising(status: str, by_id: bool, owed: bool) -> ReturningUpdate[Any]:
    """The statement that notes a status of a row that Twilio has taken, or of one that is still owed; built once."""
    open_to_it: ColumnElement[bool] = ROWS.c.status.in_(
        [literal(one) for one in statuses_below(status) if (one == "owed") is owed]  # each put in once for all
    )
    if owed and status not in ARRIVED_STATUSES:
        open_to_it = and_(open_to_it, ROWS.c.tried_at.is_not(None))
    sid, now = bindparam("sid", type_=ROWS.c.message_sid.type), bindparam("now", type_=ROWS.c.sent_at.type)
    unknown = or_(ROWS.c.tried_at.is_not(None), ROWS.c.message_sid.is_(None))
    by_number = and_(ROWS.c.id == bindparam("row"), or_(ROWS.c.message_sid == sid, unknown))
    return (
        update(ROWS)
        .where(by_number if by_id else ROWS.c.message_sid == sid, open_to_it)
        .values(
            status=status,
            message_sid=sid,
            error_code=bindparam("code", type_=ROWS.c.error_code.type),
            reason=bindparam("why", type_=ROWS.c.reason.type),
            tried_at=None,
            sent_at=func.coalesce(ROWS.c.sent_at, now),
        )
        .returning(ROWS.c.id, ROWS.c.lane)
    )


def enqueue_again(
    db: Session, status_update: StatusUpdate, delivery_id: int | None, not_before: datetime, reason: str
) -> int | None:
    """Owe a message once more that Twilio took and then could not deliver; its id, or None if it was not so."""
    noted = db.execute(
        update(Delivery)
        .where(
            is_about(delivery_id, status_update.message_sid),
            Delivery.status.in_(statuses_below("failed")),
            or_(Delivery.status != "owed", Delivery.tried_at.is_not(None)),
        )
        .values(
            status="owed",
            message_sid=status_update.message_sid,
            error_code=status_update.error_code,
            reason=reason,
            not_before=not_before,
            tried_at=None,
            lease_until=None,
            lease_token=None,
        )
        .returning(Delivery.id)
    ).scalar()
    return int(noted) if noted is not None else None
