"""Running broadcasts: puts them into the outbox in slices, and handles pause, resume and cancel.

The outbox holds at most a minute of a broadcast ahead of the pace. So a pause or a cancellation has little to take
back, what somebody does meanwhile (`stop`, a cancelled pass) still counts, and the sweep, which looks at so many
due rows at a time, still finds everybody else's.

**Once to each person.** A slice and the cursor that has passed it are one transaction, which holds the broadcast's
row; and a message has the key `broadcast:<id>:<contact>`, so that even a cursor that was set back owes nobody a
second one. From there on it is one delivery, sent once (docs/adr/0003). Whoever is killed where, the clock goes on.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import func, or_, select, update

from bot.database import Database
from bot.delivery.campaigns import estimate, reminders
from bot.delivery.dispatch import Outbox
from bot.delivery.outbox import enqueue
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox.session_window import WINDOW_CLOSED, NearestWindow
from bot.delivery.templates import notices
from bot.domain import audit
from bot.domain.audit import recorder
from bot.domain.messaging import audience, broadcasts
from bot.domain.messaging.audience import RecipientPage, Selection
from bot.domain.models import Broadcast, Delivery, Event
from bot.settings import Settings
from bot.timeouts import BROADCAST_RUN_LIMIT_SECONDS

log = structlog.get_logger(__name__)

OUTBOX_AHEAD_SECONDS = 60
"""Seconds of sending that a broadcast may have in the outbox ahead of the rate limit."""
BATCH_SIZE = 1000
"""Messages ended in one transaction."""


@dataclass(frozen=True, slots=True)
class BroadcastSender:
    """Looks after broadcasts."""

    database: Database
    outbox: Outbox = field(repr=False)
    settings: Settings = field(repr=False)
    page_size: int = audience.PAGE_SIZE
    """Contacts looked at in one transaction."""

    @property
    def _ahead(self) -> int:
        return self.settings.twilio_mps * OUTBOX_AHEAD_SECONDS

    def run(self, now: datetime) -> None:
        """See to every broadcast that has not ended. Run by the clock, as often as it likes."""
        self._begin_reminders(now)
        end = monotonic() + BROADCAST_RUN_LIMIT_SECONDS
        for number in self._unfinished():
            status = self._status(number, now)
            if status == broadcasts.CANCELLED:
                self._clear(number, now)
            elif status == broadcasts.RUNNING:
                self._cancel_batch(number, now)
                self._fill(number, now, end)

    def _begin_reminders(self, now: datetime) -> None:
        with self.database.read() as db:
            asked_for = db.scalar(select(Event.id).where(Event.reminder_at.is_not(None)).limit(1))
        if asked_for is not None:
            self.database.do(reminders.begin_due, now)

    def _unfinished(self) -> list[int]:
        with self.database.read() as db:
            return list(db.scalars(select(Broadcast.id).where(Broadcast.ended_at.is_(None)).order_by(Broadcast.id)))

    def _status(self, number: int, now: datetime) -> str:
        """How a broadcast stands, once a reminder of what does not take place has been cancelled."""
        with self.database.read() as db:
            row = broadcasts.find(db, number)
            status, moot = row.status, row.status != broadcasts.CANCELLED and reminders.is_moot(row)
        if not moot:
            return status
        with (
            self.database.write() as db,
            recorder.audited(db, audit.BROADCAST_CANCELLED, now=now, actor=reminders.CLOCK_ACTOR),
        ):
            return broadcasts.cancel(db, number).status

    def _fill(self, number: int, now: datetime, end: float) -> None:
        """Put slices into the outbox until there is enough ahead or nobody is left."""
        room = self._ahead - self._unsent(number)
        while room > 0:
            made, goes_on = self._fill_batch(number, now)
            self.outbox.dispatch(made)
            room -= len(made)
            if not goes_on or monotonic() > end:
                break
        self._end(number, now)

    def _fill_batch(self, number: int, now: datetime) -> tuple[list[int], bool]:
        """The next page's messages, and whether there may be more."""
        with self.database.write() as db:
            row = broadcasts.find(db, number, lock=True)
            if row.status != broadcasts.RUNNING or row.filled_at is not None:
                return [], False
            wanted = Selection.from_json(row.selection)
            over = RecipientPage((), None)
            page = over if now >= row.until else audience.page(db, row.event, wanted, row.cursor, self.page_size)
            ways = estimate.ways(self.outbox.windows, page, estimate.senders(self.settings), now)
            messages = [self._message(row, person, way) for person, way in ways]
            made = enqueue.enqueue_many(db, messages, now=now, give_up_at=row.until)
            row.owed += len(made)
            row.skipped = dict(Counter(row.skipped) + estimate.skipped_people(page))
            row.cursor = page.cursor or row.cursor
            row.filled_at = now if page.cursor is None else None
            return made, page.cursor is not None

    def _message(self, row: Broadcast, person: audience.Recipient, window: NearestWindow) -> dict[str, Any]:
        language = notices.written_language(person.language)
        said = row.wording[language]
        return {
            "kind": "text",
            "key": f"broadcast:{row.id}:{person.contact}",
            "lane": window.address,
            "sender": window.sender if window.sender in self.settings.twilio_whatsapp_from else None,
            "priority": enqueue.BULK,
            "payload": {
                "body": said["body"],
                "language": language,
                "notice": {"purpose": row.purpose, "values": said["values"]},
            },
            "contact_id": person.contact,
            "broadcast_id": row.id,
        }

    def _unsent(self, number: int) -> int:
        """How many of its messages may leave now; not those that wait for their readers."""
        mine = (Delivery.broadcast_id == number, Delivery.status == "owed")
        may_leave = or_(Delivery.reason.is_(None), Delivery.reason != WINDOW_CLOSED)
        with self.database.read() as db:
            return db.scalar(select(func.count()).select_from(Delivery).where(*mine, may_leave)) or 0

    def _cancel_batch(self, number: int, now: datetime) -> None:
        """Make due what a pause had held back."""
        held = (Delivery.broadcast_id == number, Delivery.status == "owed", Delivery.reason == broadcasts.HELD_REASON)
        with self.database.write() as db:
            free = update(Delivery).where(*held).values(not_before=now, reason=None).returning(Delivery.id)
            let_go = db.scalars(free).all()
        self.outbox.dispatch(let_go)

    def _end(self, number: int, now: datetime) -> None:
        if self._unsent(number):
            return
        done = update(Broadcast).where(
            Broadcast.id == number, Broadcast.status == broadcasts.RUNNING, Broadcast.filled_at.is_not(None)
        )
        with self.database.write() as db:
            db.execute(done.values(status=broadcasts.DONE, ended_at=now))

    def _clear(self, number: int, now: datetime) -> None:
        """Cancel what is still owed, except where a call to Twilio is under way: that one ends by itself."""
        untried = (Delivery.broadcast_id == number, Delivery.status == "owed", Delivery.tried_at.is_(None))
        some = select(Delivery.id).where(*untried).limit(BATCH_SIZE)
        canceled = update(Delivery).where(Delivery.id.in_(some.scalar_subquery()), *untried)
        canceled = canceled.values(status="canceled", reason="broadcast_cancelled")
        ended: Sequence[int] = [0]
        while ended:
            with self.database.write() as db:
                ended = db.scalars(canceled.returning(Delivery.id)).all()
                delivery_history.record_all(db, ended, "canceled", now, reason="broadcast_cancelled")
        with self.database.write() as db:
            cleared = update(Broadcast).where(Broadcast.id == number, Broadcast.status == broadcasts.CANCELLED)
            db.execute(cleared.values(ended_at=now))
            log.info("broadcast_cancelled", broadcast=number)


def release_held(database: Database, number: int, now: datetime) -> int:
    """Let what waits for its readers be looked at once more, as a template may have been approved; how many.

    What no template carries waits on.
    """
    waits = (Delivery.broadcast_id == number, Delivery.status == "owed", Delivery.reason == WINDOW_CLOSED)
    still = (*waits, Delivery.not_before > now)
    some = select(Delivery.id).where(*still).limit(BATCH_SIZE).scalar_subquery()
    found, more = 0, BATCH_SIZE
    while more == BATCH_SIZE:
        with database.write() as db:
            due = update(Delivery).where(Delivery.id.in_(some), *still).values(not_before=now)
            more = len(db.scalars(due.returning(Delivery.id)).all())
        found += more
    return found
