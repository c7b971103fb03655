"""Phone numbers, and the codes that prove them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers

from flows import understanding
from flows.shapes import Answers, Facts, Field, Invalid, UserInput
from flows.understanding.phones import canonical

_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
"""Kinds of number that can receive a code; in some countries the two cannot be told apart."""

_NUMBER_OF = re.compile(r"\bno\b", re.IGNORECASE)
"""`mobile no 98…` denies nothing."""


def grouped(phone: str) -> str:
    """An E.164 number as it is written abroad, in groups."""
    return phonenumbers.format_number(phonenumbers.parse(phone, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@dataclass(frozen=True, slots=True)
class Phone(Field):
    """A phone number, kept as E.164 as dialled today; `own` gives the number that must not be typed here.

    Found in no longer text: a number there may be anybody's.
    """

    own: Callable[[Answers, Facts], str | None] = lambda answers, facts: None
    optional: bool = False

    def known(self, answers: Answers, facts: Facts) -> Mapping[str, Any]:
        """The region for numbers without a country code, and the person's own number."""
        return {"region": facts.region, "own": self.own(answers, facts)}

    def parse(self, message: UserInput, known: Mapping[str, Any]) -> str:
        """The number in E.164."""
        if understanding.negates(_NUMBER_OF.sub("", message.text)):
            raise Invalid("not_a_phone")
        try:
            typed = phonenumbers.parse(understanding.plain(message.text), known["region"])
            written = phonenumbers.format_number(typed, phonenumbers.PhoneNumberFormat.E164)
            number = phonenumbers.parse(canonical(written), None)
        except phonenumbers.NumberParseException:
            raise Invalid("not_a_phone") from None
        if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _MOBILE:
            raise Invalid("not_a_phone")
        phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if phone == known["own"]:
            raise Invalid("own_number")
        return phone

    def check(self, value: Any, known: Mapping[str, Any]) -> None:
        """A number that was typed stays typed, unless it is their own."""
        if value == known["own"]:
            raise Invalid("own_number")

    def shown(self, value: Any, known: Mapping[str, Any]) -> str:
        """The number as it is written abroad, in groups."""
        return grouped(str(value))


def phone_in(typed: str, region: str) -> str:
    """A number that somebody typed, in E.164; empty where it is none."""
    try:
        return Phone().parse(UserInput(typed), {"region": region, "own": None})
    except Invalid:
        return ""


@dataclass(frozen=True, slots=True)
class Otp(Field):
    """A code of six digits, alone or in the text it came in; checked elsewhere, and read only where it is asked for."""

    def parse(self, message: UserInput, known: Mapping[str, Any]) -> str:
        """The six digits."""
        whole = understanding.plain(message.text)
        found = re.findall(r"(?<!\d)\d{6}(?!\d)", whole) or re.findall(r"^\d{6}$", re.sub(r"[\s-]", "", whole))
        if len(found) != 1:
            raise Invalid("not_an_otp")
        return str(found[0])

    def shown(self, value: Any, known: Mapping[str, Any]) -> str:
        """Never the code itself."""
        return "••••••"
