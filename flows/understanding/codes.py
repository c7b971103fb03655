"""Pass codes: check character, parsing, display."""

import re

from flows.shapes import Invalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_LIKE_A_CODE = re.compile(r"\b([0-9A-Za-z]{4})-([0-9A-Za-z]{4})\b")


def check_character(body: str) -> str:
    """The check character of the first seven: Luhn's algorithm in base 32 (docs/contract.md#codes-and-qr)."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def shown(code: str) -> str:
    """The code as people see it: XXXX-XXXX."""
    return f"{code[:4]}-{code[4:]}"


def parse(text: str) -> str:
    """The eight characters of a typed code, look-alikes and hyphens mended.

    Raises Invalid `not_a_code` where it cannot be one and `mistyped_code` where the check
    character is wrong.
    """
    bare = corrected(text)
    if len(bare) != LENGTH or any(character not in ALPHABET for character in bare):
        raise Invalid("not_a_code")
    if check_character(bare[:-1]) != bare[-1]:
        raise Invalid("mistyped_code")
    return bare


def found(text: str) -> str:
    """The code that `parse` reads; empty for what is none."""
    try:
        return parse(text)
    except Invalid:
        return ""


def corrected(text: str) -> str:
    """A typed code without spaces and hyphens, look-alikes as the alphabet has them."""
    return "".join(text.split()).replace("-", "").upper().translate(str.maketrans("OIL", "011"))


def unlike(text: str) -> str:
    """The text with another hyphen where something looks like a code: only codes do (docs/contract.md#codes-and-qr)."""
    return _LIKE_A_CODE.sub("\\1\u2011\\2", text)
