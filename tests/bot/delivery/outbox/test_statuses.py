"""Statuses come twice, late, out of order and before our own note; they only rise."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import event

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue_reply
from bot.delivery.message import OutboundMessage
from bot.delivery.outbox import history
from bot.errors import SendFailed
from tests.bot.delivery.conftest import LANE, NOW, Clock, FakeTwilio, row, waiting

Take = Callable[[OutboundMessage], str]


@pytest.fixture
def sent(database: Database, outbox: Outbox) -> int:
    """A delivery that Twilio has taken."""
    delivery = owed(database, "Hello")
    outbox.deliver(delivery)
    return delivery


def owed(database: Database, body: str) -> int:
    with database.write() as db:
        return enqueue_reply(db, message_sid=body, address=LANE, sender=None, body=body, now=NOW)


def status(database: Database, delivery: int) -> str:
    return row(database, delivery).status


def test_the_highest_status_stays_in_whatever_order_they_come(
    database: Database, outbox: Outbox, twilio: FakeTwilio
) -> None:
    for number, order in enumerate(itertools.permutations(["sending", "sent", "delivered", "read"])):
        delivery = owed(database, str(number))
        outbox.deliver(delivery)
        for told in order + order:
            outbox.record_status(twilio.sent[-1].sid, delivery, told, None, NOW)
        assert status(database, delivery) == "read"


def test_a_failure_is_final_unless_it_arrived_after_all(
    database: Database, outbox: Outbox, sent: int, twilio: FakeTwilio
) -> None:
    sid = twilio.sent[0].sid
    outbox.record_status(sid, sent, "failed", 63003, NOW)
    outbox.record_status(sid, sent, "sent", None, NOW)
    failed = row(database, sent)
    assert (failed.status, failed.error_code, failed.reason) == ("failed", 63003, "bad_recipient")
    outbox.record_status(sid, sent, "delivered", None, NOW)
    outbox.record_status(sid, sent, "failed", 63003, NOW)
    assert status(database, sent) == "delivered"


def test_found_by_sid_alone(database: Database, outbox: Outbox, sent: int, twilio: FakeTwilio) -> None:
    outbox.record_status(twilio.sent[0].sid, None, "delivered", None, NOW)
    assert status(database, sent) == "delivered"


@pytest.mark.parametrize("told", ["received", "receiving", "owed", "partially_delivered", "", "SENT"])
def test_unknown_statuses_and_messages_change_nothing(
    database: Database, outbox: Outbox, sent: int, twilio: FakeTwilio, told: str
) -> None:
    outbox.record_status(twilio.sent[0].sid, sent, told, None, NOW)
    outbox.record_status("SMunknown", None, "read", None, NOW)
    outbox.record_status("SMunknown", sent, "read", None, NOW)
    outbox.record_status("SMunknown", 10**6, "read", None, NOW)
    assert status(database, sent) == "queued"


def test_a_status_costs_one_update_and_its_line_in_the_story(
    database: Database, outbox: Outbox, sent: int, twilio: FakeTwilio
) -> None:
    """Followers were looked for when the message had left: no status looks for them again. On PostgreSQL both are one
    statement, and no transaction around it.
    """
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement.split()[0])

    event.listen(database.engine, "before_cursor_execute", note)
    for told in ("sending", "sent", "delivered", "read"):
        outbox.record_status(twilio.sent[0].sid, sent, told, None, NOW)
    event.remove(database.engine, "before_cursor_execute", note)
    assert [one for one in asked if one != "BEGIN"] == (["UPDATE", "INSERT"] if database.is_sqlite else ["WITH"]) * 4
    with database.read() as db:
        told_of = [entry.what for entry in history.history(db, sent)]
    assert told_of[-4:] == ["sending", "sent", "delivered", "read"]


@pytest.mark.parametrize("told", ["sent", "read"])
def test_a_callback_before_our_own_note_is_kept(
    database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio, told: str
) -> None:
    first, second = owed(database, "1"), owed(database, "2")
    real = twilio.send

    def answered_while_called(message: OutboundMessage) -> str:
        sid = real(message)
        outbox.record_status(sid, first, told, None, NOW)
        return sid

    twilio.send = answered_while_called  # type: ignore[method-assign]  # this one call
    outbox.deliver(first)
    noted = row(database, first)
    assert (noted.status, noted.message_sid, noted.tried_at) == (told, twilio.sent[0].sid, None)
    assert second in waiting(outbox)


def test_a_failure_told_before_our_own_note_stands(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    for number, (code, expected) in enumerate([(63003, "failed"), (63012, "owed")]):
        delivery = owed(database, str(number))
        real = twilio.send

        def answered_while_called(
            message: OutboundMessage, delivery: int = delivery, code: int = code, real: Take = real
        ) -> str:
            sid = real(message)
            outbox.record_status(sid, delivery, "failed", code, NOW)
            return sid

        twilio.send = answered_while_called  # type: ignore[method-assign]  # this one call
        outbox.deliver(delivery)
        twilio.send = real  # type: ignore[method-assign]  # the class's own again
        assert status(database, delivery) == expected


def test_a_callback_settles_a_call_whose_answer_was_lost(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures, twilio.taken_all_the_same = [SendFailed("no_answer", retry=True, unclear=True)], True
    delivery = owed(database, "1")
    outbox.deliver(delivery)
    outbox.record_status(twilio.sent[0].sid, delivery, "sent", None, NOW)
    clock.move(minutes=2)
    outbox.deliver(delivery)
    assert (len(twilio.sent), len(twilio.looked)) == (1, 0)
    assert status(database, delivery) == "sent"


def test_a_failure_that_may_pass_is_tried_again(
    database: Database, outbox: Outbox, sent: int, twilio: FakeTwilio, clock: Clock
) -> None:
    old = twilio.sent[0].sid
    for _ in range(2):
        outbox.record_status(old, sent, "undelivered", 63018, NOW)
    again = row(database, sent)
    assert (again.status, again.error_code, again.reason) == ("owed", 63018, "provider_busy")
    assert again.not_before >= NOW + timedelta(seconds=6)
    outbox.record_status(old, sent, "sent", None, NOW)
    assert status(database, sent) == "owed"
    clock.move(seconds=30)
    outbox.deliver(sent)
    new = twilio.sent[1].sid
    outbox.record_status(old, sent, "failed", 63018, NOW)
    assert (status(database, sent), row(database, sent).message_sid) == ("queued", new)
    outbox.record_status(new, sent, "delivered", None, NOW)
    assert status(database, sent) == "delivered"


def test_trying_again_has_its_limits(
    database: Database, outbox: Outbox, sent: int, twilio: FakeTwilio, clock: Clock
) -> None:
    clock.move(hours=6)
    outbox.record_status(twilio.sent[0].sid, sent, "failed", 63018, clock.at)
    assert status(database, sent) == "failed"


def test_once_means_once(database: Database, outbox: Outbox, sent: int, twilio: FakeTwilio, clock: Clock) -> None:
    outbox.record_status(twilio.sent[0].sid, sent, "failed", 63019, NOW)
    clock.move(minutes=1)
    outbox.deliver(sent)
    outbox.record_status(twilio.sent[1].sid, sent, "failed", 63019, clock.at)
    assert status(database, sent) == "failed"


def test_many_callbacks_at_once(database: Database, outbox: Outbox, sent: int, twilio: FakeTwilio) -> None:
    told = ["sending", "sent", "delivered", "read", "failed"] * 8
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: outbox.record_status(twilio.sent[0].sid, sent, one, 63003, NOW), told))
    assert status(database, sent) == "read"


@pytest.mark.race
def test_many_workers_one_message(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    rows = [owed(database, str(number)) for number in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(outbox.deliver, rows * 12))
    for delivery in rows:
        outbox.deliver(delivery)
    assert twilio.bodies == ["0", "1", "2", "3"]
