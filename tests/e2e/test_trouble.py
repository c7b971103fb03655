"""The real processes under the trouble that the simulator can make."""

import re
import subprocess
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from bot.database import Database
from bot.delivery.message import OutboundMessage
from bot.delivery.twilio.messages import Twilio
from bot.domain.models import ContactAlias, Delivery, Pass
from bot.errors import SendFailed
from bot.settings import SIMULATED_SENDER
from tests.e2e.pages.visitor import MESSAGES, Visitor, new_visitor
from tests.e2e.server import Running, served_by, until

_numbers = count(1)


@pytest.fixture
def visitor(running: Running) -> Iterator[Visitor]:
    yield new_visitor(running.origin, f"+9180000{next(_numbers):05d}")
    requests.delete(f"{running.origin}/simulator/control", timeout=60)


@pytest.fixture
def running_database(running: Running) -> Iterator[Database]:
    made = Database(running.settings.database)
    yield made
    made.close()


def order(running: Running, **trouble: Any) -> None:
    answer = requests.post(f"{running.origin}/simulator/control", json=trouble, timeout=60)
    assert answer.status_code == 201, answer.text


def passes_of(database: Database, visitor: Visitor) -> int:
    whose = select(ContactAlias.contact_id).where(ContactAlias.value == visitor.number)
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(Pass).where(Pass.holder_id.in_(whose))) or 0


def delivery_of(database: Database, visitor: Visitor) -> Delivery:
    with database.read() as db:
        return db.scalars(select(Delivery).where(Delivery.kind == "pass", Delivery.lane.endswith(visitor.number))).one()


def test_every_webhook_five_times_and_statuses_backwards_is_one_pass(
    running: Running, visitor: Visitor, running_database: Database
) -> None:
    order(running, fault="repeat", kind="inbound", copies=5, times=len(MESSAGES))
    order(running, fault="reorder", kind="status", times=3, seconds=0.7)
    for text in MESSAGES:
        visitor.say(text)
    until(lambda: visitor.got(media=True), "the image")
    until(lambda: delivery_of(running_database, visitor).status == "read", "the status read")
    assert passes_of(running_database, visitor) == 1
    assert len(visitor.got()) == len(MESSAGES)
    assert len(visitor.got(media=True)) == 1


def test_a_provider_that_is_busy_delays_the_pass_and_loses_nothing(
    running: Running, visitor: Visitor, running_database: Database
) -> None:
    for text in MESSAGES[:-1]:
        visitor.say(text)
    order(running, fault="refuse", kind="send", status=429)
    visitor.say("yes")
    until(lambda: visitor.got(media=True), "the image after a refusal")
    assert delivery_of(running_database, visitor).attempts == 2
    assert len(visitor.got(media=True)) == 1


@pytest.mark.parametrize("accept", [True, False], ids=["taken all the same", "never reached"])
def test_words_that_the_main_door_did_not_answer_are_answered_by_the_fallback_and_the_clock(
    running: Running, visitor: Visitor, running_database: Database, accept: bool
) -> None:
    for text in MESSAGES[:-1]:
        visitor.say(text)
    order(running, fault="cut", kind="inbound", accept=accept)
    visitor.say("yes")
    until(lambda: len(visitor.got()) == len(MESSAGES) + 1, "the answer after the promise")
    until(lambda: visitor.got(media=True), "the image")
    assert passes_of(running_database, visitor) == 1
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", visitor.got()[-1]["text"])


def test_gunicorn_lets_go_of_a_connection_that_is_cut(running: Running) -> None:
    twilio = Twilio(running.settings)
    for _ in range(3):
        order(running, fault="cut", kind="send")
        with pytest.raises(SendFailed) as failed:
            twilio.send(OutboundMessage("whatsapp:+919000099999", SIMULATED_SENDER, "words"))
        assert failed.value.unclear
    assert requests.get(f"{running.origin}/healthz", timeout=60).status_code == 200
    log = (running.folder / "web.log").read_text()
    assert "Traceback" not in log
    assert "Socket error" not in log


def test_the_logs_say_nothing_about_anybody(running: Running, visitor: Visitor) -> None:
    for text in MESSAGES:
        visitor.say(text)
    until(lambda: visitor.got(media=True), "the image")
    code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", visitor.got()[-1]["text"])[0]
    logs = "".join((running.folder / f"{name}.log").read_text() for name in ("web", "worker", "clock"))
    for personal in (visitor.number, visitor.number[3:], "Asha", "Verma", "Delhi", code, code.replace("-", "")):
        assert personal not in logs


def test_a_wrong_secret_is_one_line_and_no_endless_restart(running: Running) -> None:
    web = served_by(running, "web", SECRET_KEY="another-secret-than-before")
    ended = subprocess.run(**web, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    assert "SECRET_KEY" in ended.stderr
