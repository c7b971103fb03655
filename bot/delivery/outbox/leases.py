"""Leases on deliveries: a worker holds rows while it sends them, and then notes the outcomes.

A row is locked, looked at and leased in one transaction, and whoever else looks meanwhile passes it by.

Order: within one lane words leave in order of id. An image waits for all that is before it, so that
the answer which names a pass comes before its picture; words do not wait for images, which are slow
to send and answer no question. Nothing waits for a message to many, which may be paused or wait for its
reader's next message.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Row,
    Table,
    and_,
    bindparam,
    case,
    exists,
    literal_column,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from bot import timeouts
from bot.database import Database
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox import hold, session_window
from bot.delivery.outbox.enqueue import ANSWER_KINDS, BULK
from bot.domain.models import Delivery

LEASE_TTL, LOOKUP_DELAY = timeouts.DELIVERY_LEASE_TTL, timeouts.LOOKUP_DELAY
ROWS = cast("Table", Delivery.__table__)
"""The table itself: these statements run once or more for each message, so they are built once."""
_NOW = bindparam("at", type_=ROWS.c.not_before.type)


_OWED = ROWS.c.status == literal_column("'owed'")
"""Written out, not bound: so the database sees that the index of what is owed will do."""


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
    return and_(_OWED, ROWS.c.not_before <= _NOW, free, ~hold.IN_FORCE)


_LOCKED = select(Delivery).where(_due(), _nothing_before()).with_for_update(skip_locked=True)
_OF_PRIORITY = (
    _LOCKED.where(ROWS.c.priority == bindparam("priority"))
    .order_by(ROWS.c.not_before, ROWS.c.id)
    .limit(bindparam("most"))
)
_OF_NUMBER = _LOCKED.where(ROWS.c.id == bindparam("row"))
_LEASED = and_(ROWS.c.id == bindparam("row"), ROWS.c.lease_token == bindparam("holder"))
_THESE = ROWS.c.id.in_(bindparam("rows", expanding=True))
# A try of which nobody knows what came is looked up first; a code is never looked up but made anew.
_BEGINS = or_(ROWS.c.tried_at.is_(None), ROWS.c.kind == "otp")
_LEASE = (
    update(ROWS)
    .where(_THESE)
    .values(
        lease_until=bindparam("until"),
        lease_token=bindparam("holder"),
        attempts=ROWS.c.attempts + 1,
        tried_at=case((_BEGINS, _NOW), else_=ROWS.c.tried_at),
    )
)
_HOLDERS = select(ROWS.c.id, ROWS.c.lease_token).where(_THESE).order_by(ROWS.c.id).with_for_update()
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
_WAITING = select(ROWS.c.id, ROWS.c.priority, ROWS.c.not_before).where(_due(), _nothing_before())
_ANY_IN_LANES = _WAITING.where(ROWS.c.lane.in_(bindparam("lanes", expanding=True))).limit(1)
_OLDEST = (
    select(ROWS.c.not_before)
    .where(_due(), ROWS.c.priority < bindparam("above"), _nothing_before())
    .order_by(ROWS.c.not_before)
    .limit(1)
)
_SOONEST = select(ROWS.c.not_before).where(_OWED, ROWS.c.not_before > _NOW).order_by(ROWS.c.not_before).limit(1)


def lock_due(
    db: Session, priority: int, most: int, now: datetime, but: Iterable[ColumnElement[bool]] = ()
) -> list[Delivery]:
    """Rows of this priority that may leave now, so many at most, the longest due first; nobody else gets them
    until this transaction ends.

    `but`: conditions on rows that are left where they are.
    """
    wanted = _OF_PRIORITY
    for condition in but:
        wanted = wanted.where(not_(condition))
    return _detached(db, db.scalars(wanted, {"at": now, "priority": priority, "most": most}))


def lock_one(db: Session, delivery_id: int, now: datetime) -> list[Delivery]:
    """The row as `lock_due` gives it; none where it is not due, held, done, or not yet its turn."""
    return _detached(db, db.scalars(_OF_NUMBER, {"at": now, "row": delivery_id}))


def _detached(db: Session, found: Iterable[Delivery]) -> list[Delivery]:
    rows = list(found)
    for row in rows:
        db.expunge(row)
    return rows


def lease(db: Session, rows: Collection[Delivery], token: str, now: datetime) -> None:
    """Lease these rows, which are locked, and note that a call begins for each of which no try is unclear."""
    begun = [row.id for row in rows if row.tried_at is None or row.kind == "otp"]
    numbers = [row.id for row in rows]
    db.execute(_LEASE, {"rows": numbers, "holder": token, "at": now, "until": now + LEASE_TTL})
    delivery_history.record_all(db, begun, delivery_history.TRIED, now)
    for row in rows:
        row.attempts += 1


def held(db: Session, tokens: Mapping[int, str]) -> set[int]:
    """Which of these rows are still held under their tokens; they stay so until this transaction ends."""
    return {row.id for row in db.execute(_HOLDERS, {"rows": list(tokens)}) if row.lease_token == tokens[row.id]}


def mark_sent(db: Session, sent: Sequence[tuple[int, str, str, str]], now: datetime) -> None:
    """Note what Twilio has taken: id, token, SID and status of each, all of them held.

    A status that a callback brought first stays.
    """
    if not sent:
        return
    db.execute(
        _SENT,
        [{"row": row, "holder": token, "at": now, "sid": sid, "state": status} for row, token, sid, status in sent],
    )
    delivery_history.record_each(
        db,
        [{"delivery_id": row, "what": delivery_history.ACCEPTED, "message_sid": sid} for row, _, sid, _ in sent],
        now,
    )


def defer(
    db: Session, delivery_id: int, token: str | None, not_before: datetime, *, at: datetime, **notes: Any
) -> bool:
    """Give the row back, to be looked at again at `not_before`; `notes` are columns (`tried_at`, `reason`…).

    `token` None: it is locked and not leased yet. Without a `reason` it has only given way to others, which is not
    worth telling.
    """
    let_go = _release(db, delivery_id, token, {"not_before": not_before, **notes}, Delivery.status == "owed")
    if let_go and notes.get("reason"):
        more = {name: notes.get(name) for name in ("reason", "error_code")}
        delivery_history.record(db, delivery_id, delivery_history.DEFERRED, at, until=not_before, **more)
    return let_go


def wait_for_window(
    db: Session, row: Delivery, token: str | None, now: datetime, code: int | None = None, *, immediately: bool = False
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
    attempts = row.attempts - 1 if token else row.attempts
    return defer(db, row.id, token, later, at=now, attempts=attempts, **notes)


def open_window(db: Session, address: str, now: datetime) -> bool:
    """Make due what waited until somebody wrote from this address; whether anything did."""
    waiting = (ROWS.c.lane == address, ROWS.c.status == "owed", ROWS.c.reason == session_window.WINDOW_CLOSED)
    return _changed(db.execute(update(ROWS).where(*waiting).values(not_before=now)))


def end(db: Session, delivery_id: int, token: str | None, status: str, *, at: datetime, **notes: Any) -> bool:
    """Give the row back for good: `failed` or `canceled`, with its `reason`."""
    ended = _release(db, delivery_id, token, {"status": status, **notes}, Delivery.status == "owed")
    if ended:
        delivery_history.record(
            db, delivery_id, status, at, reason=notes.get("reason"), error_code=notes.get("error_code")
        )
    return ended


def _release(
    db: Session, delivery_id: int, token: str | None, values: dict[str, Any], *unless: ColumnElement[bool]
) -> bool:
    mine = and_(Delivery.id == delivery_id, *unless, *([Delivery.lease_token == token] if token else []))
    free = {"lease_token": None, "lease_until": None}
    return _changed(db.execute(update(Delivery).where(mine).values({**values, **free})))


def _changed(result: Any) -> bool:
    return bool(result.rowcount)


def waits_in(database: Database, lanes: Collection[str], now: datetime) -> bool:
    """Whether anything to one of these addresses may leave now. Asked in no transaction."""
    return bool(lanes) and bool(database.look(_ANY_IN_LANES, {"lanes": sorted(lanes), "at": now}))


def any_due(database: Database, now: datetime, but: Iterable[ColumnElement[bool]] = ()) -> bool:
    """Whether anything may leave now; `but` as in `lock_due`. Asked in no transaction."""
    wanted = _WAITING.limit(1)
    for condition in but:
        wanted = wanted.where(not_(condition))
    return bool(database.look(wanted, {"at": now}))


def next_moment(database: Database, now: datetime) -> datetime | None:
    """When something is next due that is not due yet; None: nothing will be. Asked in no transaction."""
    found = database.look(_SOONEST, {"at": now})
    return found[0].not_before if found else None


def oldest_due(db: Session, now: datetime, above: int) -> datetime | None:
    """Since when the message has been due that has waited longest of those that could leave; None: none waits.

    Only those more urgent than `above`, a priority of bot.delivery.outbox.enqueue. One that is being sent
    waits no more.
    """
    return db.scalar(_OLDEST, {"at": now, "above": above})


def due(db: Session, now: datetime, limit: int) -> Sequence[Row[int, int, datetime]]:
    """The first `limit` rows that should be on their way, by `not_before`: `id`, `priority` and `not_before`."""
    return db.execute(_WAITING.order_by(ROWS.c.not_before, ROWS.c.id).limit(limit), {"at": now}).all()
