"""Deliveries beside Twilio's own list of what it was given."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.carriers import StatusUpdate
from bot.delivery.dispatch import failures
from bot.delivery.outbox import statuses
from bot.domain.models import Delivery
from bot.ops.reconcile.difference import Difference

MARGIN = timedelta(seconds=60)
"""How far Twilio's clock may be from ours."""
BATCH_SIZE = 1000
MAX_NAMED = 20
"""So many unknown messages are named, the others counted."""


class SentList(Protocol):
    """Twilio's list of what was sent: see bot.delivery.twilio.messages.Twilio."""

    def sent(self, since: datetime) -> Iterable[tuple[StatusUpdate, datetime]]:
        """Every message that the API sent since then. Raises SendFailed."""


Listed = Mapping[str, tuple[StatusUpdate, datetime]]
"""Twilio's list by SID: each message's status, and when it was sent."""


def listed(twilio: SentList, since: datetime) -> Listed:
    """Twilio's list. Raises SendFailed; no database session may be open."""
    return {update.message_sid: (update, at) for update, at in twilio.sent(since - MARGIN)}


def differences(db: Session, listed: Listed, since: datetime, now: datetime, *, repair: bool) -> Iterator[Difference]:
    """What Twilio knows better."""
    columns = select(Delivery.id, Delivery.message_sid, Delivery.status).where(Delivery.message_sid.is_not(None))
    ours = {
        row.message_sid: row
        for sids in _batches(sorted(listed))
        for row in db.execute(columns.where(Delivery.message_sid.in_(sids)))
    }
    for sid, row in ours.items():
        update = listed[str(sid)][0]
        if statuses.RANKS.get(update.status, 0) > statuses.RANKS.get(row.status, 0):
            mended = repair and failures.record_status(db, update, row.id, now) is not None
            said = f"is {row.status} here and {update.status} at Twilio"
            yield Difference("status_behind", f"delivery {row.id}", said, mended)
    yield from _unknown(sorted((at, sid) for sid, (_, at) in listed.items() if sid not in ours))
    owed = select(Delivery.id, Delivery.kind).where(Delivery.status == "owed", Delivery.tried_at.is_not(None))
    for waiting in db.execute(owed.order_by(Delivery.id)):
        said = "may have left: it is looked up in Twilio's list before it leaves"
        yield Difference("outcome_unknown", f"delivery {waiting.id} ({waiting.kind})", said, mended=True)


def _batches(sids: list[str]) -> Iterator[list[str]]:
    """A database takes only so many values in one statement."""
    return (sids[start : start + BATCH_SIZE] for start in range(0, len(sids), BATCH_SIZE))


def _unknown(sent: list[tuple[datetime, str]]) -> Iterator[Difference]:
    """Messages that nobody here knows of: sent after a backup, from rows that are lost."""
    for at, sid in sent[:MAX_NAMED]:
        said = f"was sent at {at:%Y-%m-%d %H:%M:%S} UTC, and nothing here knows of it"
        yield Difference("unknown_message", f"message {sid}", said)
    if len(sent) > MAX_NAMED:
        yield Difference(
            "unknown_message", f"{len(sent) - MAX_NAMED} more messages", "were sent, and nothing here knows"
        )
