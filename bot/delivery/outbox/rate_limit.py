"""The rate limit: messages a second for each sender, shared by all workers and by answers to webhooks.

Each message takes the next place in its sender's row of places, which are a step apart; so the limit
holds for every second, wherever it begins. A worker may take a place only a little ahead, the less
urgent its message the less far, and gives way at once while more urgent messages stand in the queues:
a reply waits behind two messages to many at most. An answer in TwiML leaves at once and takes a place
all the same, so that the others make room.

Twilio slows a sender down (429) or stops it (codes of the class SENDER): then nothing of that sender
leaves until the time is over. A person to whom we wrote too fast (63018) is written to every 6 s at
most for ten minutes.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import structlog
from redis import Redis
from redis.exceptions import RedisError

from bot.address import AT_TWILIO, SMS, Address
from bot.delivery.outbox import queues
from bot.delivery.twilio.error_codes import PAIR_RATE, PAIR_RATE_SECONDS, SENDER_SECONDS, Class, class_of
from bot.domain.models import Delivery
from bot.errors import SendFailed
from bot.settings import Settings

log = structlog.get_logger(__name__)

MARGIN = 0.025
"""Seconds that two workers may differ between taking a place and being heard at Twilio's: a second of
places is spread over so much more, which leaves 78 of 80."""
AHEAD = (2, 4, 2)
"""How many places ahead a reply, a pass and a message to many may take one; a reply also a second ahead."""
PATIENCE = 1.0
"""Seconds that a worker waits for a place before it defers the message and takes another."""
LONGEST_NAP = 0.1
"""Seconds after which a waiting worker looks whether something more urgent has come."""
SLOW_SECONDS = 600
"""How long a person to whom we wrote too fast is written to slowly."""
FIRST_COOL_DOWN, LONGEST_COOL_DOWN = 1.0, 60.0
"""Seconds for which a sender rests after a 429 that names no time: doubled from one to the next."""
STRIKES_SECONDS = 120
"""A 429 that comes so long after the last one counts as the first."""
TOO_FAST = frozenset({"20429", "http_429", "14107", "30001"})
"""What says that the sender, not the message, is too fast: 429 and Twilio's full queue."""
AWAY_SECONDS = 5.0
"""Seconds to wait when Redis, which keeps the rate, is away."""
PAUSED = "sender_paused"
SLOWED = "sender_slowed"

SCRIPT = Path(__file__).with_suffix(".lua").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class NotNow:
    """No place could be had: come back after so many seconds."""

    seconds: float
    reason: str | None = None
    """None: something more urgent goes first, or there are too many."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A sender of which nothing leaves until then."""

    sender: str
    until: datetime
    reason: str
    """`sender_slowed`, or `sender_paused` and Twilio's code."""


def sender_of(row: Delivery, settings: Settings) -> str:
    """The sender whose pace a delivery keeps: the Messaging Service, where there is one, is one sender.

    Codes that Twilio Verify sends leave from senders of its own: its service has a pace for itself.
    """
    if row.kind == "otp" and settings.otp_backend == "twilio_verify":
        return settings.twilio_verify_sid
    kind = Address.parse(row.lane).kind
    if kind not in AT_TWILIO:
        return row.sender or kind
    if settings.twilio_messaging_service_sid:
        return settings.twilio_messaging_service_sid
    if kind == SMS and settings.sms_from:
        return settings.sms_from
    return row.sender or settings.twilio_whatsapp_from[0]


def senders(settings: Settings) -> tuple[str, ...]:
    """Every sender that has a pace."""
    verify = (settings.twilio_verify_sid,) if settings.otp_backend == "twilio_verify" else ()
    if settings.twilio_messaging_service_sid:
        return (settings.twilio_messaging_service_sid, *verify)
    return settings.twilio_whatsapp_from + ((settings.sms_from,) if settings.sms_from else ()) + verify


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace of every sender. `now` None: Redis' own clock, the same for all machines."""

    redis: "Redis" = field(repr=False)
    per_second: int
    now: Callable[[], datetime] | None = None
    sleep: Callable[[float], object] = time.sleep

    def turn(self, sender: str, lane: str, priority: int) -> NotNow | None:
        """Wait for this message's place; None as soon as it may leave. Never raises where Redis is away."""
        waited = 0.0
        while True:
            try:
                verdict, seconds, reason = self._ask(sender, lane, priority)
            except RedisError:
                return NotNow(AWAY_SECONDS, "pace_unknown")
            if verdict == "go":
                self.sleep(seconds)
                return None
            if verdict == "yield" or waited + seconds > PATIENCE:
                return NotNow(seconds, reason.partition(" ")[0] or None)
            nap = min(seconds, LONGEST_NAP)
            self.sleep(nap)
            waited += nap

    def left(self, sender: str, lane: str) -> None:
        """Note that a message of this sender has left without asking. Never raises."""
        try:
            self._run(sender, lane, (), "")
        except RedisError as problem:
            log.warning("pace_not_noted", problem=type(problem).__name__)

    def heed(self, sender: str, lane: str, failure: SendFailed) -> None:
        """Slow down or stop whom Twilio's refusal is about: the sender, or the writing to one person."""
        code = int(failure.code) if failure.code.isdigit() else None
        try:
            if code == PAIR_RATE:
                again = self._moment() + int(PAIR_RATE_SECONDS * 1_000_000)
                self.redis.set(f"pace:slow:{lane}", again, ex=SLOW_SECONDS)
            elif failure.code in TOO_FAST:
                self._close(sender, self._cool_down(sender, failure.wait), SLOWED)
            elif class_of(code) is Class.SENDER:
                self._close(sender, SENDER_SECONDS, f"{PAUSED} {code}")
        except RedisError as problem:
            log.warning("pace_not_noted", problem=type(problem).__name__)

    def closed(self, of: Iterable[str]) -> list[Closed]:
        """The senders among these from which nothing may leave now. Raises RedisError."""
        now, found = self._moment(), []
        for sender in of:
            kept = cast("bytes | None", self.redis.get(f"pace:closed:{sender}"))
            until, _, reason = kept.decode().partition(" ") if kept else ("0", "", "")
            if int(until) > now:
                found.append(Closed(sender, datetime.fromtimestamp(int(until) / 1_000_000, UTC), reason))
        return found

    def reopen(self, sender: str) -> bool:
        """Let a sender's messages leave again at once; whether it was closed. Raises RedisError."""
        return bool(self.redis.delete(f"pace:closed:{sender}"))

    def _cool_down(self, sender: str, asked: float | None) -> float:
        with self.redis.pipeline() as counting:
            counting.incr(f"pace:strikes:{sender}")
            counting.expire(f"pace:strikes:{sender}", STRIKES_SECONDS)
            strikes = int(counting.execute()[0])
        return max(asked or 0.0, min(FIRST_COOL_DOWN * 2.0 ** min(strikes - 1, 10), LONGEST_COOL_DOWN))

    def _close(self, sender: str, seconds: float, reason: str) -> None:
        until = self._moment() + int(seconds * 1_000_000)
        log.warning("sender_closed", sender=sender, reason=reason, seconds=round(seconds, 1))
        self.redis.set(f"pace:closed:{sender}", f"{until} {reason}", px=int(seconds * 2000) + 1)

    def _ask(self, sender: str, lane: str, priority: int) -> tuple[str, float, str]:
        place = min(priority, len(AHEAD) - 1)
        ahead = int(max(AHEAD[place] * self._step(), 0 if place else 1_000_000))
        verdict, wait, reason = self._run(sender, lane, queues.NAMES[:place], ahead)
        return verdict.decode(), int(wait) / 1_000_000, reason.decode()

    def _run(self, sender: str, lane: str, before: Iterable[str], ahead: int | str) -> list[Any]:
        keys = [f"pace:next:{sender}", f"pace:closed:{sender}", f"pace:slow:{lane}"]
        keys += [f"rq:queue:{name}" for name in before]
        now = self._moment() if self.now else ""
        person_step = int(PAIR_RATE_SECONDS * 1_000_000)
        script = self.redis.register_script(SCRIPT)
        answer: list[Any] = script(keys=keys, args=[now, int(self._step()), ahead, person_step])
        return answer

    def _step(self) -> float:
        """Microseconds from one place to the next."""
        return 1_000_000 * (1 + MARGIN) / self.per_second

    def _moment(self) -> int:
        """The present moment in microseconds."""
        if self.now:
            return int(self.now().timestamp() * 1_000_000)
        seconds, micros = self.redis.time()
        return seconds * 1_000_000 + micros
