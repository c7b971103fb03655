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
def bench(service: Service, database: Database) -> Iterator[Bench]:
    with database.write() as db:
        events.make_demo(db, NOW)
    clock, twilio = Clock(), FakeTwilio()
    outbox = replace(service.outbox, twilio=twilio, now=clock, sleep=lambda seconds: None)
    dialogue = Dialogue(service.conversations, service.dialogue._turns, database, outbox, clock)
    yield Bench(dialogue, outbox, twilio, clock, database)
    dialogue.close()


def test_a_later_answer_to_the_other_address_waits_for_the_earlier_one(bench: Bench, redis: "Redis") -> None:
    assert bench.say("hi", BY_PHONE, USER)
    first = bench.find("1", BY_PHONE)
    bench.twilio.failures = [BUSY]
    bench.outbox.deliver(first)
    assert bench.say("Asha Verma", BY_USER) == ""
    assert bench.say("what?", BY_PHONE) == ""
    _, second, third = bench.owed()
    for early in (third, second, third):
        bench.outbox.deliver(early)
    assert bench.lanes() == []
    assert (row(bench.database, second).attempts, row(bench.database, second).reason) == (0, None)

    bench.clock.move(seconds=15)
    for _ in range(3):
        redis.flushdb()  # whatever jobs there were: the sweep finds what may leave
        bench.outbox.sweep(bench.clock())
        for job in waiting(bench.outbox):
            bench.outbox.deliver(job)
        bench.clock.move(seconds=2)
    assert bench.lanes() == [BY_PHONE, BY_USER, BY_PHONE]
    assert bench.twilio.sent[0].body == row(bench.database, first).payload["body"]
    assert bench.say("menu", BY_USER)


def test_answers_that_left_hold_nobody_up(bench: Bench) -> None:
    bench.say("hi", BY_PHONE, USER)
    bench.outbox.deliver(bench.find("1", BY_PHONE))
    assert bench.say("Asha Verma", BY_USER)
    assert bench.owed() == []


def test_where_the_earlier_one_failed_for_good_the_later_one_goes(bench: Bench) -> None:
    bench.say("hi", BY_PHONE, USER)
    first = bench.find("1", BY_PHONE)
    bench.say("Asha Verma", BY_USER)
    bench.twilio.failures = [SendFailed("63003", retry=False)]
    bench.outbox.deliver(first)
    bench.outbox.deliver(bench.owed()[-1])
    assert bench.lanes() == [BY_USER]


def test_whoever_writes_from_one_address_opens_the_window_of_the_other(bench: Bench, redis: "Redis") -> None:
    bench.say("hi", BY_PHONE, USER)
    until(lambda: redis.exists(f"window:heard:{BY_PHONE}|{SIMULATED_SENDER}"))  # noted after the answer
    bench.clock.move(hours=23)
    waits = bench.find("1", BY_PHONE)
    bench.clock.move(hours=1, seconds=1)
    bench.outbox.deliver(waits)
    assert row(bench.database, waits).reason == "window_closed"
    redis.delete("rq:queue:replies")
    bench.say("Asha Verma", BY_USER)
    until(lambda: waits in waiting(bench.outbox))
    assert row(bench.database, waits).give_up_at > bench.clock() + timedelta(hours=1)
    bench.outbox.deliver(waits)
    assert bench.lanes() == [BY_PHONE]
