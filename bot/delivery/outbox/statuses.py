"""Delivery statuses, ranked: each is noted by one conditional UPDATE, and never goes back."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, or_, update
from sqlalchemy.orm import Session

from bot.delivery.carriers import News
from bot.domain.models import Delivery

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
FAILED = frozenset({"failed", "undelivered"})
"""Statuses of a message that failed. `canceled` is none: that message was no longer wanted."""
ARRIVED = frozenset({"delivered", "read"})


def below(status: str) -> list[str]:
    """The statuses that this one may replace."""
    return [lower for lower, rank in RANKS.items() if rank < RANKS[status]]


def about(delivery_id: int | None, message_sid: str) -> ColumnElement[bool]:
    """The row that news of a message is about: by its SID, or by its id while no SID can be known yet.

    News of an earlier try must not touch a row that has been tried anew: with another SID it counts
    only while a call is under way whose SID we have not noted.
    """
    if delivery_id is None:
        return Delivery.message_sid == message_sid
    unknown = or_(Delivery.tried_at.is_not(None), Delivery.message_sid.is_(None))
    return and_(Delivery.id == delivery_id, or_(Delivery.message_sid == message_sid, unknown))


def raise_to(db: Session, news: News, delivery_id: int | None, now: datetime, reason: str | None = None) -> int | None:
    """Note a status where it is higher than the one kept; the delivery's id when it was, else None.

    A row that is owed again after a failure is past the earlier try's callbacks, unless they say
    that it arrived.
    """
    open_to_it: ColumnElement[bool] = Delivery.status.in_(below(news.status))
    if news.status not in ARRIVED:
        open_to_it = and_(open_to_it, or_(Delivery.status != "owed", Delivery.tried_at.is_not(None)))
    noted = db.execute(
        update(Delivery)
        .where(about(delivery_id, news.message_sid), open_to_it)
        .values(
            status=news.status,
            message_sid=news.message_sid,
            error_code=news.error_code,
            reason=reason,
            tried_at=None,
            sent_at=case((Delivery.sent_at.is_(None), now), else_=Delivery.sent_at),
        )
        .returning(Delivery.id)
    ).scalar()
    return int(noted) if noted is not None else None


def owe_again(db: Session, news: News, delivery_id: int | None, not_before: datetime, reason: str) -> int | None:
    """Owe a message once more that Twilio took and then could not deliver; its id, or None if it was not so."""
    noted = db.execute(
        update(Delivery)
        .where(
            about(delivery_id, news.message_sid),
            Delivery.status.in_(below("failed")),
            or_(Delivery.status != "owed", Delivery.tried_at.is_not(None)),
        )
        .values(
            status="owed",
            message_sid=news.message_sid,
            error_code=news.error_code,
            reason=reason,
            not_before=not_before,
            tried_at=None,
            lease_until=None,
            lease_token=None,
        )
        .returning(Delivery.id)
    ).scalar()
    return int(noted) if noted is not None else None
