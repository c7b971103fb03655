"""One person, two addresses (number and WhatsApp's user id): answers leave in order whichever they wrote from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

import pytest
from redis import Redis

from bot.conversation.dialogue import Dialogue
from bot.database import Database
from bot.delivery.dispatch import Outbox
from bot.domain import events
from bot.domain.models import Delivery
from bot.errors import SendFailed
from bot.inbound import Inbound, from_address
from bot.service import Service
from bot.settings import SIMULATED_SENDER
from tests.bot.delivery.conftest import NOW, Clock, FakeTwilio, row, waiting
from tests.webhooks.stand_in import until

USER = "BR.2081234"
BY_PHONE, BY_USER = "whatsapp:+551187654321", f"whatsapp:{USER}"
"""The number as WhatsApp still writes it, without the 9 that Brazil has added since."""
BUSY = SendFailed("20500", retry=True)
pytestmark = pytest.mark.databases("sqlite")
_numbers = count(1)


@dataclass(frozen=True)
class Bench:
    dialogue: Dialogue
    outbox: Outbox
    twilio: FakeTwilio
    clock: Clock
    database: Database

    def say(self, text: str, lane: str, user: str = "") -> str:
        """What the webhook's own response says."""
        return self.dialogue.handle(message(text, lane, user))

    def find(self, text: str, lane: str) -> int:
        """A message that was found after the fact: the delivery of its answer, which goes by the outbox."""
        one = message(text, lane)
        assert self.dialogue.handle_found(one, self.clock())
        return self.owed()[-1]

    def owed(self) -> list[int]:
        with self.database.read() as db:
            return [one.id for one in db.query(Delivery).order_by(Delivery.id) if one.status == "owed"]

    def lanes(self) -> list[str]:
        return [sent.lane for sent in self.twilio.sent]


def message(text: str, lane: str, user: str = "") -> Inbound:
    phone, known = from_address(lane, user)
    return Inbound(f"SM{next(_numbers)}", lane, SIMULATED_SENDER, phone=phone, user=known, text=text)


@pytest.fixture
def two_lanes(service: Service, database: Database) -> Iterator[Bench]:
    with database.write() as db:
        events.make_demo(db, NOW)
    clock, twilio = Clock(), FakeTwilio()
    outbox = replace(service.outbox, twilio=twilio, now=clock, sleep=lambda seconds: None)
    dialogue = Dialogue(service.conversations, service.dialogue._turns, database, outbox, clock)
    yield Bench(dialogue, outbox, twilio, clock, database)
    dialogue.close()


def test_a_later_answer_to_the_other_address_waits_for_the_earlier_one(two_lanes: Bench, redis: "Redis") -> None:
    assert two_lanes.say("hi", BY_PHONE, USER)
    first = two_lanes.find("1", BY_PHONE)
    two_lanes.twilio.failures = [BUSY]
    two_lanes.outbox.deliver(first)
    assert two_lanes.say("Asha Verma", BY_USER) == ""
    assert two_lanes.say("what?", BY_PHONE) == ""
    _, second, third = two_lanes.owed()
    for early in (third, second, third):
        two_lanes.outbox.deliver(early)
    assert two_lanes.lanes() == []
    assert (row(two_lanes.database, second).attempts, row(two_lanes.database, second).reason) == (0, None)

    two_lanes.clock.move(seconds=15)
    for _ in range(3):
        redis.flushdb()  # whatever jobs there were: the sweep finds what may leave
        two_lanes.outbox.sweep(two_lanes.clock())
        for job in waiting(two_lanes.outbox):
            two_lanes.outbox.deliver(job)
        two_lanes.clock.move(seconds=2)
    assert two_lanes.lanes() == [BY_PHONE, BY_USER, BY_PHONE]
    assert two_lanes.twilio.sent[0].body == row(two_lanes.database, first).payload["body"]
    assert two_lanes.say("menu", BY_USER)


def test_answers_that_left_hold_nobody_up(two_lanes: Bench) -> None:
    two_lanes.say("hi", BY_PHONE, USER)
    two_lanes.outbox.deliver(two_lanes.find("1", BY_PHONE))
    assert two_lanes.say("Asha Verma", BY_USER)
    assert two_lanes.owed() == []


def test_where_the_earlier_one_failed_for_good_the_later_one_goes(two_lanes: Bench) -> None:
    two_lanes.say("hi", BY_PHONE, USER)
    first = two_lanes.find("1", BY_PHONE)
    two_lanes.say("Asha Verma", BY_USER)
    two_lanes.twilio.failures = [SendFailed("63003", retry=False)]
    two_lanes.outbox.deliver(first)
    two_lanes.outbox.deliver(two_lanes.owed()[-1])
    assert two_lanes.lanes() == [BY_USER]


def test_whoever_writes_from_one_address_opens_the_window_of_the_other(two_lanes: Bench, redis: "Redis") -> None:
    two_lanes.say("hi", BY_PHONE, USER)
    until(lambda: redis.exists(f"window:heard:{BY_PHONE}|{SIMULATED_SENDER}"))  # noted after the answer
    two_lanes.clock.move(hours=23)
    waits = two_lanes.find("1", BY_PHONE)
    two_lanes.clock.move(hours=1, seconds=1)
    two_lanes.outbox.deliver(waits)
    assert row(two_lanes.database, waits).reason == "window_closed"
    redis.delete("rq:queue:replies")
    two_lanes.say("Asha Verma", BY_USER)
    until(lambda: waits in waiting(two_lanes.outbox))
    assert row(two_lanes.database, waits).give_up_at > two_lanes.clock() + timedelta(hours=1)
    two_lanes.outbox.deliver(waits)
    assert two_lanes.lanes() == [BY_PHONE]
