"""`/v2/Services/<sid>/Verification…`: the part of Twilio Verify that we call. Any service is there."""

import hmac
import re
import secrets
from datetime import UTC, datetime
from typing import Any, cast

from flask import Blueprint, Response, jsonify, request

from bot.address import AT_TWILIO, WHATSAPP, Address
from webhooks.simulator.store.messages import SimulatedMessage, new_sid, now_ms
from webhooks.simulator.store.state import SimulatorState
from webhooks.simulator.twilio import access, outbound
from webhooks.simulator.twilio.outbound import PHONE, NotAccepted
from webhooks.simulator.twilio.resource import Json

CODE_TTL_SECONDS = 600
MAX_SENDS = MAX_CHECKS = 5
CODE_TEXT = "Your verification code is: {code}"


def blueprint(simulator: SimulatorState) -> Blueprint:
    """Verifications begun and checked."""
    named = Blueprint("simulated_verify", __name__, url_prefix="/v2/Services/<service>")
    api = access.guarded(named, simulator)

    @api.post("/Verifications")
    def begin(service: str) -> tuple[Response, int]:
        to, channel = request.form.get("To", ""), request.form.get("Channel", "")
        if not PHONE.fullmatch(to) or channel not in AT_TWILIO:
            raise NotAccepted(400, 60200, "Invalid parameter")
        key = f"sim:verify:{service}:{to}"
        kept = _begun(simulator, key, service, to, channel)
        if simulator.redis.hincrby(key, "sends", 1) > MAX_SENDS:
            raise NotAccepted(429, 60203, "Max send attempts reached")
        _send(simulator, to, channel, kept["code"])
        return jsonify(_verification(simulator, service, kept)), 201

    @api.post("/VerificationCheck")
    def check(service: str) -> tuple[Response, int]:
        key = _key(simulator, service)
        kept = _stored(simulator, key) if key else {}
        if not kept:
            raise access.not_found()
        code = request.form.get("Code", "")
        if not re.fullmatch(r"[0-9]{4,10}", code):
            raise NotAccepted(400, 60200, "Invalid parameter: Code")
        if simulator.redis.hincrby(key, "checks", 1) > MAX_CHECKS:
            raise NotAccepted(429, 60202, "Max check attempts reached")
        right = hmac.compare_digest(code, kept["code"])
        if right:
            simulator.redis.delete(key, f"sim:verify:{kept['sid']}")
        whole = _shared(simulator, service, kept, "approved" if right else "pending")
        return jsonify({**whole, "sna_attempts_error_codes": []}), 201

    return api


def _begun(simulator: SimulatorState, key: str, service: str, to: str, channel: str) -> dict[str, str]:
    """The verification of this phone, the pending one where there is one: its code stays."""
    kept = _stored(simulator, key)
    if kept:
        return kept
    sid = new_sid("VE")
    made = {"sid": sid, "to": to, "channel": channel, "code": f"{secrets.randbelow(10**6):06}"}
    simulator.redis.hset(key, mapping=cast("Any", made))
    simulator.redis.expire(key, CODE_TTL_SECONDS)
    simulator.redis.set(f"sim:verify:{sid}", key, ex=CODE_TTL_SECONDS)
    return made


def _stored(simulator: SimulatorState, key: str) -> dict[str, str]:
    rows = cast("dict[bytes, bytes]", simulator.redis.hgetall(key))
    return {name.decode(): value.decode() for name, value in rows.items()}


def _key(simulator: SimulatorState, service: str) -> str:
    """Where the verification is that a check names, by its SID or its phone; empty: nowhere."""
    sid = request.form.get("VerificationSid", "")
    if not sid:
        return f"sim:verify:{service}:{request.form.get('To', '')}"
    kept = cast("bytes | None", simulator.redis.get(f"sim:verify:{sid}"))
    return kept.decode() if kept else ""


def _send(simulator: SimulatorState, to: str, channel: str, code: str) -> None:
    outbound.send_message(
        simulator,
        SimulatedMessage(
            sid=new_sid("SM"),
            direction="outbound-api",
            sender=simulator.senders[0] if channel == WHATSAPP else simulator.sms_sender,
            recipient=Address(channel, to).format(),
            body=CODE_TEXT.format(code=code),
            status="queued",
            created_ms=now_ms(),
        ),
    )


def _shared(simulator: SimulatorState, service: str, stored: dict[str, str], status: str) -> Json:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "sid": stored["sid"],
        "service_sid": service,
        "account_sid": simulator.account,
        "to": stored["to"],
        "channel": stored["channel"],
        "status": status,
        "valid": status == "approved",
        "amount": None,
        "payee": None,
        "date_created": now,
        "date_updated": now,
    }


def _verification(simulator: SimulatorState, service: str, stored: dict[str, str]) -> Json:
    """A Verification resource."""
    url = f"https://verify.twilio.com/v2/Services/{service}/Verifications/{stored['sid']}"
    attempt = {"attempt_sid": new_sid("VL"), "channel": stored["channel"], "time": datetime.now(UTC).isoformat()}
    more: Json = {"lookup": {}, "send_code_attempts": [attempt], "sna": None, "url": url}
    return {**_shared(simulator, service, stored, "pending"), **more}
