"""The phones on the page: their owners and numbers."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import cast

import phonenumbers
from redis import Redis

from bot.address import on_whatsapp
from bot.domain.roster import trial

PHONES_KEY = "sim:phones"
PHONES_ORDER_KEY = "sim:phones:order"
DEFAULT_PHONES = (("+919876543210", "Asha Verma"), ("+919812345678", "Ravi Kumar"))
"""The phones of visitors on a page that is opened for the first time; those of the demo's staff come after them."""


class NoNumber(Exception):
    """The typed text is no phone number; the message says what would be one."""


@dataclass(frozen=True, slots=True)
class SimulatedPhone:
    """A phone with WhatsApp. `hidden`: Twilio is told the WhatsApp user id only, never the number."""

    number: str
    name: str
    hidden: bool = False

    @property
    def user(self) -> str:
        """The business-scoped user id: the same for the same number, and telling nothing of it."""
        region = phonenumbers.region_code_for_number(phonenumbers.parse(self.number)) or "ZZ"
        digest = hashlib.sha256(f"simulated {self.number}".encode()).digest()
        return f"{region}.{int.from_bytes(digest[:6], 'big'):016d}"

    @property
    def address(self) -> str:
        """The address that its messages come from."""
        return on_whatsapp(self.user if self.hidden else self.number)

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses of the phone."""
        return (on_whatsapp(self.number), on_whatsapp(self.user), self.number)

    @property
    def display_name(self) -> str:
        """The number as people write it."""
        kind = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(phonenumbers.parse(self.number), kind)


def phone(number: str, name: str, *, hidden: bool = False, region: str = "IN") -> SimulatedPhone:
    """A phone from what somebody typed. Raises NoNumber."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        raise NoNumber("A phone number is needed, such as +91 98765 43210.") from None
    if not phonenumbers.is_possible_number(parsed):
        raise NoNumber("This is no possible phone number.")
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return SimulatedPhone(written, name.strip()[:60] or written, hidden)


class PhoneStore:
    """The phones, in the order in which they were added."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    def list_phones(self) -> list[SimulatedPhone]:
        """Every phone; the first ones are there without being added."""
        self._begin()
        order = cast("list[bytes]", self._redis.zrange(PHONES_ORDER_KEY, 0, -1))
        rows = self._redis.hmget(PHONES_KEY, order) if order else []
        return [SimulatedPhone(**json.loads(row)) for row in rows if row]

    def get(self, number: str) -> SimulatedPhone | None:
        """The phone with this number, if it is on the page."""
        self._begin()
        row = self._redis.hget(PHONES_KEY, number)
        return SimulatedPhone(**json.loads(row)) if row else None

    def _begin(self) -> None:
        if self._redis.set("sim:begun", 1, nx=True):
            for number, name in (*DEFAULT_PHONES, *(person[:2] for person in trial.STAFF)):
                self.add(SimulatedPhone(number, name))

    def add(self, phone: SimulatedPhone) -> None:
        """Add a phone, or give the one with its number another name. The first ones stay the first."""
        self._begin()
        self._redis.hset(PHONES_KEY, phone.number, json.dumps(asdict(phone)))
        self._redis.zadd(PHONES_ORDER_KEY, {phone.number: self._redis.incr(f"{PHONES_ORDER_KEY}:next")}, nx=True)

    def remove(self, number: str) -> None:
        """Take a phone off the page. Its messages stay with Twilio."""
        self._redis.hdel(PHONES_KEY, number)
        self._redis.zrem(PHONES_ORDER_KEY, number)
