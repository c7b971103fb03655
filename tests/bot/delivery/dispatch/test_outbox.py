"""What is owed leaves once, and in each person's order."""

import pytest
from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue, has_unsent_replies
from bot.delivery.outbox import queues
from bot.domain.models import Pass
from bot.errors import SendFailed
from tests.bot.delivery.conftest import LANE, NOW, Clock, FakeTwilio, a_pass, no_redis, reply, row, waiting

BUSY = SendFailed("20429", retry=True)
NO_ANSWER = SendFailed("no_answer", retry=True, unclear=True)


def test_the_same_key_is_the_same_row(database: Database) -> None:
    first = reply(database, "one", sid="SM1")
    assert reply(database, "another", sid="SM1") == first
    assert reply(database, "one", sid="SM2") != first
    with database.write() as db:
        without_key = {
            enqueue(db, kind="text", address=LANE, payload={"body": "x"}, priority=2, now=NOW) for _ in range(2)
        }
    assert len(without_key) == 2


def test_what_is_owed_is_sent_once(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    image, words = a_pass(database), reply(database, "Hello", lane="whatsapp:+912")
    assert waiting(outbox) == [words, image]
    for _ in range(2):
        outbox.deliver(words)
    assert twilio.bodies == ["Hello"]
    sent = row(database, words)
    assert (sent.status, sent.message_sid, sent.tried_at, sent.lease_token) == (
        "queued",
        twilio.sent[0].sid,
        None,
        None,
    )
    assert twilio.sent[0].status_callback == f"https://localhost/webhooks/twilio/status?delivery={words}"


def test_enqueueing_without_redis_is_left_to_the_sweep(database: Database, redis: "Redis", outbox: Outbox) -> None:
    words = reply(database, "Hello")
    away = Outbox(database, no_redis(), outbox.twilio, outbox.otps, outbox.settings, outbox.now)
    away.dispatch([words])
    assert not queues.is_drain_asked(redis)
    assert outbox.sweep(NOW)
    assert queues.is_drain_asked(redis)
    outbox.deliver(words)
    assert not outbox.sweep(NOW)


def test_words_leave_in_order(database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio) -> None:
    first, second, stranger = reply(database, "1"), reply(database, "2"), reply(database, "x", lane="whatsapp:+911")
    outbox.deliver(second)
    assert twilio.bodies == []
    outbox.deliver(stranger)
    outbox.deliver(first)
    assert waiting(outbox) == [second]
    outbox.deliver(second)
    assert twilio.bodies == ["x", "1", "2"]


def test_a_held_back_message_holds_back_the_later_ones(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures = [BUSY]
    first, second = reply(database, "1"), reply(database, "2")
    outbox.deliver(first)
    outbox.deliver(second)
    assert twilio.bodies == []
    clock.move(minutes=1)
    outbox.deliver(first)
    outbox.deliver(second)
    assert twilio.bodies == ["1", "2"]


def test_images_wait_for_words_and_words_not_for_images(
    database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio
) -> None:
    words, image, later = reply(database, "1"), a_pass(database), reply(database, "2")
    outbox.deliver(image)
    assert twilio.sent == []
    outbox.deliver(words)
    outbox.deliver(later)
    redis.flushall()
    outbox.deliver(image)
    assert twilio.bodies[:2] == ["1", "2"]
    assert "7K3M-PQ2R" in twilio.bodies[2]


def test_unsent_words_are_known_and_images_do_not_count(database: Database, outbox: Outbox) -> None:
    a_pass(database)
    assert not has_unsent_replies(database, LANE)
    words = reply(database, "1")
    assert has_unsent_replies(database, LANE)
    outbox.deliver(words)
    assert not has_unsent_replies(database, LANE)


def test_an_image_goes_with_link_caption_and_validity(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    outbox.deliver(a_pass(database))
    sent = twilio.sent[0]
    assert sent.media_url is not None
    assert sent.media_url.startswith("https://localhost/media/passes/")
    assert ".png" in sent.media_url
    assert "Asha" not in sent.media_url
    assert "Name: Asha Verma" in sent.body
    assert sent.validity == 6 * 3600
    for word in ("7K3M-PQ2R", "17 Jan", "3", "Pragati Maidan"):
        assert word in sent.body


@pytest.mark.parametrize("status", ["replaced", "revoked"])
def test_a_pass_that_is_not_valid_any_more_is_not_sent(
    database: Database, outbox: Outbox, twilio: FakeTwilio, status: str
) -> None:
    image = a_pass(database)
    with database.write() as db:
        db.get_one(Pass, row(database, image).pass_id).status = status
    outbox.deliver(image)
    assert twilio.sent == []
    assert (row(database, image).status, row(database, image).reason) == ("canceled", f"pass_{status}")


def test_the_image_of_a_replaced_pass_does_not_hold_back_the_new_one(database: Database, outbox: Outbox) -> None:
    old = a_pass(database)
    with database.write() as db:
        db.get_one(Pass, row(database, old).pass_id).status = "replaced"
    new = a_pass(database, code="11111118")
    assert row(database, old).status == "canceled"
    assert row(database, new).status == "owed"
