"""The people: each sends a message, waits for its answer, thinks, and sends the next."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import requests
from redis import Redis

from bot.conversation.dialogue import deferred_answer
from bot.settings import Settings
from flows.text import LANGUAGES
from tests.chaos.checker.evidence import CODE
from tests.chaos.plan import SPOKEN, Plan, name_of
from webhooks.simulator.courier import QUEUE_KEY
from webhooks.simulator.faults import NO_FAULT, Fault, Faults
from webhooks.simulator.store.messages import MAX_PAGE_SIZE, MessageStore, SimulatedMessage
from webhooks.simulator.store.phones import PhoneStore, phone

LOOK_SECONDS = 0.05
PROMISES = frozenset(deferred_answer(language) for language in (None, *LANGUAGES))
"""What is said where the answer comes later."""
ANOTHER_DAY = ("1", "yes")
"""Said in turn by whoever was refused at the end: the first day that is left, and yes again."""
MOST_SAID = len(SPOKEN) + 3 * len(ANOTHER_DAY)
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
    code: str = ""
    """Of the pass, as it was told."""
    has_pass: bool = False

    @property
    def is_through(self) -> bool:
        """Whether all was answered and the pass has come."""
        return bool(self.code) and self.heard >= self.sent and self.has_pass

    def next_text(self) -> str | None:
        """What comes next; None: nothing now."""
        if self.sent > self.heard or self.code or self.sent >= MOST_SAID:
            return None
        further = (self.sent - len(SPOKEN)) % len(ANOTHER_DAY)
        return SPOKEN[self.sent].format(name=name_of(self.number)) if self.sent < len(SPOKEN) else ANOTHER_DAY[further]


@dataclass
class Asker(Person):
    """Somebody who asks one thing at a moment that was settled before: by them it is seen how long nobody answers."""

    @property
    def is_through(self) -> bool:
        """Whether it has been answered."""
        return self.heard > 0

    def next_text(self) -> str | None:
        """The one thing."""
        return None if self.sent else "help"


@dataclass
class Volunteer(Person):
    """Somebody at a gate, who admits with the chat until it is over."""

    codes: Callable[[], Sequence[str]] = tuple
    over: Callable[[], bool] = bool
    chance: random.Random = field(default_factory=random.Random)

    @property
    def is_through(self) -> bool:
        """Whether all that was sent has been answered."""
        return self.heard >= self.sent

    def next_text(self) -> str | None:
        """A code of somebody who has been told it, sometimes for a part of the party."""
        known = self.codes()
        if self.sent > self.heard or not known or self.over():
            return None
        return self.chance.choice(known) + self.chance.choice(("", " 1", " 2"))


def is_promise(message: SimulatedMessage) -> bool:
    """Whether it only says that the answer will come: what the fallback door says. People wait on."""
    return message.body in PROMISES


def _inbound(chance: random.Random, plan: Plan) -> Fault:
    """Twilio delivers it twice, or so late that others' overtake it."""
    late = chance.uniform(0, plan.late) if chance.random() < plan.odd else 0.0
    return Fault(copies=2 if chance.random() < plan.twice else 1, delay=late)


def _status(chance: random.Random, plan: Plan) -> Fault:
    """Twilio reports it twice, late, or after the next one."""
    return Fault(copies=1 + (chance.random() < plan.odd), delay=chance.uniform(0, plan.late) * (plan.odd > 0))


def _send(chance: random.Random, plan: Plan) -> Fault:
    """Twilio refuses a message, hangs up before or after it has taken it, or takes its time."""
    if chance.random() >= plan.odd:
        return NO_FAULT
    refusals = (Fault(status=429, code=20429), Fault(status=503, code=20503))
    return chance.choice((*refusals, Fault(cut=True, accept=False), Fault(cut=True), Fault(delay=plan.late)))


KINDS_OF_TROUBLE: dict[str, Callable[[random.Random, Plan], Fault]] = {
    "inbound": _inbound,
    "status": _status,
    "send": _send,
}


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
        self.codes: list[str] = []
        """Of all passes that anybody has been told of."""

    def register(
        self,
        numbers: list[str],
        over: float,
        think: float,
        patience: float,
        ended: Callable[[], bool],
        others: Sequence[Person] = (),
    ) -> int:
        """Let these people register, beginning within `over` seconds; how many came through.

        Goes on until all have and `ended` holds, or patience ends. Others write meanwhile.
        """
        now = time.monotonic()
        people = {number: Person(number, now + self._chance.uniform(0, over)) for number in numbers}
        people |= {other.number: other for other in others}
        self._prepare(list(people))
        with ThreadPoolExecutor(8) as pool:
            while time.monotonic() < now + patience:
                self._hear(people, think)
                for person in people.values():
                    text = person.next_text() if time.monotonic() >= person.due else None
                    if text is not None:
                        person.sent += 1
                        pool.submit(self._send, person.number, text)
                if all(person.is_through for person in people.values()) and ended():
                    break
                time.sleep(LOOK_SECONDS)
        return sum(people[number].is_through for number in numbers)

    def got(self, number: str) -> list[SimulatedMessage]:
        """What came to this phone, in the order in which Twilio took it."""
        sids = self.messages.sids(recipient=f"whatsapp:{number}")
        found = sorted(self.messages.several(sids), key=lambda message: message.created_ms)
        return [message for message in found if message.status not in NEVER_CAME]

    def sent(self, number: str) -> list[SimulatedMessage]:
        """What this phone sent, in order."""
        sids = self.messages.sids(sender=f"whatsapp:{number}")
        return sorted(self.messages.several(sids), key=lambda message: message.created_ms)

    def at_twilio(self) -> int:
        """How much Twilio still has to do: webhooks to post, states to reach."""
        return int(self._redis.zcard(QUEUE_KEY))

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
            for kind, drawn in KINDS_OF_TROUBLE.items():
                befallen = range(len(numbers) * len(SPOKEN))
                self._faults.order(kind, [drawn(self._chance, self._plan) for _ in befallen])

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
                if (told := CODE.search(message.body)) and type(person) is Person:
                    person.code = told[0]
                    self.codes.append(told[0].replace("-", ""))
                person.due = time.monotonic() + self._chance.expovariate(1 / think)
