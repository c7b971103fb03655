"""Broadcasts: begin, pause, resume, cancel, and how far each is.

Each act here only sets the status of a broadcast's row. The clock process does what follows from it
(bot.delivery.campaigns.broadcasts), and a message reads the status just before it leaves, so
that a pause holds at once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.events.rows import get_event
from bot.domain.messaging.audience import Selection
from bot.domain.models import Broadcast, Delivery, Event
from bot.domain.upserts import added
from bot.errors import Refused, required
from flows.shapes.figures import MessageCounts

RUNNING, PAUSED, CANCELLED, DONE = "running", "paused", "cancelled", "done"
HELD_REASON = "broadcast_paused"
"""The reason of a message that waits because its broadcast is paused."""
STATE_OF_STATUS: Mapping[str, str] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent", "handed_over"), "sent"),
    **dict.fromkeys(Delivery.FAILED_STATUSES, "failed"),
    **{"owed": "owed", "delivered": "delivered", "read": "read", "canceled": "cancelled"},
}
"""What a delivery's status counts as."""


@dataclass(frozen=True, slots=True)
class BroadcastCounts(MessageCounts):
    """Those of a broadcast; `waiting` are only those that wait until their readers write: outside the 24-hour window,
    without an approved template.
    """

    owed: int = 0
    """Messages in the outbox that may leave."""

    @property
    def gone(self) -> int:
        """Messages that have left."""
        return self.sent + self.delivered + self.read


def begin(
    db: Session,
    event: Event,
    *,
    purpose: str,
    wording: Mapping[str, Mapping[str, Any]],
    selection: Selection,
    expected: int,
    made_by: str,
    now: datetime,
    until: datetime,
    key: str | None = None,
) -> Broadcast:
    """A broadcast that runs from now on.

    `wording` has `body` and `values` by language. Raises Refused `nobody_meant` where `expected` is 0 and it
    has no `key`: a reminder may find nobody.
    """
    if not expected and not key:
        raise Refused("nobody_meant")
    return added(
        db,
        Broadcast(
            event_id=event.id,
            key=key,
            made_by=made_by,
            purpose=purpose,
            selection=selection.to_json(),
            wording={language: dict(said) for language, said in wording.items()},
            status=RUNNING,
            expected=expected,
            cursor=0,
            owed=0,
            skipped={},
            created_at=now,
            until=until,
        ),
    )


def pause(db: Session, number: int) -> Broadcast:
    """Let nothing more of it leave, except what Twilio is just being given.

    Raises Refused `no_such_broadcast` (`number`), `broadcast_ended` (`number`, `status`).
    """
    return _set_status(db, number, PAUSED, RUNNING)


def resume(db: Session, number: int, now: datetime) -> Broadcast:
    """Go on where it was paused; one that is done stays so.

    Raises what `pause` does; `broadcast_ended` also where it is too late for it.
    """
    row = find(db, number, lock=True)
    if now >= row.until:
        raise Refused("broadcast_ended", number=number, status="too late")
    return row if row.status == DONE else _set_status(db, number, RUNNING, PAUSED)


def cancel(db: Session, number: int) -> Broadcast:
    """End it for good; what waits for its readers' next message is cancelled too, also where all has left.

    Raises Refused `no_such_broadcast` (`number`).
    """
    row = find(db, number, lock=True)
    if row.status != CANCELLED:
        row.status, row.ended_at = CANCELLED, None
        db.flush()
    return row


def _set_status(db: Session, number: int, status: str, *former_statuses: str) -> Broadcast:
    """Setting a status that it has already does no harm."""
    row = find(db, number, lock=True)
    if row.status not in (status, *former_statuses):
        raise Refused("broadcast_ended", number=number, status=row.status)
    row.status = status
    db.flush()
    return row


def find(db: Session, number: int, *, lock: bool = False) -> Broadcast:
    """The broadcast of this number. Raises Refused `no_such_broadcast` (`number`)."""
    wanted = select(Broadcast).where(Broadcast.id == number)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return required(db.scalars(wanted).first(), Refused("no_such_broadcast", number=number))


def find_by_key(db: Session, key: str) -> int | None:
    """The number of what there is only one of; None where it has not been begun."""
    return db.scalar(select(Broadcast.id).where(Broadcast.key == key))


def list_broadcasts(db: Session, slug: str | None = None) -> list[Broadcast]:
    """All broadcasts, or those of one event, the newest first. Raises Refused `no_such_event`."""
    rows = select(Broadcast).order_by(Broadcast.id.desc())
    return list(db.scalars(rows.where(Broadcast.event_id == get_event(db, slug, lock=False).id) if slug else rows))


def status(db: Session, number: int) -> str:
    """How it stands now; empty where there is none."""
    return db.scalar(select(Broadcast.status).where(Broadcast.id == number)) or ""


def paused(db: Session, numbers: Collection[int]) -> set[int]:
    """Which of these are paused."""
    if not numbers:
        return set()
    return set(db.scalars(select(Broadcast.id).where(Broadcast.id.in_(numbers), Broadcast.status == PAUSED)))


def counts(db: Session, number: int) -> BroadcastCounts:
    """How its messages stand: one reading of an index, half a second for two million."""
    mine = Delivery.broadcast_id == number
    found: dict[str, int] = {}
    for state, messages in db.execute(select(Delivery.status, func.count()).where(mine).group_by(Delivery.status)):
        name = STATE_OF_STATUS.get(state, "sent")
        found[name] = found.get(name, 0) + messages
    waits = (mine, Delivery.status == Delivery.OWED, Delivery.reason == Delivery.WINDOW_CLOSED)
    waiting = db.scalar(select(func.count()).select_from(Delivery).where(*waits)) or 0
    return BroadcastCounts(**{**found, "owed": found.get("owed", 0) - waiting, "waiting": waiting})


def progress(row: Broadcast, messages: BroadcastCounts) -> dict[str, int]:
    """Its messages by status; `not_yet` are people who are not in the outbox yet."""
    return {
        "not_yet": _not_yet(row),
        "owed": messages.owed,
        "waiting_for_window": messages.waiting,
        "sent": messages.sent,
        "delivered": messages.delivered,
        "read": messages.read,
        "failed": messages.failed,
        "cancelled": messages.cancelled,
    }


def remaining(row: Broadcast, messages: BroadcastCounts) -> int:
    """How many messages are still to leave, without those that wait for their readers."""
    return messages.owed + _not_yet(row)


def _not_yet(row: Broadcast) -> int:
    return 0 if row.filled_at else max(row.expected - row.owed, 0)
