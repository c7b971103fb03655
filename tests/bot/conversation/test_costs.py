"""What a message of a registration costs until its answer has left: statements and round trips, counted."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from redis import Redis

from bot.conversation.dialogue import Dialogue
from bot.conversation.effects import EffectDeps
from bot.conversation.facts import Sources
from bot.conversation.funnel_tracking import FunnelTracker
from bot.conversation.store import ConversationStore
from bot.conversation.turn import TurnRunner
from bot.database import Database
from bot.delivery.templates import TemplateCatalog
from bot.domain import events, people, roster
from bot.domain.keys import KeyRing
from bot.inbound import Inbound
from tests.bot.domain.builders import NOW, SECRET
from tests.listening import OF_TRANSACTIONS, compiled, round_trips, statements

SAID = ("hi", "1", "Asha Verma", "1", "3", "Delhi", "yes")
"""A whole registration with the demo event."""
PHONE = "+919812345678"
READS_OF_KNOWN = 5
"""The look of every message, who they are, undelivered pictures, whether the phone changed hands, and their passes."""


class Cost(NamedTuple):
    """An answer, and what was said to the database and to Redis until it had left."""

    answer: str
    all_statements: list[str]
    round_trips: list[bytes]

    @property
    def statements(self) -> list[str]:
        """But for where transactions begin and end."""
        return [one for one in self.all_statements if not one.startswith(OF_TRANSACTIONS)]


class Afterwards:
    """An outbox that lets what follows an answer wait until the test has counted, and sends nothing."""

    def __init__(self) -> None:
        self.begins, self.is_over = threading.Semaphore(0), threading.Semaphore(0)

    def dispatch(self, ids: Any) -> None:
        assert self.begins.acquire(timeout=30)

    def record_inbound(self, *of: Any, **about: Any) -> None:
        self.is_over.release()

    def let_it_be(self) -> None:
        self.begins.release()
        assert self.is_over.acquire(timeout=30)


@dataclass
class Phone:
    """Somebody who writes."""

    dialogue: Dialogue
    afterwards: Afterwards
    phone: str = PHONE
    user: str = "IN.2"
    count: int = 0

    def say(self, text: str) -> Cost:
        self.count += 1
        sid = f"SM{self.user[3:]}x{self.count}"
        inbound = Inbound(sid, f"whatsapp:{self.phone}", "whatsapp:+1", phone=self.phone, user=self.user, text=text)
        with statements(all_of_them=True) as asked, round_trips() as sent:
            answer = self.dialogue.handle(inbound)
            cost = Cost(answer, list(asked), list(sent))
        self.afterwards.let_it_be()
        return cost


@pytest.fixture
def newcomer(database: Database, redis: "Redis") -> Iterator[Phone]:
    """A newcomer before the whole path of a message, in a process that has been running for a while."""
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        events.make_demo(db, NOW)
    no_otps: Any = None
    templates = TemplateCatalog(database, redis, lambda: NOW)
    turns = TurnRunner(
        database, Sources(database, "IN"), EffectDeps(ring, no_otps), templates, None, FunnelTracker(redis)
    )
    afterwards: Any = Afterwards()
    dialogue = Dialogue(ConversationStore(redis, state_seconds=3600), turns, database, afterwards, lambda: NOW)
    first = Phone(dialogue, afterwards, "+919800000001", "IN.1")
    for text in SAID:
        first.say(text)
    yield Phone(dialogue, afterwards)
    dialogue.close()


def test_a_message_in_between_costs_one_statement_and_two_round_trips(newcomer: Phone) -> None:
    newcomer.say(SAID[0])
    for text in SAID[1:-1]:
        cost = newcomer.say(text)
        assert cost.answer
        assert len(cost.statements) == 1, "\n".join(cost.statements)
        assert len(cost.round_trips) == 2, cost.round_trips


def test_no_statement_of_a_second_registration_is_compiled_again(newcomer: Phone) -> None:
    with compiled() as made:
        answers = [newcomer.say(text).answer for text in SAID]
    assert all(answers)
    assert made == []


def test_somebody_who_is_on_file_costs_four_reads_more_at_each_message(newcomer: Phone) -> None:
    for text in SAID:
        newcomer.say(text)
    for text in ("menu", "help", "register", "hi"):
        cost = newcomer.say(text)
        assert cost.answer
        assert len(cost.statements) <= READS_OF_KNOWN, "\n".join(cost.statements)
        assert len(cost.round_trips) == 2, cost.round_trips


def test_a_pass_that_is_sent_again_is_twelve_statements(newcomer: Phone) -> None:
    for text in SAID:
        newcomer.say(text)
    cost = newcomer.say("my pass")
    assert len(cost.statements) <= 12, "\n".join(cost.statements)
    assert len(cost.round_trips) == 2, cost.round_trips


@pytest.mark.parametrize("known", [False, True])
def test_the_registration_is_twelve_statements_and_no_savepoint(
    newcomer: Phone, database: Database, known: bool
) -> None:
    if known:
        with database.write() as db:
            people.find_or_make(db, phone=PHONE, user="IN.2", now=NOW).language = "en"
    for text in SAID[:-1]:
        newcomer.say(text)
    cost = newcomer.say(SAID[-1])
    assert "Your pass code" in cost.answer
    begins = next(place for place, one in enumerate(cost.statements) if one.startswith("INSERT INTO turns"))
    looks, registration = cost.statements[:begins], cost.statements[begins:]
    assert known or len(looks) == 1
    assert len(registration) <= 12, "\n".join(registration)
    taking = next(place for place, one in enumerate(registration) if one.startswith("UPDATE event_days"))
    making = next(place for place, one in enumerate(registration) if one.startswith("INSERT INTO passes"))
    assert taking == (making - 1 if known else len(registration) - 1)
    assert [one for one in cost.all_statements if "SAVEPOINT" in one] == []


def test_a_volunteer_who_is_disabled_is_a_visitor_at_the_next_message(newcomer: Phone, database: Database) -> None:
    with database.write() as db:
        roster.add(db, "demo", phone=PHONE, name="Ravi", region="IN", now=NOW)
    assert "To admit" in newcomer.say("menu").answer
    with database.write() as db:
        roster.set_enabled(db, PHONE, False, region="IN")
    assert "To admit" not in newcomer.say("menu").answer
