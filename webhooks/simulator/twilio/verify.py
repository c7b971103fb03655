"""`/v2/Services/<sid>/Verification…`: the part of Twilio Verify that we call. Any service is there."""

import hmac
import re
import secrets
from datetime import UTC, datetime
from typing import Any, cast

from flask import Blueprint, Response, jsonify, request

from bot.address import AT_TWILIO, WHATSAPP, Address
from webhooks.simulator.store.messages import Message, new_sid, now_ms
from webhooks.simulator.store.state import Parts
from webhooks.simulator.twilio import access, outbound
from webhooks.simulator.twilio.outbound import NotTaken

LIFE_SECONDS = 600
MOST_SENDS = MOST_CHECKS = 5
WORDS = "Your verification code is: {code}"
_PHONE = re.compile(r"\+[1-9]\d{6,14}")

Json = dict[str, Any]


def blueprint(parts: Parts) -> Blueprint:
    """Verifications begun and checked."""
    named = Blueprint("simulated_verify", __name__, url_prefix="/v2/Services/<service>")
    api = access.guarded(named, parts)

    @api.post("/Verifications")
    def begin(service: str) -> tuple[Response, int]:
        to, channel = request.form.get("To", ""), request.form.get("Channel", "")
        if not _PHONE.fullmatch(to) or channel not in AT_TWILIO:
            raise NotTaken(400, 60200, "Invalid parameter")
        key = f"sim:verify:{service}:{to}"
        kept = _begun(parts, key, service, to, channel)
        if parts.redis.hincrby(key, "sends", 1) > MOST_SENDS:
            raise NotTaken(429, 60203, "Max send attempts reached")
        _send(parts, to, channel, kept["code"])
        return jsonify(_verification(parts, service, kept)), 201

    @api.post("/VerificationCheck")
    def check(service: str) -> tuple[Response, int]:
        key = _key(parts, service)
        kept = _kept(parts, key) if key else {}
        if not kept:
            raise access.not_found()
        code = request.form.get("Code", "")
        if not re.fullmatch(r"[0-9]{4,10}", code):
            raise NotTaken(400, 60200, "Invalid parameter: Code")
        if parts.redis.hincrby(key, "checks", 1) > MOST_CHECKS:
            raise NotTaken(429, 60202, "Max check attempts reached")
        right = hmac.compare_digest(code, kept["code"])
        if right:
            parts.redis.delete(key, f"sim:verify:{kept['sid']}")
        return jsonify(_checked(parts, service, kept, right)), 201

    return api


def _begun(parts: Parts, key: str, service: str, to: str, channel: str) -> dict[str, str]:
    """The verification of this phone, the pending one where there is one: its code stays."""
    kept = _kept(parts, key)
    if kept:
        return kept
    sid = new_sid("VE")
    made = {"sid": sid, "to": to, "channel": channel, "code": f"{secrets.randbelow(10**6):06}"}
    parts.redis.hset(key, mapping=cast("Any", made))
    parts.redis.expire(key, LIFE_SECONDS)
    parts.redis.set(f"sim:verify:{sid}", key, ex=LIFE_SECONDS)
    return made


def _kept(parts: Parts, key: str) -> dict[str, str]:
    rows = cast("dict[bytes, bytes]", parts.redis.hgetall(key))
    return {name.decode(): value.decode() for name, value in rows.items()}


def _key(parts: Parts, service: str) -> str:
    """Where the verification is that a check names, by its SID or its phone; empty: nowhere."""
    sid = request.form.get("VerificationSid", "")
    if not sid:
        return f"sim:verify:{service}:{request.form.get('To', '')}"
    kept = cast("bytes | None", parts.redis.get(f"sim:verify:{sid}"))
    return kept.decode() if kept else ""


def _send(parts: Parts, to: str, channel: str, code: str) -> None:
    outbound.depart(
        parts,
        Message(
            sid=new_sid("SM"),
            direction="outbound-api",
            sender=parts.senders[0] if channel == WHATSAPP else parts.sms_sender,
            recipient=Address(channel, to).format(),
            body=WORDS.format(code=code),
            status="queued",
            created_ms=now_ms(),
        ),
    )


def _shared(parts: Parts, service: str, kept: dict[str, str], status: str) -> Json:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "sid": kept["sid"],
        "service_sid": service,
        "account_sid": parts.account,
        "to": kept["to"],
        "channel": kept["channel"],
        "status": status,
        "valid": status == "approved",
        "amount": None,
        "payee": None,
        "date_created": now,
        "date_updated": now,
    }


def _verification(parts: Parts, service: str, kept: dict[str, str]) -> Json:
    """A Verification resource."""
    url = f"https://verify.twilio.com/v2/Services/{service}/Verifications/{kept['sid']}"
    attempt = {"attempt_sid": new_sid("VL"), "channel": kept["channel"], "time": datetime.now(UTC).isoformat()}
    more: Json = {"lookup": {}, "send_code_attempts": [attempt], "sna": None, "url": url}
    return {**_shared(parts, service, kept, "pending"), **more}


def _checked(parts: Parts, service: str, kept: dict[str, str], right: bool) -> Json:
    """A VerificationCheck resource."""
    return {**_shared(parts, service, kept, "approved" if right else "pending"), "sna_attempts_error_codes": []}
