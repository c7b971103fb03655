"""Validates the fields of volunteers, gates, devices and kinds."""

import re
from typing import Any

from bot.domain.events.validation import MAX_SLUG_LENGTH as MAX_SLUG_LENGTH
from bot.domain.events.validation import one_line
from bot.errors import Refused
from flows.shapes.duty import ROLES, Role
from flows.shapes.person import MAX_NAME_LENGTH
from flows.understanding import phones

_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
"""ITU-T E.164: at most 15 digits; shorter than 7 no mobile network has."""
_BETWEEN_DIGITS = re.compile(r"[\s().-]+")


def phone(typed: str, region: str) -> str:
    """The number in E.164; `region` serves where no country code was typed. Raises Refused `not_a_phone`."""
    bare = _BETWEEN_DIGITS.sub("", typed)
    if _E164.fullmatch(bare):
        return phones.canonical(bare)
    import phonenumbers  # takes a moment, and most numbers are in E.164

    try:
        written = phonenumbers.format_number(phonenumbers.parse(bare, region), phonenumbers.PhoneNumberFormat.E164)
        today = phones.canonical(written)
        # An old form of a number is not valid any more, but lists still have it.
        valid = phonenumbers.is_valid_number(phonenumbers.parse(today, None))
    except phonenumbers.NumberParseException:
        raise Refused("not_a_phone") from None
    if not valid:
        raise Refused("not_a_phone")
    return today


def name(typed: Any, max_length: int = MAX_NAME_LENGTH) -> str:
    """One line of text that is not empty. Raises Refused `bad_name`."""
    return one_line(typed, code="bad_name", most=max_length, least=1)


def role(typed: str) -> str:
    """One of ROLES. Raises Refused `bad_role`."""
    if typed not in ROLES:
        raise Refused("bad_role")
    return typed


def is_at_least(role: str, minimum: Role) -> bool:
    """Whether a role may do what another may."""
    return ROLES.index(role) >= ROLES.index(minimum)
