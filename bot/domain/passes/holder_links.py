"""Links to one's own pass, for who gets no picture of it: sent to the holder alone, and short enough for an SMS.

A token is the pass's row number and a keyed hash over it, in small letters and digits, so that no part of it looks like
a pass code. Whoever holds it sees the pass as its picture shows it, for as long as the pass is good, and changes
nothing by it. The text of the QR leads elsewhere: to the page that says nothing personal.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass, field

from bot.domain import keys
from flows.shapes import Invalid

_NUMBER = struct.Struct(">I")
"""As large as the column of a pass's id."""
_HASH_BYTES = 11
"""With the number's 4 bytes 24 characters without padding; 88 bits are not found by trying addresses."""
_PURPOSE = "links to a pass for its holder"


@dataclass(frozen=True, slots=True)
class Links:
    """The links of this service's pages that people are sent."""

    origin: str = ""
    """Where they lead."""
    secret_key: str = field(default="", repr=False)

    def to_pass(self, pass_id: int, language: str = "en") -> str:
        """The link to a pass for its holder, in the language in which it is sent."""
        chosen = "" if language == "en" else f"?lang={language}"
        return f"{self.origin}/pass/{sign(pass_id, self.secret_key)}{chosen}"


def sign(pass_id: int, secret_key: str) -> str:
    """The token of a pass: the same whenever it is asked for."""
    number = _NUMBER.pack(pass_id)
    return base64.b32encode(number + _seal(number, secret_key)).decode().lower()


def read(token: str, secret_key: str) -> int:
    """The pass that the token is for. Raises Invalid `forged`."""
    try:
        raw = base64.b32decode(token, casefold=True)
    except (binascii.Error, ValueError):
        raise Invalid("forged") from None
    number, seal = raw[: _NUMBER.size], raw[_NUMBER.size :]
    if len(number) != _NUMBER.size or not hmac.compare_digest(seal, _seal(number, secret_key)):
        raise Invalid("forged")
    return int(_NUMBER.unpack(number)[0])


def _seal(number: bytes, secret_key: str) -> bytes:
    return hmac.digest(keys.derived(secret_key, _PURPOSE), number, hashlib.sha256)[:_HASH_BYTES]
