"""The rate limit: messages a second for each sender, shared by all workers and by answers to webhooks.

Each message takes the next place in its sender's row of places, which are a step apart; so the limit
holds for every second, wherever it begins. A worker may take a place only a little ahead, the less
urgent its message the less far, and asks for the more urgent ones first: a reply waits behind two
messages to many at most. An answer in TwiML leaves at once and takes a place
all the same, so that the others make room.

A 429 lowers the sender's rate by a third, but not below what Twilio has just been taking, and the rate climbs
back within half a minute (docs/adr/0022). Nothing at all of a sender leaves only where Twilio says for how long
(Retry-After), where every call of ten seconds was refused, or where it stops the sender (codes of the class SENDER).
A person to whom we wrote too fast (63018) is written to every 6 s at most for ten minutes.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import structlog
from redis import Redis
from redis.exceptions import RedisError

from bot.delivery.twilio.error_codes import (
    PAIR_RATE,
    TOO_FAST_CODES,
    Class,
    class_of,
)
from bot.errors import SendFailed
from bot.redis_client import Command, Script
from bot.timeouts import (
    MAX_PLACE_WAIT_SECONDS,
    PAIR_LIMIT_TTL_SECONDS,
    PAIR_RATE_SECONDS,
    REDIS_RATE_RETRY_SECONDS,
    SENDER_PAUSE_SECONDS,
)

log = structlog.get_logger(__name__)

SPACING_MARGIN_SECONDS = 0.025
"""Seconds that two workers may differ between taking a place and being heard at Twilio's: a second of
places is spread over so much more, which leaves 78 of 80."""
MAX_PLACES_AHEAD = (2, 8, 1)
"""How many places ahead a reply, a pass and a message to many may take one."""
PLACES_TOGETHER = 4
"""How many places are waited for where so many and more may be taken ahead: one look finds messages for all of them."""
MAX_SECONDS_TOGETHER = 0.05
"""Half of what a place may be ahead at most, so that none goes by untaken however slow the sender is."""
REPLY_AHEAD = 1_000_000
"""A reply may take a place that is so many microseconds ahead."""
PERSON_STEP = int(PAIR_RATE_SECONDS * 1_000_000)
"""Microseconds between two messages to somebody to whom we wrote too fast."""
MAX_NAP_SECONDS = 0.1
"""Seconds after which one that waits asks again: the rate may have changed."""
SENDER_PAUSED = "sender_paused"
SENDER_SLOWED = "sender_slowed"

SCRIPT = Script.of(Path(__file__).with_suffix(".lua").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class RateLimited:
    """No place could be had: come back after so many seconds."""

    seconds: float
    reason: str | None = None
    """Why nothing leaves, of the sender or to this person; None: it is only too early."""


@dataclass(frozen=True, slots=True)
class ClosedSender:
    """A sender of which nothing leaves until then."""

    sender: str
    until: datetime
    reason: str
    """`sender_slowed`, or `sender_paused` and Twilio's code."""


@dataclass(frozen=True, slots=True)
class RateLimiter:
    """The pace of every sender. `now` None: Redis' own clock, the same for all machines."""

    redis: "Redis" = field(repr=False)
    per_second: int
    now: Callable[[], datetime] | None = None
    sleep: Callable[[float], object] = time.sleep

    def take_places(self, sender: str, wanted: Sequence[tuple[str, int]]) -> list[float | RateLimited]:
        """A place for each message that has one now: in how many seconds it may leave; else when to come back.

        `wanted`: lane and priority of each, the most urgent first. Never raises where Redis is away.
        """
        ahead: list[int] = []
        for _lane, priority in wanted:
            place = min(priority, len(MAX_PLACES_AHEAD) - 1)
            ahead += (MAX_PLACES_AHEAD[place], 0 if place else REPLY_AHEAD)
        try:
            answer = self._run("turn", sender, [lane for lane, _ in wanted], PERSON_STEP, *ahead)
        except RedisError:
            return [RateLimited(REDIS_RATE_RETRY_SECONDS, "pace_unknown")] * len(wanted)
        return [_verdict(*answer[at : at + 3]) for at in range(0, len(answer), 3)]

    def seconds_together(self, priority: int) -> float:
        """How much longer than until its next place a sender may be left alone, without a place going by untaken."""
        if MAX_PLACES_AHEAD[min(priority, len(MAX_PLACES_AHEAD) - 1)] <= PLACES_TOGETHER:
            return 0.0
        return min((PLACES_TOGETHER - 1) / self.per_second, MAX_SECONDS_TOGETHER)

    def wait_for_slot(self, sender: str, lane: str, priority: int) -> RateLimited | None:
        """Wait for this message's place; None as soon as it may leave. Never raises where Redis is away."""
        waited = 0.0
        while True:
            (place,) = self.take_places(sender, [(lane, priority)])
            if not isinstance(place, RateLimited):
                self.sleep(place)
                return None
            if place.reason or waited + place.seconds > MAX_PLACE_WAIT_SECONDS:
                return place
            nap = min(place.seconds, MAX_NAP_SECONDS)
            self.sleep(nap)
            waited += nap

    def record_sent(self, sender: str, lane: str) -> None:
        """Note that a message of this sender has left without asking. Never raises."""
        self._note("left", sender, [lane], PERSON_STEP)

    def sent_command(self, sender: str, lane: str) -> Command:
        """What notes it in somebody else's round trip; its answer is a NoScriptError where Redis was emptied."""
        return SCRIPT.command(*self._asked("left", sender, [lane], PERSON_STEP))

    def taken(self, sender: str, number: int = 1) -> None:
        """Note that Twilio has taken so many messages of this sender that had their turn. Never raises."""
        self._note("taken", sender, [], number)

    def apply_refusal(self, sender: str, address: str, failure: SendFailed) -> float:
        """Slow down or stop whom Twilio's refusal is about: the sender, or the writing to one person. Never raises.

        The seconds for which nothing of this sender leaves because of it.
        """
        code = int(failure.code) if failure.code.isdigit() else None
        try:
            if code == PAIR_RATE:
                self.redis.set(f"pace:slow:{address}", self._moment() + PERSON_STEP, ex=PAIR_LIMIT_TTL_SECONDS)
            elif failure.code in TOO_FAST_CODES:
                return self._slow_down(sender, failure.wait or 0.0)
            elif class_of(code) is Class.SENDER:
                self._close(sender, SENDER_PAUSE_SECONDS, f"{SENDER_PAUSED} {code}")
                return SENDER_PAUSE_SECONDS
        except RedisError as problem:
            log.warning("pace_not_noted", problem=type(problem).__name__)
        return 0.0

    def closed_senders(self, among: Iterable[str]) -> list[ClosedSender]:
        """The senders among these from which nothing may leave now. Raises RedisError."""
        now, found = self._moment(), []
        for sender in among:
            kept = cast("bytes | None", self.redis.get(f"pace:closed:{sender}"))
            until, _, reason = kept.decode().partition(" ") if kept else ("0", "", "")
            if int(until) > now:
                found.append(ClosedSender(sender, datetime.fromtimestamp(int(until) / 1_000_000, UTC), reason))
        return found

    def reopen(self, sender: str) -> bool:
        """Let a sender's messages leave again at the full rate; whether it was closed. Raises RedisError."""
        with self.redis.pipeline() as afresh:
            afresh.delete(f"pace:closed:{sender}")
            afresh.delete(f"pace:rate:{sender}")
            return bool(afresh.execute()[0])

    def _slow_down(self, sender: str, wait: float) -> float:
        _, rests, rate = self._run("refused", sender, [], int(wait * 1_000_000), SENDER_SLOWED)
        seconds = int(rests) / 1_000_000
        log.warning("sender_slowed", sender=sender, rate=float(rate), rests_seconds=round(seconds, 1))
        return seconds

    def _close(self, sender: str, seconds: float, reason: str) -> None:
        until = self._moment() + int(seconds * 1_000_000)
        log.warning("sender_closed", sender=sender, reason=reason, seconds=round(seconds, 1))
        self.redis.set(f"pace:closed:{sender}", f"{until} {reason}", px=int(seconds * 2000) + 1)

    def _note(self, what: str, sender: str, lanes: Sequence[str], *more: int) -> None:
        try:
            self._run(what, sender, lanes, *more)
        except RedisError as problem:
            log.warning("pace_not_noted", problem=type(problem).__name__)

    def _run(self, what: str, sender: str, lanes: Sequence[str], *more: int | str) -> list[Any]:
        answer: list[Any] = SCRIPT.run(self.redis, *self._asked(what, sender, lanes, *more))
        return answer

    def _asked(self, what: str, sender: str, lanes: Sequence[str], *more: int | str) -> tuple[list[str], list[Any]]:
        """The script's keys and arguments."""
        keys = [f"pace:next:{sender}", f"pace:closed:{sender}", f"pace:rate:{sender}"]
        keys += [f"pace:slow:{lane}" for lane in lanes]
        now = self._moment() if self.now else ""
        return keys, [what, now, self.per_second, 1 + SPACING_MARGIN_SECONDS, *more]

    def _moment(self) -> int:
        """The present moment in microseconds."""
        if self.now:
            return int(self.now().timestamp() * 1_000_000)
        seconds, micros = self.redis.time()
        return seconds * 1_000_000 + micros


def _verdict(verdict: bytes, microseconds: bytes, reason: bytes) -> float | RateLimited:
    seconds = int(microseconds) / 1_000_000
    return seconds if verdict == b"go" else RateLimited(seconds, reason.decode().partition(" ")[0] or None)
