"""Where a message comes from and where one goes: the channel, and the name that somebody has there.

The written form stands in the database and on Twilio's wire: `whatsapp:+91…`, `whatsapp:IN.…`, for SMS the bare
number; an address of any other channel begins with that channel's own kind, such as `console:anna`.
"""

import re
from dataclasses import dataclass, field
from typing import Self

WHATSAPP, SMS, WEB = "whatsapp", "sms", "web"
"""Kinds. On the web nobody is written to: a page's address names the visit that its requests belong to."""
AT_TWILIO = (WHATSAPP, SMS)
"""The kinds whose names are a phone number or WhatsApp's user id: a person has the same name in each."""
_KIND = re.compile(r"([a-z]+):")


@dataclass(frozen=True, slots=True)
class Address:
    """One address."""

    kind: str
    """The channel; it says which carrier takes a message there (bot.delivery.carriers)."""
    value: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address in its written form; any text is one."""
        kind = _KIND.match(text)
        return cls(kind[1], text[kind.end() :]) if kind else cls(SMS, text)

    @classmethod
    def of(cls, name: str) -> Self:
        """Where somebody of this name is written to: a phone or user id on WhatsApp, any other name is an address."""
        return cls.parse(name) if _KIND.match(name) else cls(WHATSAPP, name)

    @property
    def name(self) -> str:
        """The name by which the person is known: the phone or user id, on other channels the whole address."""
        return self.value if self.kind in AT_TWILIO else self.format()

    @property
    def phone(self) -> str | None:
        """The number where it is one, as it is written."""
        return self.value if self.kind in AT_TWILIO and self.value.startswith("+") else None

    def format(self) -> str:
        """The written form."""
        return self.value if self.kind == SMS else f"{self.kind}:{self.value}"


def on_whatsapp(name: str) -> str:
    """The address of a phone (E.164) or user id on WhatsApp, in its written form."""
    return Address(WHATSAPP, name).format()


def is_on_whatsapp(text: str) -> bool:
    """Whether this written form is an address on WhatsApp."""
    return Address.parse(text).kind == WHATSAPP


def at_twilio(name: str) -> tuple[str, str]:
    """Every address that Twilio may have for a phone or user id, in its written form."""
    return name, on_whatsapp(name)
