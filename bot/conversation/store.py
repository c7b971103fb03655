"""The conversation store in Redis: for each person a list of messages, a lease, the state and the answers.

A lock alone keeps no order, so messages wait in a list and whoever holds the person's lease takes
the head: peek, work, then commit in one script that checks that the lease is still its own. A
process killed anywhere leaves the message at the head. The keys of a script share no hash slot:
one Redis node (or a primary with replicas), not a cluster.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from redis import Redis

from bot.redis_client import Script
from bot.timeouts import CONVERSATION_LEASE_MS, MAX_WEBHOOK_WAIT_MS

MESSAGE_TTL_SECONDS = 48 * 3600
"""How long a message and its answer are remembered: longer than the day after which Twilio might repeat it."""
ALIAS_TTL_SECONDS = 30 * 24 * 3600
"""How long two addresses of one person stay joined here; the database joins them for good."""
SESSION_WINDOW_SECONDS = 24 * 3600
"""How long WhatsApp lets us write freely to somebody who wrote to us (docs/field-notes.md#limits)."""


JOINED, PARTED = "joined", "parted"
"""What a message can be the first to tell: two addresses belong to one person; a phone has changed hands."""


@dataclass(frozen=True, slots=True)
class AlreadyAnswered:
    """The message was taken before; this was its answer."""

    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LeasedElsewhere:
    """The message stands in the list; somebody else holds the person."""


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """The caller holds the person: the message at the head of the list is the caller's to take."""

    conversation: str
    token: int
    sid: str
    message: Mapping[str, Any]
    state: Mapping[str, Any] | None
    """The state as kept; None where there is none (a newcomer, or one whose state has lapsed)."""
    attempt: int
    """1 for the first time that this message is taken."""
    by_outbox: bool
    """Whether nobody waits for the answer, so that it goes by the outbox."""
    has_unsent_answer: bool
    """An earlier answer of this person went to the outbox and may still be there."""
    found_later: bool = False
    """Whether it was found after the fact, and not brought by the webhook: it may have been processed before."""
    late: bool = False
    """A newer message of this person has been taken meanwhile."""
    identity_change: str = ""
    """JOINED or PARTED where this message is the first to tell it; else empty."""
    phone: str = ""
    """The phone that this person has come by lately; empty: by none."""
    user: str = ""
    """The business-scoped user id that this person has come by lately; empty: by none."""


@dataclass(frozen=True, slots=True)
class LeaseLost:
    """The lease went to somebody else; nothing was kept."""


@dataclass(frozen=True, slots=True)
class NobodyWaiting:
    """Nothing was kept yet: whoever waited has gone, so the answer must be put into the outbox first."""


@dataclass(frozen=True, slots=True)
class Committed:
    """The turn is kept; `next_message` is the next message of the same person, held, if there is one."""

    next_message: ClaimedMessage | None


class ConversationStore:
    """The people's lists, leases, states and answers."""

    def __init__(self, redis: "Redis", *, state_seconds: int) -> None:
        self._redis = redis
        self._state_seconds = state_seconds
        source = Path(__file__).with_suffix(".lua").read_text(encoding="utf-8")
        self._script = Script.of(source)

    def accept(
        self,
        sid: str,
        addresses: Sequence[str],
        message: Mapping[str, Any],
        now_ms: int,
        address: str = "",
        sent_ms: int | None = None,
    ) -> "AcceptResult":
        """Put a message on its person's list unless it was there before, and hold the person if nobody does.

        It opens the 24-hour window of `address`, the address that the message came from. `sent_ms` says
        when Twilio got it, for one that was found after the fact: nobody waits for its answer, and it
        is late where a newer one of the person was taken.

        `addresses` are the one or two names of the person (`phone:…`, `user:…`); two that were
        apart until now are joined, and so are their lists. A phone that belongs to another user id goes over
        to this one, and its former owner keeps their own conversation.
        """
        sent = "" if sent_ms is None else sent_ms
        return self._parsed(self._run("accept", now_ms, sid, json.dumps(message), address, sent, *addresses))

    def status(self, sid: str, now_ms: int) -> "AcceptResult":
        """The standing of an accepted message. Holds the person if nobody does."""
        return self._parsed(self._run("look", now_ms, sid))

    def stop_waiting(self, sid: str, now_ms: int) -> AlreadyAnswered | None:
        """Note that nobody waits for this answer any more; the answer, if it has come just now."""
        found = self._parsed(self._run("give_up", now_ms, sid))
        return found if isinstance(found, AlreadyAnswered) else None

    def mark_in_outbox(self, sid: str) -> None:
        """Note that the answer to this message goes by the outbox after all."""
        self._run("fall_behind", 0, sid)

    def known_sids(self, sids: Sequence[str]) -> list[bool]:
        """Which of these messages have been accepted within the last days."""
        with self._redis.pipeline(transaction=False) as asking:
            for sid in sids:
                asking.exists(f"c:message:{sid}")
            return [bool(found) for found in asking.execute()]

    def owners(self, addresses: Collection[str]) -> dict[str, str]:
        """The conversation that each of these addresses belongs to; its own where nothing is known of it."""
        found = {address: address for address in addresses}
        keys = "c:alias"  # first their own; each then leads to the conversation into which it was joined
        while found:
            with self._redis.pipeline(transaction=False) as asking:
                for name in found.values():
                    asking.get(f"{keys}:{name}")
                onward = asking.execute()
            steps = zip(found.items(), onward, strict=True)
            following = {address_: kept.decode() if kept else name for (address_, name), kept in steps}
            if following == found and keys == "c:gone":
                break
            found, keys = following, "c:gone"
        return found

    def state_of(self, address: str) -> Mapping[str, Any] | None:
        """The state of this address's conversation; None where none is kept."""
        kept = cast("bytes | None", self._redis.hget(f"c:state:{self.owners([address])[address]}", "json"))
        return json.loads(kept) if kept else None

    def last_inbound_ms(self) -> int | None:
        """When a message last came in by the main door; None where none ever did."""
        kept = cast("bytes | None", self._redis.get("c:heard"))
        return int(kept) if kept else None

    def commit(
        self,
        claimed: ClaimedMessage,
        state: Mapping[str, Any],
        answer: Mapping[str, Any],
        now_ms: int,
        *,
        in_outbox: bool,
        keep_message: bool = False,
    ) -> Committed | LeaseLost | NobodyWaiting:
        """Keep the state and the answer and take the message off the list, all or nothing.

        `in_outbox` says that the answer's row in the outbox is written; without it the answer of a
        message that nobody waits for is refused with Unheard. `keep_message` leaves the message's
        own words under its SID for as long as its answer: for one that we could not deal with.
        """
        reply = self._run(
            "commit",
            now_ms,
            claimed.conversation,
            claimed.token,
            claimed.sid,
            json.dumps(state),
            json.dumps(answer),
            int(in_outbox),
            int(keep_message),
        )
        match reply[0]:
            case b"lost":
                return LeaseLost()
            case b"unheard":
                return NobodyWaiting()
            case b"held":
                return Committed(_claimed(reply))
            case _:
                return Committed(None)

    def renew_lease(self, claimed: ClaimedMessage) -> None:
        """Say that the holder lives, if it still is the holder."""
        self._run("renew", 0, claimed.conversation, claimed.token)

    def defer(self, claimed: ClaimedMessage, answer: Mapping[str, Any], now_ms: int) -> None:
        """Let go of the person and leave the message at the head, to be taken again later.

        Every copy of it gets this answer from now on; that of the turn goes by the outbox.
        """
        self._run("put_off", now_ms, claimed.conversation, claimed.token, claimed.sid, json.dumps(answer))

    def clear_unsent_mark(self, claimed: ClaimedMessage) -> None:
        """Note that the outbox holds no more answer for this person."""
        self._redis.delete(f"c:behind:{claimed.conversation}")

    def abandoned(self, now_ms: int, limit: int = 200) -> list[str]:
        """Conversations whose list has stood without progress for longer than any request waits."""
        found = self._redis.zrangebyscore("c:pending", 0, now_ms - MAX_WEBHOOK_WAIT_MS, start=0, num=limit)
        return [name.decode() for name in cast("list[bytes]", found)]

    def take_over(self, conversation: str, now_ms: int) -> ClaimedMessage | None:
        """Hold an abandoned conversation, if it has a message and nobody holds it."""
        found = self._parsed(self._run("take_over", now_ms, conversation))
        return found if isinstance(found, ClaimedMessage) else None

    def pending_count(self) -> int:
        """How many people have a message that is not taken yet."""
        return int(self._redis.zcard("c:pending"))

    def _run(self, verb: str, now_ms: int, *arguments: Any) -> list[Any]:
        numbers = (
            now_ms,
            self._state_seconds,
            MESSAGE_TTL_SECONDS,
            ALIAS_TTL_SECONDS,
            CONVERSATION_LEASE_MS,
            MAX_WEBHOOK_WAIT_MS,
            SESSION_WINDOW_SECONDS,
        )
        reply: list[Any] = self._script.run(self._redis, [verb], [*numbers, *arguments])
        return reply

    def _parsed(self, reply: list[Any]) -> "AcceptResult":
        match reply[0]:
            case b"answered":
                return AlreadyAnswered(json.loads(reply[1]))
            case b"held":
                return _claimed(reply)
            case _:
                return LeasedElsewhere()


AcceptResult = AlreadyAnswered | LeasedElsewhere | ClaimedMessage


def _claimed(reply: list[Any]) -> ClaimedMessage:
    _, conversation, token, sid, message, state, attempt, owed, behind, found, late, *who = reply
    news, phone, user = who
    return ClaimedMessage(
        conversation=conversation.decode(),
        token=int(token),
        sid=sid.decode(),
        message=json.loads(message),
        state=json.loads(state) if state else None,
        attempt=int(attempt),
        by_outbox=owed == b"1",
        has_unsent_answer=behind == b"1",
        found_later=found == b"1",
        late=late == b"1",
        identity_change=news.decode(),
        phone=phone.decode(),
        user=user.decode(),
    )
