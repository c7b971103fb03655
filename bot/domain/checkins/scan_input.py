"""Reads what a camera, a hardware scanner or a person gave: a pass code or a token."""

import unicodedata

from bot.domain.keys import KeyRing
from bot.domain.passes import tokens
from bot.domain.passes.tokens import PassToken
from flows.shapes import Invalid
from flows.understanding import codes

MAX_SCAN_LENGTH = 2000
"""Characters of a scan that are looked at; the longest QR text of ours has under 400."""


def read(text: str, ring: KeyRing) -> str | PassToken:
    """The bare eight characters of a code, or a token whose signature is good.

    Raises Invalid `unreadable` (neither, or a wrong check character) or `forged`.
    """
    clean = tokens.cleaned(text[:MAX_SCAN_LENGTH])
    try:
        return codes.parse(_without_dashes(clean))
    except Invalid as no:
        if no.code == "mistyped_code":
            raise Invalid("unreadable") from None
    return tokens.decode(clean, ring)


def is_code(text: str) -> bool:
    """Whether it has the form of a code, with whatever check character: what people type, and no QR of ours."""
    bare = codes.corrected(_without_dashes(tokens.cleaned(text[:MAX_SCAN_LENGTH])))
    return len(bare) == codes.LENGTH and all(character in codes.ALPHABET for character in bare)


def _without_dashes(text: str) -> str:
    """Phones make long dashes out of hyphens."""
    if text.isascii():
        return text.replace("-", "")
    return "".join(character for character in text if unicodedata.category(character) != "Pd")
