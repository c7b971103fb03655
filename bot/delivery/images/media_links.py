"""Links to pass pictures: signed, expiring, and without anything about the visitor.

A token is the pass's row number, the moment of expiry and a keyed hash over both; whoever holds it can
see the image until then and learns nothing from it.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from datetime import datetime, timedelta

from flows.shapes import Invalid

LINK_TTL = timedelta(hours=24)
"""How long a link works: longer than Twilio holds a message back (10 h at most)."""

_CONTENT = struct.Struct(">QI")
_HASH_BYTES = 16


def sign(pass_id: int, secret: str, now: datetime, lifetime: timedelta = LINK_TTL) -> str:
    """A token for the image of this pass, valid for `lifetime`; letters that need no quoting in a URL."""
    what = _CONTENT.pack(pass_id, int((now + lifetime).timestamp()))
    return base64.urlsafe_b64encode(what + _seal(what, secret)).decode().rstrip("=")


def read(token: str, secret: str, now: datetime) -> int:
    """The pass that the token is for. Raises Invalid `forged` or, for a true but old one, `expired`."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("forged") from None
    what, seal = raw[: _CONTENT.size], raw[_CONTENT.size :]
    if len(what) != _CONTENT.size or not hmac.compare_digest(seal, _seal(what, secret)):
        raise Invalid("forged")
    pass_id, expires = _CONTENT.unpack(what)
    if now.timestamp() >= expires:
        raise Invalid("expired")
    return int(pass_id)


def _seal(content: bytes, secret: str) -> bytes:
    # The label keeps this hash apart from everything else that is keyed with the same secret.
    return hmac.digest(secret.encode(), b"media link\x00" + content, hashlib.sha256)[:_HASH_BYTES]
