"""The signed token in a pass's QR, with all that a scanner without a network needs.

81 bytes, big-endian: version (1), key (1), event (2), number of the kind (1), pass (5), first day as days
since 2020-01-01 (2), the days as bits, the lowest the first day (4), party size (1), and the Ed25519
signature over these 17 bytes (64). In base 32 (RFC 4648) that is 130 characters of QR's alphanumeric set.
"""

import base64
import re
import struct
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cryptography.exceptions import InvalidSignature

from bot.domain import pass_days
from bot.domain.keys import KeyRing
from bot.domain.models import Pass
from flows.shapes import Invalid

VERSION = 1
EPOCH = date(2020, 1, 1)
"""Day 0 of the token's calendar; two bytes of days reach the year 2199."""
LAYOUT = struct.Struct(">BBHBBIHIB")
"""The pass's five bytes are one and four."""
LENGTH = 130
"""Characters of a token: 81 bytes in base 32, without padding."""
MAX_DAYS = 32
"""Days that the bit mask can hold."""
_LOOKS_LIKE_ONE = re.compile(f"[A-Z2-7]{{{LENGTH}}}")
_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghijklmnopqrstuv")
"""RFC 4648's digits as Python's own of base 32, by which it reads such a number eight times as fast."""
_SPARE = 0b11
"""The bits of the last character that stand for nothing and are 0."""
_ECI = re.compile(r"\\\d{6}", re.ASCII)
"""An ECI prefix, which hardware scanners add: a backslash and six digits (docs/contract.md#check-in-results)."""
_FULL_WIDTH = {0xFF01 + place: 0x21 + place for place in range(94)}
_DEVANAGARI = {0x0966 + digit: 0x30 + digit for digit in range(10)}
_FOLDED = _FULL_WIDTH | _DEVANAGARI


@dataclass(frozen=True, slots=True)
class PassToken:
    """The contents of a token."""

    key: int
    event: int
    kind: int
    """The kind's number within the event."""
    pass_id: int
    first_day: date
    days: int
    """Bit mask of days: bit 0 is the first day."""
    party_size: int
    version: int = VERSION

    @property
    def dates(self) -> tuple[date, ...]:
        """The days on which the pass is good."""
        offsets = (place for place in range(MAX_DAYS) if self.days >> place & 1)
        return tuple(self.first_day + timedelta(days=offset) for offset in offsets)


def token_of(issued: Pass) -> PassToken:
    """The token of a pass: the same whenever it is asked for."""
    dates = pass_days.days_of_pass(issued)
    return PassToken(
        key=issued.key_id,
        event=issued.event_id,
        kind=issued.kind.number,
        pass_id=issued.id,
        first_day=dates[0],
        days=sum(1 << (day - dates[0]).days for day in dates),
        party_size=issued.party_size,
    )


def encode(token: PassToken, ring: KeyRing) -> str:
    """The token as text, signed with its own key; with the current one where that has been retired.

    Raises struct.error where a number does not fit its place, KeyError for a key that there is not.
    """
    key = ring.in_place_of(token.key)
    data = _pack(replace(token, key=key))
    _, signature = ring.sign(data, key)
    return _text(data + signature)


def decode(text: str, ring: KeyRing) -> PassToken:
    """What a scanned or typed token says, whatever surrounds it; its signature is good.

    Raises Invalid `unreadable` (not a token of ours) or `forged` (its signature fails).
    """
    raw = _bytes(cleaned(text))
    data, signature = raw[: LAYOUT.size], raw[LAYOUT.size :]
    if data[0] != VERSION:
        raise Invalid("unreadable")
    key = ring.public(data[1])
    try:
        if key is None:
            raise InvalidSignature
        key.verify(signature, data)
    except InvalidSignature:
        raise Invalid("forged") from None
    return _unpack(data)


def qr_text(origin: str, token: str) -> str:
    """The text of the QR: a link to the pass page, in capitals so that QR's alphanumeric mode holds."""
    return f"{origin}/P/{token}".upper()


def cleaned(text: str) -> str:
    """The token in what a camera, a hardware scanner or a keyboard gave (docs/contract.md#check-in-results)."""
    if text.isascii() and text.isprintable():  # as a camera reads ours: nothing but spaces to be left out
        folded = text.replace(" ", "")
    else:
        folded = "".join(character for character in text.translate(_FOLDED) if _is_ink(character))
    return _ECI.sub("", folded).upper().rpartition("/P/")[2]


def _is_ink(character: str) -> bool:
    """Whether it is none of space, control, zero-width and combining characters: a token has none of them."""
    return not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf", "Mn")


def _pack(token: PassToken) -> bytes:
    return LAYOUT.pack(
        token.version,
        token.key,
        token.event,
        token.kind,
        token.pass_id >> 32,
        token.pass_id & 0xFFFFFFFF,
        (token.first_day - EPOCH).days,
        token.days,
        token.party_size,
    )


def _unpack(data: bytes) -> PassToken:
    version, key, event, kind, high, low, day, days, party = LAYOUT.unpack(data)
    first = EPOCH + timedelta(days=day)
    return PassToken(key, event, kind, high << 32 | low, first, days, party, version)


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Raises Invalid `unreadable` for all but the one way to write these bytes."""
    number = int(text.translate(_DIGITS), 32) if _LOOKS_LIKE_ONE.fullmatch(text) else None
    if number is None or number & _SPARE:
        raise Invalid("unreadable")
    return (number >> _SPARE.bit_length()).to_bytes(LENGTH * 5 // 8, "big")
