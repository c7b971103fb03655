"""One-time passwords: six digits that prove who reads the messages of a phone.

Made by the worker that sends them, and kept only as a keyed hash that is bound to the purpose, the phone
and whoever asked. Redis keeps it all; the names of the keys that are set here are keyed hashes too, so that
no number stands there to which a code was sent. (The conversations' own key `window_key`, which is read here, is
named by the address of whoever wrote to us.) A code is never in a log, a repr or an exception.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, cast

import structlog
from redis import Redis

from bot.address import on_whatsapp
from bot.domain.keys import derived
from bot.domain.messaging import otp_limits
from bot.domain.messaging.otp_limits import MIN_GAP_MS, BudgetCounter, Origin
from bot.errors import Refused
from bot.redis_client import Script
from flows.understanding.phones import variants

DIGITS = 6
CODE_TTL_MS = 5 * 60 * 1000
MAX_TRIES = 5
VERDICT_TTL_SECONDS = 24 * 3600
"""How long an attempt keeps its verdict, for a message that is taken again after a crash."""
WINDOW_MS = 24 * 3600 * 1000
"""How long after somebody's message WhatsApp lets us write to them freely (docs/field-notes.md#limits)."""
BUDGETS_REACHED_KEY = "otp:reached"
"""The Redis key that says when each budget last refused a code, by its label, in milliseconds."""
ANY_ORIGIN = Origin()
_SCRIPT = Script.of(Path(__file__).with_suffix(".lua").read_text(encoding="utf-8"))


log = structlog.get_logger(__name__)


class Otps(Protocol):
    """Asking for a code, and proving that it came: what any provider of one-time passwords can do."""

    def ask(
        self, purpose: str, phone: str, asker: str, now: datetime, attempt: str = "", origin: Origin = ANY_ORIGIN
    ) -> str:
        """Note that a code is wanted; the address that it can reach: E.164 for SMS, or `whatsapp:` and E.164.

        A repeated `attempt` counts once. Raises Refused `otp_unreachable`, `otp_country` (no SMS to there),
        `otp_wait` (`seconds`), `otp_too_many` (`minutes`) or `otp_budget` (`minutes`; bot.domain.messaging.otp_limits).
        """

    def is_spent(self, origin: Origin, now: datetime) -> bool:
        """Whether nobody of our own country can be sent a code from there at present, for want of budget."""

    def verify(self, purpose: str, phone: str, asker: str, otp: str, attempt: str, now: datetime) -> None:
        """Accept a code, once; the same `attempt` gets the same verdict again.

        Raises Refused `otp_wrong` (tries `left`), `otp_not_sent` (asked for, but none made yet),
        `otp_expired` (none, too old, or used), `otp_used_up`.
        """


@dataclass(frozen=True, slots=True)
class OwnOtps:
    """One-time passwords that this service makes, hashes and sends itself."""

    _redis: "Redis" = field(repr=False)
    _secret_key: str = field(repr=False)
    sms: bool
    """There is a sender of SMS: every phone can be reached."""
    template: bool
    """There is an approved WhatsApp template for codes: so can every WhatsApp account."""

    home: str = "IN"
    """ISO region of our own country: what others use up is not taken from it."""
    countries: tuple[str, ...] = ("IN",)
    """ISO regions whose phones get codes by SMS."""
    whatsapp: bool = True
    """Codes may go by WhatsApp."""

    def ask(
        self, purpose: str, phone: str, asker: str, now: datetime, attempt: str = "", origin: Origin = ANY_ORIGIN
    ) -> str:
        """See Otps. The limits hold for all purposes together, but for those of staff."""
        lane, free = self._possible_addresses(phone, now, origin)
        bound, attempt_name = (purpose, phone, asker), attempt or secrets.token_hex(8)
        try:
            sums = () if lane == free else otp_limits.budget_counters(phone, asker, origin, self.home)
            self._count(bound, attempt_name, now, origin, sums)
        except Refused as no:
            if no.code != "otp_budget" or not free:
                raise
            self._count(bound, attempt_name, now, origin, ())
            return free
        return lane

    def _count(
        self, bound: tuple[str, str, str], attempt: str, now: datetime, origin: Origin, sums: tuple[BudgetCounter, ...]
    ) -> None:
        """Count one send, all or nothing. Raises Refused."""
        _, phone, asker = bound
        limits = otp_limits.ask_limits(phone, asker, origin)
        names = [
            self.name(*limits.number),
            self.name(*limits.asker),
            self.count_key(*bound),
            *self._counters(sums, now),
        ]
        rules = (MIN_GAP_MS, limits.max_per_number, limits.max_per_asker, CODE_TTL_MS)
        budgets = [value for total in sums for value in (total.limit, total.seconds, total.label)]
        verdict, number = self._run("ask", names, attempt, _ms(now), *rules, *budgets)
        if verdict == "wait":
            raise Refused("otp_wait", seconds=-(-number // 1000))
        if verdict == "too_many":
            raise Refused("otp_too_many", minutes=-(-number // 60_000))
        if verdict != "noted":
            over = sums[number - 1]
            if verdict == "reached":
                log.error("otp_budget_reached", budget=over.label, most=over.limit)
            left = over.seconds - now.timestamp() % over.seconds
            raise Refused("otp_budget", minutes=int(left // 60) + 1)

    def is_spent(self, origin: Origin, now: datetime) -> bool:
        """See Otps."""
        sums = otp_limits.door_counters(origin, self.home)
        used = cast("list[bytes | None]", self._redis.mget(self._counters(sums, now)))
        return any(int(count or 0) >= total.limit for total, count in zip(sums, used, strict=True))

    def _counters(self, sums: tuple[BudgetCounter, ...], now: datetime) -> list[str]:
        return [self.name(*total.parts, str(int(now.timestamp()) // total.seconds)) for total in sums]

    def make(self, purpose: str, phone: str, asker: str, now: datetime) -> str:
        """A new code, for the worker that sends it at once; an older one for the same is void from now on."""
        otp = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        name = self.name("code", purpose, phone, asker)
        kept: Mapping[Any, Any] = {
            "hash": self._hash(purpose, phone, asker, otp),
            "until": _ms(now) + CODE_TTL_MS,
            "tries": 0,
        }
        with self._redis.pipeline() as together:
            together.delete(name, self.count_key(purpose, phone, asker))
            together.hset(name, mapping=kept)
            together.pexpire(name, 2 * CODE_TTL_MS)
            together.execute()
        return otp

    def verify(self, purpose: str, phone: str, asker: str, otp: str, attempt: str, now: datetime) -> None:
        """See Otps."""
        bound = (purpose, phone, asker)
        verdict_name = self.name("verdict", *bound, attempt or secrets.token_hex(8))
        names = [self.name("code", *bound), verdict_name, self.count_key(*bound)]
        given = self._hash(*bound, otp)
        verdict, left = self._run("verify", names, given, _ms(now), MAX_TRIES, VERDICT_TTL_SECONDS)
        match verdict:
            case "right":
                return
            case "wrong":
                raise Refused("otp_wrong", left=left)
            case "used_up":
                raise Refused("otp_used_up")
            case "not_sent":
                raise Refused("otp_not_sent")
            case _:
                raise Refused("otp_expired")

    def _possible_addresses(self, phone: str, now: datetime, origin: Origin) -> tuple[str, str]:
        """How the phone is reached, and how at no cost: empty where WhatsApp does not let us write first.

        By SMS where there is a sender for its country; else by WhatsApp, if it lets us.
        """
        lanes = [on_whatsapp(written) for written in variants(phone)] if self.whatsapp else []
        free = next((lane for lane in lanes if self._is_open(lane, now)), "")
        if self.sms and otp_limits.region_of(phone) in (*self.countries, *origin.countries):
            return phone, free
        if free or (self.template and lanes):
            return free or lanes[0], free
        raise Refused("otp_country" if self.sms else "otp_unreachable")

    def _is_open(self, address: str, now: datetime) -> bool:
        heard = self._redis.get(window_key(address))
        return heard is not None and _ms(now) - int(heard) < WINDOW_MS

    def _run(self, verb: str, names: list[str], *arguments: Any) -> tuple[str, int]:
        word, number = _SCRIPT.run(self._redis, [verb, *names], arguments)
        return (word.decode() if isinstance(word, bytes) else word), int(number)

    def count_key(self, purpose: str, phone: str, asker: str) -> str:
        """The Redis key that stands from asking for a code until the worker makes it."""
        return self.name("wanted", purpose, phone, asker)

    def name(self, *parts: str) -> str:
        """A Redis key for these parts, of which it tells nothing."""
        return f"otp:{self._hash(*parts)[:32]}"

    def _hash(self, *parts: str) -> str:
        key = derived(self._secret_key, "one-time passwords")
        return hmac.new(key, "\0".join(parts).encode(), sha256).hexdigest()


def window_key(address: str) -> str:
    """The Redis key that says when somebody last wrote to us from this address, in milliseconds.

    The conversations set it at every message.
    """
    return f"c:window:{address}"


def budgets_reached(redis: "Redis", now: datetime) -> list[str]:
    """The budgets that have nothing left until their hour or day ends, such as `service, hour`. Raises RedisError."""
    kept = cast("dict[bytes, bytes]", redis.hgetall(BUDGETS_REACHED_KEY))
    found = []
    for label, at in kept.items():
        seconds = otp_limits.HOUR_SECONDS if label.endswith(b"hour") else otp_limits.DAY_SECONDS
        if int(at) // 1000 // seconds == int(now.timestamp()) // seconds:
            found.append(label.decode())
    return sorted(found)


def spent_for_all(redis: "Redis", now: datetime) -> int:
    """How many of them are not one address's alone. Raises RedisError."""
    return sum(not label.startswith("address") for label in budgets_reached(redis, now))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
