"""Replays messages that did not come by the webhook: those that the fallback kept, and those found at Twilio.

The fallback door keeps what the main door could not take; the clock compares Twilio's own list with what
was taken and keeps what never came. Both wait in `inbound_messages` until their answer is on its way.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol, cast

import structlog
from redis import Redis
from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from bot import timeouts
from bot.conversation import replay_locks
from bot.conversation.dialogue import Dialogue
from bot.conversation.look import identity_of
from bot.conversation.replay_locks import SHARD_COUNT, SentMessage
from bot.conversation.store import ConversationStore
from bot.database import Database
from bot.domain import people
from bot.domain.models import InboundMessage, TurnRecord
from bot.domain.upserts import insert
from bot.errors import SendFailed
from bot.inbound import Inbound
from bot.timeouts import REPLAY_RUN_LIMIT_SECONDS

log = structlog.get_logger(__name__)

SETTLING_TIME = timeouts.SETTLING_TIME
BATCH_SIZE = 500
MAX_CONCURRENT_PEOPLE = 8
"""People whose messages one process takes at the same time: most of a turn is waiting for the database."""
SHARDING_THRESHOLD = 500
"""Where more messages wait, the workers share them: each run takes one share of the people."""
COMPARE_OVERLAP = timedelta(minutes=5)
"""How much of what was compared is compared again: Twilio's list may show a message a little late."""
FIRST_SPAN = timedelta(minutes=2)
"""How much of Twilio's list one run compares and then notes, so that no run has to go through a long outage at once."""
PAGE_SIZE = 1000
"""Where fewer messages were listed, as many as one page has, twice as much is compared next."""
MAX_MESSAGE_AGE = timedelta(hours=24)
"""Older messages are not taken in: WhatsApp's window for an answer is closed (docs/field-notes.md#limits)."""
COMPARED_UNTIL_KEY = "belated:compared"
"""The Redis key of the moment (Unix seconds) up to which Twilio's list has been compared."""
LOCK_PREFIX = "belated:replaying"
"""The beginning of the names of the locks of those who replay."""


class InboundList(Protocol):
    """Lists the messages that Twilio received."""

    def received(self, since: datetime, until: datetime | None = None) -> Iterator[SentMessage]:
        """Every message to us that Twilio got between these moments, with its moment. Raises SendFailed."""


@dataclass(frozen=True, slots=True)
class MessageReplay:
    """Keeps what comes by a side door, and has it taken."""

    database: Database
    redis: "Redis" = field(repr=False)
    conversations: ConversationStore = field(repr=False)
    dialogue: Dialogue = field(repr=False)
    twilio: InboundList = field(repr=False)
    now: Callable[[], datetime]

    def store(self, inbound: Inbound) -> str | None:
        """Keep a message that Twilio brought to the fallback door, once; the language to answer in.

        Needs the database and nothing else. None: no language is known.
        """
        now = self.now()
        with self.database.write() as db:
            known = people.find(db, **identity_of(inbound)._asdict())
            _insert_missing(db, [(inbound, now)], "fallback", now, known.language if known else None)
            kept = db.get_one(InboundMessage, inbound.sid)
            return kept.language

    def replay(self) -> int:
        """Take what waits, each person's messages in the order in which they came to Twilio; how many.

        Run by the clock. Several may run at once, each for other people. What the main door took after
        all is not taken again, but its answer sent: Twilio went to the fallback, so nobody heard it.
        """
        people = self._waiting_by_person()
        if not people:
            return 0
        waiting = Counter(replay_locks.shard_of(person) for person, messages in people.items() for _ in messages)
        # SQLite has one writer at a time: several processes would only wait for one another.
        together = waiting.total() >= SHARDING_THRESHOLD and not self.database.is_sqlite
        most = 1 if together else SHARD_COUNT
        with replay_locks.hold_shards(
            self.redis, LOCK_PREFIX, [share for share, _ in waiting.most_common()], most
        ) as mine:
            taken = self._replay_all(mine)
        log.info("messages_replayed", messages=taken)
        return taken

    def store_missed(self) -> int:
        """Keep every message that Twilio lists and that never reached us; how many. Run by the clock.

        The first run only notes where to begin: what a sender got before it was ours is not ours.
        """
        until, end, missed = self.now() - SETTLING_TIME, monotonic() + REPLAY_RUN_LIMIT_SECONDS, 0
        compared = self._compared_until()
        if compared is None:
            self._set_compared_until(until)
            return 0
        since, span = max(compared - COMPARE_OVERLAP, until - MAX_MESSAGE_AGE), FIRST_SPAN
        try:
            while since < until and monotonic() < end:
                upto = min(max(since, compared) + span, until)
                listed = list(self.twilio.received(since, upto))
                missed += self._store_missed(listed)
                self._set_compared_until(upto)
                since, span = upto, span * 2 if len(listed) < PAGE_SIZE else FIRST_SPAN
        except SendFailed as problem:
            log.warning("inbound_list_not_had", problem=str(problem))
        return missed

    def _store_missed(self, listed: Sequence[SentMessage]) -> int:
        """Keep what Twilio lists and nobody took; how many."""
        missed = [sent_message for some in _batches(listed) for sent_message in self._not_received(some)]
        if missed:
            self.database.do(_insert_missing, missed, "missed", self.now(), None)
            log.warning("missed_messages_found", messages=len(missed), sids=[inbound.sid for inbound, _ in missed[:20]])
        return len(missed)

    def _waiting(self, limit: int) -> list[SentMessage]:
        with self.database.read() as db:
            rows = db.scalars(_WAITING.limit(limit)).all()
        return [(Inbound.from_json(row.message), row.sent_at) for row in rows]

    def _date_fallback_messages(self, before: datetime) -> None:
        """Date what came by the fallback door until then: Twilio's tries may have turned the order of arrival round."""
        undated = _WAITING.where(
            InboundMessage.source == "fallback",
            InboundMessage.sent_at == InboundMessage.received_at,
            InboundMessage.sent_at <= before,
        )
        with self.database.read() as db:
            rows = {row.message_sid: row.received_at for row in db.scalars(undated)}
        if not rows:
            return
        span = (min(rows.values()) - SETTLING_TIME, max(rows.values()))
        try:
            sent = {inbound.sid: moment for inbound, moment in self.twilio.received(*span)}
        except SendFailed as problem:
            log.warning("inbound_list_not_had", problem=str(problem))
            return
        dated = [{"sid": sid, "sent": min(sent[sid], rows[sid])} for sid in rows.keys() & sent.keys()]
        if dated:
            with self.database.write() as db:
                db.execute(_SET_SENT_AT, dated)

    def _replay_all(self, shards: replay_locks.ShardLocks) -> int:
        """Take the messages of these shares' people, as long as there are any and this run may last; how many."""
        end, taken = monotonic() + REPLAY_RUN_LIMIT_SECONDS, 0
        with ThreadPoolExecutor(MAX_CONCURRENT_PEOPLE, thread_name_prefix="replay") as pool:
            while shards.locks and monotonic() < end and not shards.lost.is_set():
                people = [messages for person, messages in self._waiting_by_person().items() if shards.covers(person)]
                running = [pool.submit(self._replay_person, messages, end, shards) for messages in people]
                shards.renew_until(running)
                some = sum(future.result() for future in running)
                taken += some
                if not some:
                    break
        return taken

    def _waiting_by_person(self) -> dict[str, list[SentMessage]]:
        """The oldest messages that wait, person by person."""
        waiting = self._waiting(10 * BATCH_SIZE)
        if not waiting:
            return {}
        self._date_fallback_messages(waiting[-1][1] + SETTLING_TIME)
        waiting = self._waiting(10 * BATCH_SIZE)
        owners = self.conversations.owners({name for inbound, _ in waiting for name in inbound.addresses})
        return replay_locks.by_person(waiting, owners)

    def _replay_person(self, messages: Sequence[SentMessage], end: float, shards: replay_locks.ShardLocks) -> int:
        """Take one person's messages; how many."""
        done = []
        try:
            for inbound, sent_at in messages:
                if monotonic() > end or shards.lost.is_set():
                    break
                if self.dialogue.handle_found(inbound, sent_at):
                    done.append(inbound.sid)
        finally:
            if done:
                with self.database.write() as db:
                    row = update(InboundMessage).where(InboundMessage.message_sid.in_(done))
                    db.execute(row.values(taken_at=self.now()))
        return len(done)

    def _not_received(self, listed: Sequence[SentMessage]) -> list[SentMessage]:
        """The messages that neither the conversation store nor the database has seen."""
        heard = self.conversations.known_sids([inbound.sid for inbound, _ in listed])
        left = [sent_message for sent_message, known in zip(listed, heard, strict=True) if not known]
        sids = [inbound.sid for inbound, _ in left]
        with self.database.read() as db:
            kept = set(db.scalars(select(TurnRecord.message_sid).where(TurnRecord.message_sid.in_(sids))))
            kept |= set(db.scalars(select(InboundMessage.message_sid).where(InboundMessage.message_sid.in_(sids))))
        return [sent_message for sent_message in left if sent_message[0].sid not in kept]

    def _compared_until(self) -> datetime | None:
        mark = cast("bytes | None", self.redis.get(COMPARED_UNTIL_KEY))
        return datetime.fromtimestamp(float(mark), self.now().tzinfo) if mark else None

    def _set_compared_until(self, until: datetime) -> None:
        self.redis.set(COMPARED_UNTIL_KEY, until.timestamp())


_WAITING = (
    select(InboundMessage)
    .where(InboundMessage.taken_at.is_(None))
    .order_by(InboundMessage.sent_at, InboundMessage.received_at, InboundMessage.message_sid)
)


_ROWS = cast("Table", InboundMessage.__table__)
_SET_SENT_AT = update(_ROWS).where(_ROWS.c.message_sid == bindparam("sid")).values(sent_at=bindparam("sent"))


def _insert_missing(
    db: Session, messages: Iterable[SentMessage], source: str, now: datetime, language: str | None
) -> None:
    """Write a row for each that has none."""
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
    db.execute(insert(db, InboundMessage).on_conflict_do_nothing(index_elements=["message_sid"]), rows)


def _batches(listed: Sequence[SentMessage]) -> Iterator[Sequence[SentMessage]]:
    return (listed[start : start + BATCH_SIZE] for start in range(0, len(listed), BATCH_SIZE))
