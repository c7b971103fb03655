"""Lists of deliveries for admins, and the retry of failed ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox import senders
from bot.delivery.outbox.statuses import FAILED_STATUSES
from bot.domain.models import Delivery, DeliveryEvent, Event, Pass
from bot.errors import Refused, required
from bot.settings import Settings
from bot.timeouts import DELIVERY_TTL
from flows.understanding import codes


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery and, where it is about a pass, the pass's code and the event's time zone."""

    delivery: Delivery
    code: str | None
    timezone: str | None


def list_deliveries(
    db: Session,
    *,
    failed: bool = False,
    status: str | None = None,
    reason: str | None = None,
    event_slug: str | None = None,
    limit: int = 100,
) -> list[DeliveryLine]:
    """The newest deliveries first, at most so many; all, or those that failed or have this status or reason."""
    wanted = _with_pass().order_by(Delivery.id.desc()).limit(limit)
    if status is not None:
        wanted = wanted.where(Delivery.status == status)
    if reason is not None:
        wanted = wanted.where(Delivery.reason == reason)
    if failed:
        wanted = wanted.where(Delivery.status.in_(FAILED_STATUSES))
    if event_slug is not None:
        wanted = wanted.where(Event.slug == event_slug)
    return [DeliveryLine(*row) for row in db.execute(wanted)]


def delivery_with_history(db: Session, delivery_id: int) -> tuple[DeliveryLine, list[DeliveryEvent]]:
    """A delivery and what happened to it, from the beginning. Raises Refused `no_such_delivery`."""
    found = required(
        db.execute(_with_pass().where(Delivery.id == delivery_id)).first(),
        Refused("no_such_delivery", id=str(delivery_id)),
    )
    return DeliveryLine(*found), delivery_history.history(db, delivery_id)


def deliveries_of_pass(db: Session, pass_id: int) -> list[DeliveryLine]:
    """The deliveries of one pass, the oldest first."""
    return [
        DeliveryLine(*row) for row in db.execute(_with_pass().where(Delivery.pass_id == pass_id).order_by(Delivery.id))
    ]


def deliveries_of_person(db: Session, contacts: Iterable[int], passes: Iterable[int]) -> list[DeliveryLine]:
    """The deliveries to somebody, and of these passes whoever got them, the oldest first."""
    theirs = or_(Delivery.contact_id.in_(list(contacts)), Delivery.pass_id.in_(list(passes)))
    return [DeliveryLine(*found) for found in db.execute(_with_pass().where(theirs).order_by(Delivery.id))]


def to_row(line: DeliveryLine, zone: ZoneInfo | None = None) -> dict[str, Any]:
    """A delivery in a list; of the address only the end, so that a person can be told from another.

    Its moments in this zone, else in its event's.
    """
    delivery, code = line.delivery, line.code
    local = zone or ZoneInfo(line.timezone or "UTC")
    return {
        "id": delivery.id,
        "kind": delivery.kind,
        "status": delivery.status,
        "error_code": delivery.error_code,
        "reason": delivery.reason,
        "attempts": delivery.attempts,
        "pass": code and codes.shown(code),
        "to": f"…{delivery.lane[-4:]}",
        "owed_at": delivery.created_at.astimezone(local),
        "next_try": delivery.not_before.astimezone(local) if delivery.status == "owed" else None,
        "sent_at": delivery.sent_at and delivery.sent_at.astimezone(local),
    }


def zone_of(db: Session, lines: Iterable[DeliveryLine]) -> ZoneInfo:
    """The time zone of a listing: that of its events, else of all events; UTC where they differ."""
    zones = {line.timezone for line in lines if line.timezone} or set(db.scalars(select(Event.timezone).distinct()))
    return ZoneInfo(zones.pop() if len(zones) == 1 else "UTC")


def _with_pass() -> Select[Delivery, str, str]:
    joined = select(Delivery, Pass.code, Event.timezone).select_from(Delivery)
    return joined.outerjoin(Pass, Delivery.pass_id == Pass.id).outerjoin(Event, Pass.event_id == Event.id)


def retry(db: Session, delivery_id: int, now: datetime) -> None:
    """Enqueue a failed delivery again, with the time of a new one; the sweep sends it within seconds.

    Raises Refused `no_such_delivery`, `delivery_not_failed`, and `otp_not_repeated`: whoever asked for
    a code has long asked for another, and a pass that is no longer valid is cancelled when it is sent.
    """
    if _enqueue_again(db, Delivery.id == delivery_id, now):
        return
    found = required(
        db.get(Delivery, delivery_id, populate_existing=True), Refused("no_such_delivery", id=str(delivery_id))
    )
    if found.kind == "otp":
        raise Refused("otp_not_repeated", id=str(delivery_id))
    raise Refused("delivery_not_failed", id=str(delivery_id), status=found.status)


def retry_each(db: Session, delivery_ids: Iterable[int], now: datetime) -> tuple[int, list[Refused]]:
    """Enqueue each of these again that can be: how many were, and why the others were not (as `retry` says)."""
    refused: list[Refused] = []
    done = 0
    for delivery_id in dict.fromkeys(delivery_ids):
        try:
            retry(db, delivery_id, now)
            done += 1
        except Refused as refusal:
            refused.append(refusal)
    return done, refused


def retriable(db: Session) -> int:
    """How many deliveries `retry_failed` would enqueue again now."""
    return db.scalar(select(func.count()).select_from(Delivery).where(_retriable())) or 0


def retry_failed(db: Session, now: datetime) -> int:
    """Enqueue again all that failed and can be repeated; how many. What has changed meanwhile stays as it is."""
    return _enqueue_again(db, _retriable(), now)


def _retriable() -> ColumnElement[bool]:
    return and_(Delivery.status.in_(FAILED_STATUSES), Delivery.kind != "otp")


def _enqueue_again(db: Session, which: ColumnElement[bool], now: datetime) -> int:
    owed = db.execute(
        update(Delivery)
        .where(which, _retriable())
        .values(
            status="owed",
            attempts=0,
            not_before=now,
            give_up_at=now + DELIVERY_TTL,
            lease_until=None,
            lease_token=None,
            tried_at=None,
            message_sid=None,
            error_code=None,
            reason=None,
            told_at=None,
        )
        .returning(Delivery.id)
    )
    ids = [row.id for row in owed]
    delivery_history.record_all(db, ids, delivery_history.ENQUEUED_AGAIN, now)
    return len(ids)


def resume(db: Session, settings: Settings, sender: str, now: datetime) -> int:
    """Make due what waits because this sender was slowed or paused; how many messages."""
    from bot.delivery.outbox import rate_limit  # imports Redis, which a look at deliveries does not need

    waiting = select(Delivery).where(
        Delivery.status == "owed", Delivery.reason.in_((rate_limit.SENDER_PAUSED, rate_limit.SENDER_SLOWED))
    )
    ids = [row.id for row in db.scalars(waiting) if senders.sender_of(row, settings) == sender]
    db.execute(update(Delivery).where(Delivery.id.in_(ids)).values(not_before=now))
    return len(ids)
