"""One inbound message, in the same form for every channel."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from bot.address import WEB, WHATSAPP, Address, on_whatsapp
from flows.shapes import UserInput, field_values
from flows.understanding.phones import canonical, variants

PHONE_PATTERN = re.compile(r"\+[1-9]\d{6,14}")
USER_PATTERN = re.compile(r"[A-Z]{2}\.[A-Za-z0-9._-]{1,128}")
PLAIN_SID = re.compile(r"[A-Za-z0-9]{1,64}")


@dataclass(frozen=True, slots=True)
class Inbound:
    """An inbound message: who, where to answer, and what was said. Survives JSON."""

    sid: str
    lane: str
    """Where the answer goes, as Twilio writes it: `whatsapp:+91…`, `whatsapp:IN.…`, `+91…`."""
    sender: str
    """Which of our senders was written to."""
    phone: str | None = None
    """E.164 as dialled today (flows.understanding.phones), where the channel tells it."""
    user: str | None = None
    """WhatsApp's business-scoped user id, where it tells one."""
    profile_name: str = ""
    text: str = ""
    form: str = "text"
    """As in flows.shapes.UserInput."""
    choice: str = ""
    replied_to: str = ""
    """SID of our message that was tapped or replied to."""
    channel: str = WHATSAPP
    """The kind of address that the channel vouches for, or WEB: a page's requests are messages too, whose `sid` is the
    request's id."""
    lent: str = ""
    """`phone` or `user`: the one that this message did not tell itself, or tells too late to be news."""
    media: tuple[tuple[str, str], ...] = ()
    """What was attached: the address of each file at Twilio, and what Twilio takes it for."""
    filled: Mapping[str, str] = field(default_factory=dict)
    """The answers of a form that was sent back, by the names under which they came (bot.filled_form)."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """The names that the person goes by, the phone first."""
        names = (("phone", self.phone), ("user", self.user))
        return tuple(f"{kind}:{value}" for kind, value in names if value) or (f"lane:{self.lane}",)

    @property
    def conversation_addresses(self) -> tuple[str, ...]:
        """The names of the conversation: an SMS has one of its own, lest a forged one answers for somebody."""
        return self.addresses if self.is_proved else (f"lane:{self.lane}",)

    @property
    def lanes(self) -> tuple[str, ...]:
        """Every address that WhatsApp may know this person by, the one that the message came from first."""
        names = (*(variants(self.phone) if self.phone else ()), *((self.user,) if self.user else ()))
        return tuple(dict.fromkeys((self.lane, *map(on_whatsapp, names))))

    @property
    def is_proved(self) -> bool:
        """Whether the sender is who the address says: the channel vouches for its own addresses, and a page for a
        phone that it has proved. The sender of an SMS, which comes to the same webhook as WhatsApp, can be forged.
        """
        return self.channel in (WEB, Address.parse(self.lane).kind)

    @property
    def user_input(self) -> UserInput:
        """The message as a flow sees it."""
        return UserInput(text=self.text, choice=self.choice, form=self.form, filled=self.filled)

    def also_known_as(self, phone: str | None, user: str | None) -> Self:
        """The message with the names that its own address does not tell but that are known from earlier messages."""
        lent = "user" if user and not self.user else "phone" if phone and not self.phone else self.lent
        return replace(self, phone=self.phone or phone, user=self.user or user, lent=lent)

    def to_json(self) -> dict[str, Any]:
        """The message as JSON, for the person's list. An older program knows no forms: only they say so."""
        return {name: value for name, value in field_values(self).items() if value or name != "filled"}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Back from the list."""
        return cls(**{**data, "media": tuple((url, kind) for url, kind in data.get("media", ()))})


def from_address(address: str, user: str = "") -> tuple[str | None, str | None]:
    """The phone and the business-scoped user id of whoever writes from this address.

    The phone is E.164 as dialled today, whatever form WhatsApp wrote it in: it says who somebody is,
    and never where an answer goes. `user` is the id where the channel names it besides the address.
    """
    phone = _match(PHONE_PATTERN, address)
    return phone and canonical(phone), _match(USER_PATTERN, address) or _match(USER_PATTERN, user)


def _match(pattern: re.Pattern[str], address: str) -> str | None:
    found = pattern.fullmatch(Address.parse(address).name)
    return found.group() if found else None


def storable_sid(sid: str) -> str:
    """The SID as it is kept: itself, or a name of the same use where no database would take it."""
    return sid if PLAIN_SID.fullmatch(sid) else "X" + hashlib.sha256(sid.encode()).hexdigest()[:63]


def storable(text: str) -> str:
    """The text without characters that PostgreSQL cannot store."""
    return text.replace("\x00", "")
