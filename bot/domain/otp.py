"""One-time passwords: six digits that prove that somebody reads what is sent to a phone.

Made by the worker that sends them, and kept only as a keyed hash that is bound to the purpose, the phone
and whoever asked. Redis keeps it all; the names of the keys that are set here are keyed hashes too, so that
no number stands there to which a code was sent. (The conversations' own key `window`, which is read here, is
named by the address of whoever wrote to us.) A code is never in a log, a repr or an exception.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from redis import Redis

from bot.domain.keys import derived
from bot.errors import Refused
from flows.phones import variants

DIGITS = 6
LIFE_MS = 5 * 60 * 1000
MOST_TRIES = 5
GAP_MS = 30 * 1000
"""Between two sends to one number."""
MOST_FOR_NUMBER = 5
"""Sends an hour to one number, whoever asks."""
MOST_FOR_ASKER = 20
"""Sends an hour that one person asks for, to whatever numbers."""
REMEMBERED_SECONDS = 24 * 3600
"""How long an attempt keeps its verdict, for a message that is taken again after a crash."""
WINDOW_MS = 24 * 3600 * 1000
"""How long after somebody's message WhatsApp lets us write to them freely (contract, section 2)."""
_SCRIPT = Path(__file__).with_suffix(".lua").read_text(encoding="utf-8")


class Otps(Protocol):
    """Asking for a code, and proving that it came: what any provider of one-time passwords can do."""

    def ask(self, purpose: str, phone: str, asker: str, now: datetime, attempt: str = "") -> str:
        """Note that a code is wanted; the address that it can reach: E.164 for SMS, or `whatsapp:` and E.164.

        The same `attempt` counts once. Raises Refused `otp_unreachable`, `otp_wait` (`seconds`) or
        `otp_too_many` (`minutes`).
        """

    def verify(self, purpose: str, phone: str, asker: str, otp: str, attempt: str, now: datetime) -> None:
        """Accept a code, once; the same `attempt` gets the same verdict again.

        Raises Refused `otp_wrong` (tries `left`), `otp_not_sent` (asked for, but none made yet),
        `otp_expired` (none, too old, or used), `otp_used_up`.
        """


@dataclass(frozen=True, slots=True)
class OwnOtps:
    """One-time passwords that we make, hash and send ourselves."""

    _redis: "Redis" = field(repr=False)
    _secret_key: str = field(repr=False)
    sms: bool
    """There is a sender of SMS: every phone can be reached."""
    template: bool
    """There is an approved WhatsApp template for codes: so can every WhatsApp account."""

    def ask(self, purpose: str, phone: str, asker: str, now: datetime, attempt: str = "") -> str:
        """See Otps. The limits hold for all purposes together."""
        lane = self._lane(phone, now)
        bound = (purpose, phone, asker)
        names = [self.name("sends to", phone), self.name("asked by", asker), self.wanted(*bound)]
        attempt_name = attempt or secrets.token_hex(8)
        limits = (GAP_MS, MOST_FOR_NUMBER, MOST_FOR_ASKER, LIFE_MS)
        verdict, wait = self._run("ask", names, attempt_name, _ms(now), *limits)
        if verdict == "wait":
            raise Refused("otp_wait", seconds=-(-wait // 1000))
        if verdict == "too_many":
            raise Refused("otp_too_many", minutes=-(-wait // 60_000))
        return lane

    def make(self, purpose: str, phone: str, asker: str, now: datetime) -> str:
        """A new code, for the worker that sends it at once; an older one for the same is void from now on."""
        otp = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        name = self.name("code", purpose, phone, asker)
        kept: Mapping[Any, Any] = {
            "hash": self._hash(purpose, phone, asker, otp),
            "until": _ms(now) + LIFE_MS,
            "tries": 0,
        }
        with self._redis.pipeline() as together:
            together.delete(name, self.wanted(purpose, phone, asker))
            together.hset(name, mapping=kept)
            together.pexpire(name, 2 * LIFE_MS)
            together.execute()
        return otp

    def verify(self, purpose: str, phone: str, asker: str, otp: str, attempt: str, now: datetime) -> None:
        """See Otps."""
        bound = (purpose, phone, asker)
        verdict_name = self.name("verdict", *bound, attempt or secrets.token_hex(8))
        names = [self.name("code", *bound), verdict_name, self.wanted(*bound)]
        given = self._hash(*bound, otp)
        verdict, left = self._run("verify", names, given, _ms(now), MOST_TRIES, REMEMBERED_SECONDS)
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

    def _lane(self, phone: str, now: datetime) -> str:
        """How the phone is reached: SMS where there is a sender; else WhatsApp, if it lets us write first."""
        if self.sms:
            return phone
        lanes = [f"whatsapp:{written}" for written in variants(phone)]
        for lane in lanes:
            if self._is_open(lane, now):
                return lane
        if self.template:
            return lanes[0]
        raise Refused("otp_unreachable")

    def _is_open(self, lane: str, now: datetime) -> bool:
        heard = self._redis.get(window(lane))
        return heard is not None and _ms(now) - int(heard) < WINDOW_MS

    def _run(self, verb: str, names: list[str], *arguments: Any) -> tuple[str, int]:
        script = self._redis.register_script(_SCRIPT)
        word, number = script(keys=[verb, *names], args=arguments)
        return (word.decode() if isinstance(word, bytes) else word), int(number)

    def wanted(self, purpose: str, phone: str, asker: str) -> str:
        """The Redis key that stands from asking for a code until the worker makes it."""
        return self.name("wanted", purpose, phone, asker)

    def name(self, *parts: str) -> str:
        """A Redis key for these parts, of which it tells nothing."""
        return f"otp:{self._hash(*parts)[:32]}"

    def _hash(self, *parts: str) -> str:
        key = derived(self._secret_key, "one-time passwords")
        return hmac.new(key, "\0".join(parts).encode(), sha256).hexdigest()


def window(lane: str) -> str:
    """The Redis key that says when somebody last wrote to us from this address, in milliseconds.

    The conversations set it at every message.
    """
    return f"c:window:{lane}"


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
