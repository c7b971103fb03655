"""The people: each sends a message, waits for its answer, thinks, and sends the next."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests
from redis import Redis

from bot.conversation import replay
from bot.settings import Settings
from flows.text import LANGUAGES
from tests.chaos.plan import SPOKEN, Plan, name_of
from webhooks.simulator.faults import Fault, Faults
from webhooks.simulator.store.messages import MAX_PAGE_SIZE, MessageStore, SimulatedMessage
from webhooks.simulator.store.phones import PhoneStore, phone

LOOK_SECONDS = 0.05
PROMISES = {replay.deferred_answer(language) for language in (None, *LANGUAGES)}
ARRIVED = ("sent", "delivered", "read")
NEVER_CAME = ("failed", "undelivered")


@dataclass
class Person:
    """Somebody with a phone."""

    number: str
    due: float
    """When the next message goes, by the monotonic clock."""
    sent: int = 0
    heard: int = 0
    """Answers in words."""
    has_pass: bool = False

    @property
    def is_through(self) -> bool:
        """Whether all was answered and the pass has come."""
        return self.heard >= len(SPOKEN) and self.has_pass


def is_promise(message: SimulatedMessage) -> bool:
    """Whether it only says that the answer will come: what the fallback door says. People wait on."""
    return message.body in PROMISES


class Crowd:
    """Everybody, driven by what Twilio's record shows on their phones."""

    def __init__(self, plan: Plan, twilio: Settings) -> None:
        self._chance = random.Random(plan.seed)
        self._plan = plan
        self._origin = f"http://127.0.0.1:{twilio.port}"
        self._redis = Redis.from_url(twilio.redis)
        self.messages = MessageStore(self._redis)
        self._faults = Faults(self._redis)
        self._known: set[str] = set()
        self._cursor = 0

    def register(
        self, numbers: list[str], over: float, think: float, patience: float, ended: Callable[[], bool]
    ) -> int:
        """Let these people register, beginning within `over` seconds; how many came through.

        Goes on until all have and `ended` holds, or patience ends.
        """
        now = time.monotonic()
        people = {number: Person(number, now + self._chance.uniform(0, over)) for number in numbers}
        self._prepare(numbers)
        with ThreadPoolExecutor(8) as pool:
            while time.monotonic() < now + patience:
                self._hear(people, think)
                for person in people.values():
                    if person.sent < len(SPOKEN) and person.sent <= person.heard and time.monotonic() >= person.due:
                        text = SPOKEN[person.sent].format(name=name_of(person.number))
                        person.sent += 1
                        pool.submit(self._send, person.number, text)
                if all(person.is_through for person in people.values()) and ended():
                    break
                time.sleep(LOOK_SECONDS)
        return sum(person.is_through for person in people.values())

    def got(self, number: str) -> list[SimulatedMessage]:
        """What came to this phone, in the order in which Twilio took it."""
        sids = self.messages.sids(recipient=f"whatsapp:{number}")
        found = sorted(self.messages.several(sids), key=lambda message: message.created_ms)
        return [message for message in found if message.status not in NEVER_CAME]

    def sent(self, number: str) -> list[SimulatedMessage]:
        """What this phone sent, in order."""
        sids = self.messages.sids(sender=f"whatsapp:{number}")
        return sorted(self.messages.several(sids), key=lambda message: message.created_ms)

    def taken(self) -> int:
        """How many messages of ours Twilio has taken by its API so far."""
        return sum(message.direction == "outbound-api" for message in self.messages.several(self.messages.sids()))

    def _prepare(self, numbers: list[str]) -> None:
        """Add the phones, and order which of their messages come twice."""
        phones = PhoneStore(self._redis)
        for number in numbers:
            phones.add(phone(number, name_of(number)))
        self._faults.clear()
        if len(numbers) > 1:
            copies = [2 if self._chance.random() < self._plan.twice else 1 for _ in range(len(numbers) * len(SPOKEN))]
            self._faults.order("inbound", [Fault(copies=number) for number in copies])

    def _send(self, number: str, text: str) -> None:
        message = {"phone": number, "text": text}
        requests.post(f"{self._origin}/simulator/messages", json=message, timeout=30).raise_for_status()

    def _hear(self, people: dict[str, Person], think: float) -> None:
        changed = self.messages.changed(self._cursor)
        if len(changed) == MAX_PAGE_SIZE:
            raise RuntimeError("more happened at once than can be followed")
        for message in changed:
            self._cursor = max(self._cursor, message.change)
            person = people.get(message.recipient.removeprefix("whatsapp:"))
            if person and message.media_urls:
                person.has_pass = person.has_pass or message.status in ARRIVED
            elif person and message.sid not in self._known and not is_promise(message):
                self._known.add(message.sid)
                person.heard += 1
                person.due = time.monotonic() + self._chance.expovariate(1 / think)
