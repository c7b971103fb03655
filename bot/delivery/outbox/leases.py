"""Leases on deliveries: a worker holds a row while it sends it, and then notes the outcome by one UPDATE.

Order: within one lane words leave in order of id. An image waits for all that is before it, so that
the answer which names a pass comes before its picture; words do not wait for images, which are slow
to send and answer no question. Nothing waits for a message to many, which may be paused or wait for its
reader's next message.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Table, and_, bindparam, case, exists, or_, select, tuple_, update
from sqlalchemy.orm import Session

from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox import session_window
from bot.delivery.outbox.enqueue import ANSWER_KINDS, BULK
from bot.delivery.outbox.queues import QueuedDelivery
from bot.domain.models import Delivery

LEASE_TTL = timedelta(seconds=90)
"""How long a worker holds a row: longer than a job may take (bot.delivery.outbox.queues.JOB_TIMEOUT_SECONDS). Then
another worker may take it."""
LOOKUP_DELAY = timedelta(seconds=30)
"""Twilio's list may not show a message at once: before this the look-up would prove nothing."""


ROWS = cast("Table", Delivery.__table__)
"""The table itself: these statements run once or more for each message, so they are built once."""
_NOW = bindparam("at", type_=ROWS.c.not_before.type)


def _nothing_before() -> ColumnElement[bool]:
    earlier = ROWS.alias()
    holds_back = or_(earlier.c.kind != "pass", ROWS.c.kind == "pass")
    return ~exists().where(
        earlier.c.lane == ROWS.c.lane,
        earlier.c.id < ROWS.c.id,
        earlier.c.status == "owed",
        earlier.c.priority < BULK,
        holds_back,
    ).correlate(ROWS)


def _due() -> ColumnElement[bool]:
    free = or_(ROWS.c.lease_until.is_(None), ROWS.c.lease_until <= _NOW)
    return and_(ROWS.c.status == "owed", ROWS.c.not_before <= _NOW, free)


_CLAIM = (
    update(ROWS)
    .where(ROWS.c.id == bindparam("row"), _due(), _nothing_before())
    .values(lease_until=bindparam("until"), lease_token=bindparam("holder"), attempts=ROWS.c.attempts + 1)
)
_LEASED = and_(ROWS.c.id == bindparam("row"), ROWS.c.lease_token == bindparam("holder"))
_BEGIN = update(ROWS).where(_LEASED, ROWS.c.status == "owed").values(tried_at=_NOW, lease_until=bindparam("until"))
_STILL_OWED = ROWS.c.status == "owed"
_SENT = (
    update(ROWS)
    .where(_LEASED)
    .values(
        message_sid=bindparam("sid"),
        status=case((_STILL_OWED, bindparam("state")), else_=ROWS.c.status),
        sent_at=case((ROWS.c.sent_at.is_(None), _NOW), else_=ROWS.c.sent_at),
        error_code=case((_STILL_OWED, None), else_=ROWS.c.error_code),
        reason=case((_STILL_OWED, None), else_=ROWS.c.reason),
        tried_at=None,
        lease_token=None,
        lease_until=None,
    )
)
_WAITING = select(ROWS.c.id, ROWS.c.priority, ROWS.c.attempts, ROWS.c.not_before).where(_due(), _nothing_before())
_OLDEST = (
    select(ROWS.c.not_before)
    .where(_due(), ROWS.c.priority < bindparam("above"), _nothing_before())
    .order_by(ROWS.c.not_before)
    .limit(1)
)
_NEXT = _WAITING.where(ROWS.c.lane == bindparam("lane")).order_by(ROWS.c.priority, ROWS.c.id).limit(2)


def claim(db: Session, delivery_id: int, token: str, now: datetime) -> Delivery | None:
    """The row, now leased under this token; None where it is not due, held, done, or not yet its turn."""
    taken = db.execute(_CLAIM, {"row": delivery_id, "holder": token, "at": now, "until": now + LEASE_TTL})
    if not _changed(taken):
        return None
    return db.get_one(Delivery, delivery_id, populate_existing=True)


def begin_try(db: Session, delivery_id: int, token: str, now: datetime) -> bool:
    """Note that a call to Twilio begins; False where the lease has been lost meanwhile."""
    begun = _changed(db.execute(_BEGIN, {"row": delivery_id, "holder": token, "at": now, "until": now + LEASE_TTL}))
    if begun:
        delivery_history.record(db, delivery_id, delivery_history.TRIED, now)
    return begun


def mark_sent(
    db: Session, delivery_id: int, token: str, message_sid: str, now: datetime, status: str = "queued"
) -> bool:
    """Note the SID that Twilio gave; a status that a callback brought first stays."""
    values = {"row": delivery_id, "holder": token, "at": now, "sid": message_sid, "state": status}
    noted = _changed(db.execute(_SENT, values))
    if noted:
        delivery_history.record(db, delivery_id, delivery_history.ACCEPTED, now, message_sid=message_sid)
    return noted


def defer(db: Session, delivery_id: int, token: str, not_before: datetime, *, at: datetime, **notes: Any) -> bool:
    """Give the row back, to be looked at again at `not_before`; `notes` are columns (`tried_at`, `reason`…).

    Without a `reason` it has only given way to others, which is not worth telling.
    """
    let_go = _release(db, delivery_id, token, {"not_before": not_before, **notes}, Delivery.status == "owed")
    if let_go and notes.get("reason"):
        more = {name: notes.get(name) for name in ("reason", "error_code")}
        delivery_history.record(db, delivery_id, delivery_history.DEFERRED, at, until=not_before, **more)
    return let_go


def wait_for_window(
    db: Session, row: Delivery, token: str, now: datetime, code: int | None = None, *, immediately: bool = False
) -> bool:
    """Give the row back until its reader writes again; it looks for itself now and then.

    `immediately`: an approved template may carry it, so that it is looked at right away.

    An answer goes stale, for after hours nobody knows to what; anything else is worth waiting for. A broadcast says
    itself how long, and does not look: a million looks an hour would be too many.
    """
    stale = row.kind in ANSWER_KINDS or row.broadcast_id is not None
    give_up_at = row.give_up_at if stale else max(row.give_up_at, row.created_at + session_window.MAX_WINDOW_WAIT)
    look_at = give_up_at if row.broadcast_id is not None else now + session_window.RECHECK_INTERVAL
    later = now if immediately else min(look_at, give_up_at)
    notes = {"reason": session_window.WINDOW_CLOSED, "error_code": code, "tried_at": None, "give_up_at": give_up_at}
    return defer(db, row.id, token, later, at=now, attempts=row.attempts - 1, **notes)


def open_window(db: Session, address: str, now: datetime) -> bool:
    """Make due what waited until somebody wrote from this address; whether anything did."""
    waiting = (ROWS.c.lane == address, ROWS.c.status == "owed", ROWS.c.reason == session_window.WINDOW_CLOSED)
    return _changed(db.execute(update(ROWS).where(*waiting).values(not_before=now)))


def end(db: Session, delivery_id: int, token: str, status: str, *, at: datetime, **notes: Any) -> bool:
    """Give the row back for good: `failed` or `canceled`, with its `reason`."""
    ended = _release(db, delivery_id, token, {"status": status, **notes}, Delivery.status == "owed")
    if ended:
        delivery_history.record(
            db, delivery_id, status, at, reason=notes.get("reason"), error_code=notes.get("error_code")
        )
    return ended


def _release(db: Session, delivery_id: int, token: str, values: dict[str, Any], *unless: ColumnElement[bool]) -> bool:
    held = and_(Delivery.id == delivery_id, Delivery.lease_token == token, *unless)
    free = {"lease_token": None, "lease_until": None}
    return _changed(db.execute(update(Delivery).where(held).values({**values, **free})))


def _changed(result: Any) -> bool:
    return bool(result.rowcount)


def next_deliveries(db: Session, address: str, now: datetime) -> list[QueuedDelivery]:
    """The deliveries to this address that may leave now: its first text and its first picture."""
    found = db.execute(_NEXT, {"lane": address, "at": now})
    return [(row.id, row.priority, row.attempts) for row in found]


def oldest_due(db: Session, now: datetime, above: int) -> datetime | None:
    """Since when the message has been due that has waited longest of those that could leave; None: none waits.

    Only those more urgent than `above`, a priority of bot.delivery.outbox.enqueue. One that is being sent
    waits no more.
    """
    return db.scalar(_OLDEST, {"at": now, "above": above})


def due(
    db: Session, now: datetime, after: tuple[datetime, int] | None, limit: int
) -> Sequence[Row[int, int, int, datetime]]:
    """The next `limit` rows that should be on their way, by `not_before`; `after` is where the last batch ended.

    Each has `id`, `priority`, `attempts` and `not_before`.
    """
    rows = _WAITING
    if after:
        rows = rows.where(tuple_(ROWS.c.not_before, ROWS.c.id) > tuple_(*after))
    return db.execute(rows.order_by(ROWS.c.not_before, ROWS.c.id).limit(limit), {"at": now}).all()
