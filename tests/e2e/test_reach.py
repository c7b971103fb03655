"""From which of our senders, and whether at all, a person is reached: over HTTP, with every process running."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import requests
from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import resend
from bot.delivery.outbox import enqueue, queues
from bot.delivery.outbox import history as delivery_history
from bot.domain import passes
from bot.domain.models import Delivery
from bot.settings import SIMULATED_SENDER
from tests.e2e.pages.browser import CODE
from tests.e2e.pages.visitor import MESSAGES, Visitor, new_visitor
from tests.e2e.server import SECOND_SENDER, Running, until

_numbers = count(1)


@pytest.fixture
def templated_visitor(templated: Running) -> Visitor:
    return new_visitor(templated.origin, f"+9192000{next(_numbers):05d}")


def order(running: Running, **trouble: object) -> None:
    assert requests.post(f"{running.origin}/simulator/control", json=trouble, timeout=60).ok


def register(visitor: Visitor, to: str = "") -> str:
    """A whole registration; the pass's code."""
    for text in MESSAGES:
        visitor.say(text, to)
    visitor.pictures(1)
    found = CODE.search(visitor.got()[-1]["text"])
    assert found
    return found.group()


def senders(messages: list[dict[str, Any]]) -> set[str]:
    return {str(message["from"]) for message in messages}


@pytest.fixture
def templated_database(templated: Running) -> Iterator[Database]:
    """The database of those processes."""
    opened = Database(templated.settings.database)
    yield opened
    opened.close()


def resent(running: Running, database: Database, code: str) -> int:
    """The delivery by which an organiser sends a pass again; a worker has it at once."""
    with database.write() as db:
        number = resend.resend(db, passes.by_code(db, code), datetime.now(UTC))
    with Redis.from_url(running.settings.redis) as redis:
        queues.ask_for_drain(redis)
    return number


def becomes(database: Database, number: int, **facts: str) -> None:
    """Wait until a delivery is so."""

    def holds() -> bool:
        with database.read() as db:
            found = db.get_one(Delivery, number)
            return all(getattr(found, name) == value for name, value in facts.items())

    until(holds, f"a delivery with {facts}")


def test_everybody_is_answered_from_the_sender_they_wrote_to(templated: Running, templated_visitor: Visitor) -> None:
    register(templated_visitor, SECOND_SENDER)
    assert senders(templated_visitor.got() + templated_visitor.got(media=True)) == {SECOND_SENDER}
    answered, pictured = len(templated_visitor.got()), len(templated_visitor.got(media=True))
    templated_visitor.say("my pass", SIMULATED_SENDER)
    templated_visitor.pictures(pictured + 1)
    assert senders(templated_visitor.got()[answered:] + templated_visitor.got(media=True)[pictured:]) == {
        SIMULATED_SENDER
    }
    threads = {message["from"]: message["thread"] for message in templated_visitor.got()}
    assert threads == {SIMULATED_SENDER: "whatsapp", SECOND_SENDER: "whatsapp2"}


def test_a_day_later_a_pass_comes_by_its_template(
    templated: Running, templated_database: Database, templated_visitor: Visitor
) -> None:
    code = register(templated_visitor, SECOND_SENDER)
    order(templated, close_window=templated_visitor.number)
    number = resent(templated, templated_database, code)
    templated_visitor.pictures(2)
    shown = templated_visitor.got(media=True)[-1]
    assert (shown["from"], code in shown["text"]) == (SECOND_SENDER, True)
    assert shown["text"] != templated_visitor.got(media=True)[0]["text"]
    becomes(templated_database, number, status="read")
    with templated_database.read() as db:
        told = [step.error_code for step in delivery_history.history(db, number) if step.reason == "window_closed"]
    assert told == [63016]


@pytest.mark.parametrize(
    "refusal", [{"code": 63014}, {"code": 21610, "status": 400}], ids=["told_by_status", "told_at_once"]
)
def test_who_has_blocked_us_hears_nothing_unasked_until_they_greet_us(
    templated: Running, templated_database: Database, templated_visitor: Visitor, refusal: dict[str, int]
) -> None:
    code = register(templated_visitor)
    templated_visitor.say("register someone else")
    order(templated, fault="refuse", kind="send", **refusal)
    number = resent(templated, templated_database, code)
    becomes(templated_database, number, status="failed", reason="stopped_by_recipient")
    with templated_database.read() as db:
        assert enqueue.stopped_since(db, db.get_one(Delivery, number))
    order(templated, close_window=templated_visitor.number)
    waiting = resent(templated, templated_database, code)
    becomes(templated_database, waiting, status="owed", reason="window_closed")
    templated_visitor.say("hi demo")
    templated_visitor.pictures(2)
    with templated_database.read() as db:
        assert enqueue.stopped_since(db, db.get_one(Delivery, number)) is None
