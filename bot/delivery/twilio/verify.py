"""One-time passwords by Twilio Verify: Twilio makes, sends and checks them; our limits hold as well.

Verify knows a verification by its phone alone. The SID that it gave is therefore kept under the purpose, the
phone and whoever asked, so that a code which was sent for anything else does not count.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from redis import Redis

from bot.delivery.twilio.content_api import ApiClient, accepted
from bot.domain.messaging.otp import ANY_ORIGIN, MAX_TRIES, VERDICT_TTL_SECONDS, OwnOtps
from bot.domain.messaging.otp_limits import Origin
from bot.domain.roster import sessions
from bot.errors import Refused, SendFailed

BASE = "https://verify.twilio.com/v2/Services"
CHANNEL = "sms"
"""How Verify sends its codes: SMS reaches every phone, with WhatsApp or without."""
CODE_TTL_SECONDS = 600
"""How long a code of Verify's works (docs/field-notes.md#error-codes)."""
NOT_APPROVED = {"pending": "wrong", "max_attempts_reached": "used_up"}
"""Verify's status of a check to our verdict; any other means that the code does not count any more."""
CHECK_CODES = {"60202": "used_up", "60200": "wrong", "20404": "expired", "http_404": "expired"}
"""Error codes of a check: 60202 five checks made, 60200 no code at all, 404 approved, expired or never sent."""
SEND_CODES = {
    "60203": ("otp_too_many", {"minutes": CODE_TTL_SECONDS // 60}),
    "60200": ("otp_unreachable", {}),
    "60205": ("otp_unreachable", {}),
    "60410": ("otp_unreachable", {}),
    "60605": ("otp_unreachable", {}),
}
"""Error codes of a send that are about the phone: 60203 five sends, 60200 no such phone, a landline, a
blocked prefix, a blocked country."""
NO_VERIFICATION = "VE" + "0" * 32
"""A SID of none: Verify knows no verification of this name."""
CONCURRENT = "60212"
"""Too many calls about one phone at once: tried again."""


@dataclass(frozen=True, slots=True)
class VerifyOtps:
    """The Otps protocol over Twilio Verify; it sends by itself."""

    own: OwnOtps
    """The limits and the names of keys of our own codes."""
    redis: "Redis" = field(repr=False)
    twilio: ApiClient = field(repr=False)
    service: str

    def ask(
        self, purpose: str, phone: str, asker: str, now: datetime, attempt: str = "", origin: Origin = ANY_ORIGIN
    ) -> str:
        """See bot.domain.messaging.otp.Otps."""
        return self.own.ask(purpose, phone, asker, now, attempt, origin)

    def is_spent(self, origin: Origin, now: datetime) -> bool:
        """See bot.domain.messaging.otp.Otps."""
        return self.own.is_spent(origin, now)

    def send(self, purpose: str, phone: str, asker: str, language: str) -> str:
        """Have a code sent, by the worker; the verification's SID. A second time sends the same code again.

        Raises Refused where the phone gets no code, SendFailed where another try may help or the
        account is at fault.
        """
        form = {"To": phone, "Channel": CHANNEL, "Locale": language}
        try:
            sid = str(self._call("Verifications", form)["sid"])
        except SendFailed as failure:
            if failure.code in SEND_CODES:
                code, params = SEND_CODES[failure.code]
                raise Refused(code, **params) from None
            if failure.code == CONCURRENT:
                raise SendFailed(CONCURRENT, retry=True, wait=failure.wait) from None
            raise
        with self.redis.pipeline() as together:
            together.delete(self._tries(purpose, phone, asker), self.own.count_key(purpose, phone, asker))
            together.set(self._sent(purpose, phone, asker), sid, ex=CODE_TTL_SECONDS)
            together.execute()
        return sid

    def verify(self, purpose: str, phone: str, asker: str, otp: str, attempt: str, now: datetime) -> None:
        """See bot.domain.messaging.otp.Otps; also Refused `otp_not_checked` while Twilio does not answer."""
        bound = (purpose, phone, asker)
        before = self.own.name("verdict of verify", *bound, attempt)
        kept = cast("bytes | None", self.redis.get(before)) if attempt else None
        verdict = kept.decode() if kept else self._verdict(bound, otp)
        if attempt:
            self.redis.set(before, verdict, ex=VERDICT_TTL_SECONDS)
        word, _, left = verdict.partition(":")
        if word == "wrong":
            raise Refused("otp_wrong", left=int(left))
        if word != "right":
            raise Refused(f"otp_{word}")

    def _verdict(self, bound: tuple[str, str, str], otp: str) -> str:
        """`right`, `wrong:<tries left>`, `not_sent`, `expired` or `used_up`."""
        sent, tries = self._sent(*bound), self._tries(*bound)
        sid = cast("bytes | None", self.redis.get(sent))
        if sid is None and bound[0] != sessions.PURPOSE:
            return "not_sent" if self.redis.exists(self.own.count_key(*bound)) else "expired"
        if int(self.redis.get(tries) or 0) >= MAX_TRIES:
            return "used_up"
        # Whether a number is on a roster must not be told by the time that its refusal takes.
        verdict = self._checked(sid.decode() if sid else NO_VERIFICATION, otp)
        if sid is None:
            verdict = "wrong"
        if verdict == "right":
            self.redis.delete(sent, tries)
        if verdict != "wrong":
            return verdict
        left = MAX_TRIES - int(self.redis.incr(tries))
        self.redis.expire(tries, CODE_TTL_SECONDS)
        return f"wrong:{left}" if left > 0 else "used_up"

    def _checked(self, sid: str, otp: str) -> str:
        try:
            status = self._call("VerificationCheck", {"VerificationSid": sid, "Code": otp}).get("status")
        except SendFailed as failure:
            if failure.code in CHECK_CODES:
                return CHECK_CODES[failure.code]
            raise Refused("otp_not_checked") from None
        return "right" if status == "approved" else NOT_APPROVED.get(str(status), "expired")

    def _call(self, resource: str, form: dict[str, str]) -> dict[str, Any]:
        status, answer = self.twilio.call("POST", f"{BASE}/{self.service}/{resource}", form=form)
        return accepted(status, answer)

    def _sent(self, *bound: str) -> str:
        return self.own.name("verification", *bound)

    def _tries(self, *bound: str) -> str:
        return self.own.name("tries of verification", *bound)
