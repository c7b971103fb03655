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

from bot.conversation import replay_shards
from bot.conversation.dialogue import Dialogue
from bot.conversation.look import who
from bot.conversation.replay_shards import SHARES, Listed
from bot.conversation.store import Conversations
from bot.database import Database
from bot.domain import people
from bot.domain.models import InboundMessage, TurnRecord
from bot.domain.upserts import insert
from bot.errors import SendFailed
from bot.inbound import Inbound
from flows.text import phrases, render
from flows.text.sentences import for_anybody

log = structlog.get_logger(__name__)

ONE_RUN = 45.0
"""Seconds after which a run leaves the rest to the next: less than the clock lets a job run."""
BATCH = 500
AT_ONCE = 8
"""People whose messages one process takes at the same time: most of a turn is waiting for the database."""
MANY = 500
"""Where more messages wait, the workers share them: each run takes one share of the people."""
SETTLED = timedelta(minutes=2)
"""Younger messages may still be on their way: Twilio tries a door four times, 15 s each, then the fallback."""
OVERLAP = timedelta(minutes=5)
"""How much of what was compared is compared again: Twilio's list may show a message a little late."""
SLICE = timedelta(minutes=2)
"""How much of Twilio's list one run compares and then notes, so that no run has to go through a long outage at once."""
FEW = 1000
"""Where fewer messages were listed, as many as one page has, twice as much is compared next."""
LONGEST = timedelta(hours=24)
"""Older messages are not taken in: WhatsApp's window for an answer is closed (docs/field-notes.md#limits)."""
COMPARED = "belated:compared"
"""The Redis key of the moment (Unix seconds) up to which Twilio's list has been compared."""
REPLAYING = "belated:replaying"
"""The beginning of the names of the locks of those who replay."""


class Listing(Protocol):
    """Lists the messages that Twilio received."""

    def received(self, since: datetime, until: datetime | None = None) -> Iterator[Listed]:
        """Every message to us that Twilio got between these moments, with its moment. Raises SendFailed."""


def promise(language: str | None) -> str:
    """The answer of the fallback webhook: that the reply will come. In every language where none is known."""
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
            known = people.find(db, **who(inbound)._asdict())
            _keep(db, [(inbound, now)], "fallback", now, known.language if known else None)
            kept = db.get_one(InboundMessage, inbound.sid)
            return kept.language

    def replay(self) -> int:
        """Take what waits, each person's messages in the order in which they came to Twilio; how many.

        Run by the clock. Several may run at once, each for other people. What the main door took after
        all is not taken again, but its answer sent: Twilio went to the fallback, so nobody heard it.
        """
        people = self._people()
        if not people:
            return 0
        waiting = Counter(replay_shards.share_of(person) for person, messages in people.items() for _ in messages)
        # SQLite has one writer at a time: several processes would only wait for one another.
        together = waiting.total() >= MANY and not self.database.is_sqlite
        most = 1 if together else SHARES
        with replay_shards.held(self.redis, REPLAYING, [share for share, _ in waiting.most_common()], most) as mine:
            taken = self._take_all(mine)
        log.info("messages_replayed", messages=taken)
        return taken

    def look_for_missed(self) -> int:
        """Keep every message that Twilio lists and that never reached us; how many. Run by the clock.

        The first run only notes where to begin: what a sender got before it was ours is not ours.
        """
        until, end, missed = self.now() - SETTLED, monotonic() + ONE_RUN, 0
        compared = self._compared()
        if compared is None:
            self._note_compared(until)
            return 0
        since, span = max(compared - OVERLAP, until - LONGEST), SLICE
        try:
            while since < until and monotonic() < end:
                upto = min(max(since, compared) + span, until)
                listed = list(self.twilio.received(since, upto))
                missed += self._keep_missed(listed)
                self._note_compared(upto)
                since, span = upto, span * 2 if len(listed) < FEW else SLICE
        except SendFailed as problem:
            log.warning("inbound_list_not_had", problem=str(problem))
        return missed

    def _keep_missed(self, listed: Sequence[Listed]) -> int:
        """Keep what Twilio lists and nobody took; how many."""
        missed = [one for some in _batches(listed) for one in self._unknown(some)]
        if missed:
            with self.database.write() as db:
                _keep(db, missed, "missed", self.now(), None)
            log.warning("missed_messages_found", messages=len(missed), sids=[inbound.sid for inbound, _ in missed[:20]])
        return len(missed)

    def _waiting(self, most: int) -> list[Listed]:
        with self.database.read() as db:
            rows = db.scalars(_WAITING.limit(most)).all()
        return [(Inbound.from_json(row.message), row.sent_at) for row in rows]

    def _ask_when_sent(self, before: datetime) -> None:
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
        span = (min(rows.values()) - SETTLED, max(rows.values()))
        try:
            sent = {inbound.sid: moment for inbound, moment in self.twilio.received(*span)}
        except SendFailed as problem:
            log.warning("inbound_list_not_had", problem=str(problem))
            return
        dated = [{"sid": sid, "sent": min(sent[sid], rows[sid])} for sid in rows.keys() & sent.keys()]
        if dated:
            with self.database.write() as db:
                db.execute(_DATE, dated)

    def _take_all(self, mine: replay_shards.Held) -> int:
        """Take the messages of these shares' people, as long as there are any and this run may last; how many."""
        end, taken = monotonic() + ONE_RUN, 0
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="replay") as pool:
            while mine.locks and monotonic() < end and not mine.lost.is_set():
                people = [messages for person, messages in self._people().items() if mine.mine(person)]
                running = [pool.submit(self._take, messages, end, mine) for messages in people]
                mine.keep_until(running)
                some = sum(one.result() for one in running)
                taken += some
                if not some:
                    break
        return taken

    def _people(self) -> dict[str, list[Listed]]:
        """The oldest messages that wait, person by person."""
        waiting = self._waiting(10 * BATCH)
        if not waiting:
            return {}
        self._ask_when_sent(waiting[-1][1] + SETTLED)
        waiting = self._waiting(10 * BATCH)
        owners = self.conversations.owners({name for inbound, _ in waiting for name in inbound.addresses})
        return replay_shards.by_person(waiting, owners)

    def _take(self, messages: Sequence[Listed], end: float, mine: replay_shards.Held) -> int:
        """Take one person's messages; how many."""
        done = []
        try:
            for inbound, sent_at in messages:
                if monotonic() > end or mine.lost.is_set():
                    break
                if self.dialogue.hear_found(inbound, sent_at):
                    done.append(inbound.sid)
        finally:
            if done:
                with self.database.write() as db:
                    row = update(InboundMessage).where(InboundMessage.message_sid.in_(done))
                    db.execute(row.values(taken_at=self.now()))
        return len(done)

    def _unknown(self, listed: Sequence[Listed]) -> list[Listed]:
        """The messages that neither the conversation store nor the database has seen."""
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


_ROWS = cast("Table", InboundMessage.__table__)
_DATE = update(_ROWS).where(_ROWS.c.message_sid == bindparam("sid")).values(sent_at=bindparam("sent"))


def _keep(db: Session, messages: Iterable[Listed], source: str, now: datetime, language: str | None) -> None:
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


def _batches(listed: Sequence[Listed]) -> Iterator[Sequence[Listed]]:
    return (listed[start : start + BATCH] for start in range(0, len(listed), BATCH))
