"""Browsers in which somebody signed in before: strangers cannot use up their one-time codes.

A cookie of its own, which outlives every session: who has it and for which numbers, signed, and of the numbers
only what tells whether one is among them.
"""

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_urlsafe

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from webhooks import cookies

COOKIE = "staff_browser"
COOKIE_TTL_SECONDS = 180 * 24 * 3600
MAX_NUMBERS = 30
"""Numbers that one browser remembers: a tablet at a gate goes from hand to hand."""
SALT = "browsers of staff"


def browser_of(phone: str) -> str:
    """The name of this browser, if this phone (E.164) has signed in in it before; else empty."""
    name, numbers = _stored()
    return name if _mark(name, phone) in numbers else ""


def name() -> str:
    """The name of this browser, if anybody has signed in in it before; else empty."""
    return _stored()[0]


def remember(answer: Response, phone: str) -> None:
    """Let the browser of this request be known for this phone from now on."""
    name, numbers = _stored()
    name = name or token_urlsafe(12)
    mine = _mark(name, phone)
    numbers = [mine, *(number for number in numbers if number != mine)][:MAX_NUMBERS]
    value = _signer().dumps({"name": name, "numbers": numbers})
    cookies.keep_for_staff(answer, COOKIE, str(value), COOKIE_TTL_SECONDS)


def _stored() -> tuple[str, list[str]]:
    try:
        kept = _signer().loads(request.cookies.get(COOKIE, ""))
        return str(kept["name"]), [str(number) for number in kept["numbers"]]
    except (BadSignature, KeyError, TypeError):
        return "", []


def _mark(name: str, phone: str) -> str:
    found = hmac.new(_secret(), json.dumps([name, phone]).encode(), sha256).digest()
    return urlsafe_b64encode(found[:9]).decode()


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(_secret(), salt=SALT)


def _secret() -> bytes:
    return str(current_app.config["SECRET_KEY"]).encode()
