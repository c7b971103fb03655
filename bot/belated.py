"""Messages that came by a side door: kept in the database, taken when the conversation store answers.

The fallback door keeps what the main door could not take; the clock compares Twilio's own list with what
was taken and keeps what never came. Both wait in `inbound_messages` until their answer is on its way.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol, cast

import structlog
from redis import Redis
from redis.exceptions import LockError
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.conversations import Conversations
from bot.database import Database
from bot.dialogue import Dialogue
from bot.domain import people
from bot.domain.models import InboundMessage, TurnRecord
from bot.errors import SendFailed
from bot.facts import who
from bot.inbound import Inbound
from flows import phrases
from flows.marks import for_anybody
from flows.texts import render

log = structlog.get_logger(__name__)

ONE_RUN = 45.0
"""Seconds after which a replay leaves the rest to the next: less than the clock lets a job run."""
ALONE = 15.0
"""Seconds for which a replay keeps others away; said again while it runs, so that a killed one blocks no longer."""
BATCH = 500
SETTLED = timedelta(minutes=2)
"""Younger messages may still be on their way: Twilio tries a door four times, 15 s each, then the fallback."""
OVERLAP = timedelta(minutes=5)
"""How much of what was compared is compared again: Twilio's list may show a message a little late."""
LONGEST = timedelta(hours=24)
"""Older messages are not taken in: WhatsApp's window for an answer is closed (field notes, 1.7)."""
COMPARED = "belated:compared"
"""The Redis key of the moment (Unix seconds) up to which Twilio's list has been compared."""
REPLAYING = "belated:replaying"

Listed = tuple[Inbound, datetime]


class Listing(Protocol):
    """Whoever knows what Twilio received."""

    def received(self, since: datetime) -> Iterator[Listed]:
        """Every message to us that Twilio got since then, with the moment. Raises SendFailed."""


def promise(language: str | None) -> str:
    """What the fallback door answers: that the reply will come. In every language where none is known."""
    return render(phrases.KEPT if language else for_anybody(phrases.KEPT), language or "en")


@dataclass(frozen=True, slots=True)
class Belated:
    """Keeps what comes by a side door, and has it taken."""

    database: Database
    redis: "Redis" = field(repr=False)
    conversations: Conversations = field(repr=False)
    dialogue: Dialogue = field(repr=False)
    twilio: Listing = field(repr=False)
    now: Callable[[], datetime]

    def keep(self, inbound: Inbound) -> str | None:
        """Keep a message that Twilio brought to the fallback door, once; the language to answer in.

        Needs the database and nothing else. None: no language is known.
        """
        now = self.now()
        with self.database.write() as db:
            phone, user = who(inbound)
            known = people.find(db, phone=phone, user=user)
            _keep(db, [(inbound, now)], "fallback", now, known.language if known else None)
            kept = db.get_one(InboundMessage, inbound.sid)
            return kept.language

    def replay(self) -> int:
        """Take what waits, in the order in which it came to Twilio; how many. Run by the clock.

        What the main door took after all is not taken again, but its answer sent: Twilio went to the
        fallback, so nobody heard it.
        """
        lock = self.redis.lock(REPLAYING, timeout=ALONE)
        if not self._anything_waits() or not lock.acquire(blocking=False):
            return 0
        try:
            self._ask_when_sent()
            return self._take(self._waiting(), lock.reacquire)
        except LockError:  # another has begun meanwhile; twice would do no harm, once is enough
            return 0
        finally:
            with suppress(LockError):
                lock.release()

    def look_for_missed(self) -> int:
        """Keep every message that Twilio lists and that never reached us; how many. Run by the clock.

        The first run only notes where to begin: what a sender got before it was ours is not ours.
        """
        until = self.now() - SETTLED
        since = self._compared()
        if since is None:
            self._note_compared(until)
            return 0
        try:
            listed = [one for one in self.twilio.received(max(since - OVERLAP, until - LONGEST)) if one[1] <= until]
        except SendFailed as problem:
            log.warning("inbound_list_not_had", problem=str(problem))
            return 0
        missed = [one for some in _batches(listed) for one in self._unknown(some)]
        if missed:
            with self.database.write() as db:
                _keep(db, missed, "missed", self.now(), None)
            log.warning("missed_messages_found", messages=len(missed), sids=[inbound.sid for inbound, _ in missed[:20]])
        self._note_compared(until)
        return len(missed)

    def _anything_waits(self) -> bool:
        with self.database.read() as db:
            return db.scalar(_WAITING.limit(1)) is not None

    def _waiting(self) -> list[tuple[Inbound, datetime]]:
        with self.database.read() as db:
            rows = db.scalars(_WAITING.limit(10 * BATCH)).all()
        return [(Inbound.from_json(row.message), row.sent_at) for row in rows]

    def _ask_when_sent(self) -> None:
        """Date what came by the fallback door: Twilio's tries may have turned the order of arrival round."""
        undated = _WAITING.where(
            InboundMessage.source == "fallback", InboundMessage.sent_at == InboundMessage.received_at
        )
        with self.database.read() as db:
            rows = {row.message_sid: row.received_at for row in db.scalars(undated)}
        if not rows:
            return
        try:
            sent = {inbound.sid: moment for inbound, moment in self.twilio.received(min(rows.values()) - SETTLED)}
        except SendFailed as problem:
            log.warning("inbound_list_not_had", problem=str(problem))
            return
        with self.database.write() as db:
            for sid in rows.keys() & sent.keys():
                moment = min(sent[sid], rows[sid])
                db.execute(update(InboundMessage).where(InboundMessage.message_sid == sid).values(sent_at=moment))

    def _take(self, waiting: Iterable[Listed], go_on: Callable[[], object]) -> int:
        end = monotonic() + ONE_RUN
        said, taken = 0.0, 0
        for inbound, sent_at in waiting:
            if monotonic() > end:
                break
            if monotonic() > said + ALONE / 3:
                go_on()
                said = monotonic()
            if self.dialogue.hear_found(inbound, sent_at):
                self._note_taken(inbound.sid)
                taken += 1
        log.info("messages_replayed", messages=taken)
        return taken

    def _note_taken(self, sid: str) -> None:
        row = update(InboundMessage).where(InboundMessage.message_sid == sid)
        with self.database.write() as db:
            db.execute(row.values(taken_at=self.now()))

    def _unknown(self, listed: Sequence[Listed]) -> list[Listed]:
        """Those that neither the conversations nor the database have ever seen."""
        heard = self.conversations.known([inbound.sid for inbound, _ in listed])
        left = [one for one, known in zip(listed, heard, strict=True) if not known]
        sids = [inbound.sid for inbound, _ in left]
        with self.database.read() as db:
            kept = set(db.scalars(select(TurnRecord.message_sid).where(TurnRecord.message_sid.in_(sids))))
            kept |= set(db.scalars(select(InboundMessage.message_sid).where(InboundMessage.message_sid.in_(sids))))
        return [one for one in left if one[0].sid not in kept]

    def _compared(self) -> datetime | None:
        mark = cast("bytes | None", self.redis.get(COMPARED))
        return datetime.fromtimestamp(float(mark), self.now().tzinfo) if mark else None

    def _note_compared(self, until: datetime) -> None:
        self.redis.set(COMPARED, until.timestamp())


_WAITING = (
    select(InboundMessage)
    .where(InboundMessage.taken_at.is_(None))
    .order_by(InboundMessage.sent_at, InboundMessage.received_at, InboundMessage.message_sid)
)


def _keep(db: Session, messages: Iterable[Listed], source: str, now: datetime, language: str | None) -> None:
    """Write a row for each that has none."""
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    rows = [
        {
            "message_sid": inbound.sid,
            "message": inbound.to_json(),
            "source": source,
            "sent_at": sent_at,
            "received_at": now,
            "language": language,
        }
        for inbound, sent_at in messages
    ]
    db.execute(dialect.insert(InboundMessage).on_conflict_do_nothing(index_elements=["message_sid"]), rows)


def _batches(listed: Sequence[Listed]) -> Iterator[Sequence[Listed]]:
    return (listed[start : start + BATCH] for start in range(0, len(listed), BATCH))
