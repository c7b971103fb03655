"""Failures come again, are looked up first where they are unclear, or end with a reason."""

from datetime import timedelta

import pytest
from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import Outbox
from bot.delivery.message import OutboundMessage
from bot.delivery.outbox import backoff
from bot.domain.models import ContactAlias
from bot.errors import SendFailed
from tests.bot.delivery.conftest import LANE, NOW, Clock, FakeTwilio, a_pass, reply, row, waiting

BUSY = SendFailed("20429", retry=True)
NO_ANSWER = SendFailed("no_answer", retry=True, unclear=True)


def test_a_refusal_that_may_pass_comes_again_later(
    database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures = [BUSY, SendFailed("http_500", retry=True)]
    words = reply(database, "Hello")
    outbox.deliver(words)
    assert row(database, words).reason == "provider_busy"
    assert row(database, words).error_code == 20429
    assert outbox.sweep(NOW) == 0
    outbox.deliver(words)
    assert twilio.sent == []
    while not twilio.sent and clock.at < NOW + timedelta(minutes=5):
        clock.move(seconds=15)
        outbox.sweep(clock.at)
        for job in waiting(outbox):
            outbox.deliver(job)
        redis.flushall()
    assert twilio.bodies == ["Hello"]
    assert twilio.looked == []
    assert row(database, words).attempts == 3


def test_retry_after_and_the_pair_rate_are_kept_to(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures = [SendFailed("20429", retry=True, wait=40), SendFailed("63018", retry=True)]
    first, second = reply(database, "1"), reply(database, "2", lane="whatsapp:+912")
    outbox.deliver(first)
    outbox.deliver(second)
    assert row(database, first).not_before >= NOW + timedelta(seconds=40)
    assert row(database, second).not_before >= NOW + timedelta(seconds=6)
    clock.move(seconds=39)
    outbox.deliver(first)
    assert twilio.sent == []


@pytest.mark.parametrize(("code", "reason"), [("63003", "bad_recipient"), ("21617", "not_accepted")])
def test_a_lasting_refusal_fails_at_once_with_a_reason(
    database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio, code: str, reason: str
) -> None:
    twilio.failures = [SendFailed(code, retry=False)]
    first, second = reply(database, "1"), reply(database, "2")
    outbox.deliver(first)
    failed = row(database, first)
    assert (failed.status, failed.error_code, failed.reason) == ("failed", int(code), reason)
    assert waiting(outbox) == [second]


def test_a_media_failure_is_tried_once_more(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures = [SendFailed("63019", retry=True), SendFailed("63019", retry=True)]
    image = a_pass(database)
    outbox.deliver(image)
    assert row(database, image).status == "owed"
    clock.move(minutes=1)
    outbox.deliver(image)
    assert row(database, image).status == "failed"


def test_a_try_that_failed_otherwise_is_not_the_one_more(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    """A worker was killed, Twilio was busy, and then Twilio cannot fetch the picture: that is tried once more."""
    twilio.failures = [NO_ANSWER, BUSY]
    image = a_pass(database)
    for _ in range(3):
        outbox.deliver(image)
        clock.move(minutes=2)
    for tries, status in ((1, "owed"), (2, "failed")):
        assert len(twilio.sent) == tries
        outbox.record_status(twilio.sent[-1].sid, image, "failed", 63019, clock.at)
        assert row(database, image).status == status
        clock.move(minutes=1)
        outbox.deliver(image)
    assert row(database, image).reason == "media_not_fetched"


def test_somebody_who_has_blocked_us_is_not_written_to_unasked(
    database: Database, outbox: Outbox, twilio: FakeTwilio
) -> None:
    twilio.failures = [SendFailed("63014", retry=False)]
    outbox.deliver(a_pass(database))
    with database.read() as db:
        alias = db.get_one(ContactAlias, ("phone", LANE.removeprefix("whatsapp:")))
        assert alias.contact.stopped_at == NOW


def test_after_six_hours_it_has_failed(
    database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures = [BUSY] * 1000
    image = a_pass(database)
    while row(database, image).status == "owed":
        assert clock.at <= NOW + timedelta(hours=6)
        clock.at = row(database, image).not_before
        outbox.deliver(image)
    assert clock.at == NOW + timedelta(hours=6)
    assert (row(database, image).status, row(database, image).reason) == ("failed", "gave_up")
    assert 25 < 1000 - len(twilio.failures) < 60
    assert row(database, image).told_at is None


def test_backoff_doubles_up_to_a_quarter_of_an_hour() -> None:
    for attempts in range(1, 40):
        pauses = [backoff.delay_seconds(attempts) for _ in range(50)]
        whole = min(2 * 2 ** (attempts - 1), 900)
        assert whole / 2 <= min(pauses) <= max(pauses) <= whole
        assert len(set(pauses)) > 1
        assert min(backoff.delay_seconds(attempts, 2000) for _ in range(50)) >= 2000


def test_where_the_sender_was_too_fast_the_message_comes_again_soon() -> None:
    later = NOW + timedelta(hours=6)
    for attempts, longest in ((1, 2), (3, 8), (9, 8), (10, 16), (30, 900)):
        again = backoff.next_try(NOW, attempts, later, code=20429, wait=None, too_fast=True)
        assert longest / 2 <= (again - NOW).total_seconds() <= longest
    assert backoff.next_try(NOW, 1, later, code=20429, wait=40, too_fast=True) >= NOW + timedelta(seconds=40)


def test_an_unclear_send_that_went_out_is_not_sent_again(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures, twilio.taken_all_the_same = [NO_ANSWER], True
    image = a_pass(database)
    outbox.deliver(image)
    assert row(database, image).tried_at == NOW
    clock.move(seconds=29)
    outbox.deliver(image)
    assert twilio.looked == []
    clock.move(seconds=61)
    outbox.deliver(image)
    found = row(database, image)
    assert len(twilio.sent) == 1
    assert (found.status, found.message_sid, found.tried_at) == ("sent", twilio.sent[0].sid, None)


def test_an_unclear_send_that_did_not_go_out_is_sent_again(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures = [NO_ANSWER]
    words = reply(database, "Hello")
    outbox.deliver(words)
    clock.move(seconds=90)
    outbox.deliver(words)
    assert twilio.bodies == ["Hello"]
    assert twilio.looked[0].since <= NOW
    assert row(database, words).status == "queued"


def test_the_same_words_sent_before_are_not_taken_for_the_lost_ones(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    outbox.deliver(reply(database, "Which day?", sid="SM1"))
    twilio.failures = [NO_ANSWER]
    again = reply(database, "Which day?", sid="SM2")
    outbox.deliver(again)
    clock.move(seconds=90)
    outbox.deliver(again)
    assert twilio.bodies == ["Which day?", "Which day?"]


def test_without_twilios_list_nothing_is_sent_again(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures, twilio.list_down = [NO_ANSWER], True
    words = reply(database, "Hello")
    while row(database, words).status == "owed":
        clock.at = row(database, words).not_before
        outbox.deliver(words)
    assert clock.at == NOW + timedelta(hours=6)
    assert twilio.sent == []
    assert (row(database, words).status, row(database, words).reason) == ("failed", "gave_up")


def test_a_worker_that_died_with_the_call_is_followed_by_a_look(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    class Killed(BaseException):
        """Stands for a process that ends here."""

    def dies(message: OutboundMessage) -> str:
        FakeTwilio.send(twilio, message)
        raise Killed

    words = reply(database, "Hello")
    twilio.send = dies  # type: ignore[method-assign]  # this one call
    with pytest.raises(Killed):
        outbox.deliver(words)
    del twilio.send
    outbox.deliver(words)
    assert outbox.sweep(clock.at) == 0
    clock.move(seconds=91)
    assert outbox.sweep(clock.at) == 1
    outbox.deliver(words)
    assert twilio.bodies == ["Hello"]
    assert row(database, words).status == "sent"
