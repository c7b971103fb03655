"""What is owed leaves once and in order; failures come again or end with a reason."""

from datetime import timedelta

import pytest
from redis import Redis

from bot.database import Database
from bot.delivery import backoff
from bot.delivery.outbox import Outbox, owe, owe_otp, owe_pass, owe_reply, unsent_replies
from bot.domain.models import ContactAlias, Pass
from bot.errors import SendFailed
from tests.delivery.conftest import LANE, NOW, Clock, FakeOtps, FakeTwilio, make_pass, row, waiting

BUSY = SendFailed("20429", retry=True)
NO_ANSWER = SendFailed("no_answer", retry=True, unclear=True)


def reply(database: Database, body: str, sid: str = "", lane: str = LANE) -> int:
    with database.write() as db:
        return owe_reply(db, message_sid=sid or body, lane=lane, sender=None, body=body, now=NOW)


def a_pass(database: Database, **of_pass: str) -> int:
    with database.write() as db:
        return owe_pass(db, make_pass(db, **of_pass), lane=LANE, sender=None, language="en", now=NOW)


def test_the_same_key_is_the_same_row(database: Database) -> None:
    first = reply(database, "one", sid="SM1")
    assert reply(database, "another", sid="SM1") == first
    assert reply(database, "one", sid="SM2") != first
    with database.write() as db:
        without_key = {owe(db, kind="text", lane=LANE, payload={"body": "x"}, priority=2, now=NOW) for _ in range(2)}
    assert len(without_key) == 2


def test_what_is_owed_is_enqueued_by_priority_and_sent_once(
    database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio
) -> None:
    image, words = a_pass(database), reply(database, "Hello")
    outbox.enqueue([image, words])
    outbox.enqueue([image, words])
    assert waiting(redis) == [words, image]
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
    assert twilio.sent[0].status_callback == f"http://127.0.0.1:8000/webhooks/twilio/status?delivery={words}"


def test_enqueueing_without_redis_is_left_to_the_sweep(database: Database, redis: "Redis", outbox: Outbox) -> None:
    words = reply(database, "Hello")
    away = Outbox(database, Redis(port=1), outbox.twilio, outbox.otps, outbox.settings, outbox.now)
    away.enqueue([words])
    assert outbox.sweep(NOW) == 1
    assert waiting(redis) == [words]
    assert outbox.sweep(NOW) == 0


def test_words_leave_in_order(database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio) -> None:
    first, second, stranger = reply(database, "1"), reply(database, "2"), reply(database, "x", lane="whatsapp:+911")
    outbox.deliver(second)
    assert twilio.bodies == []
    outbox.deliver(stranger)
    outbox.deliver(first)
    assert waiting(redis) == [second]
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


def test_images_wait_for_words_and_words_not_for_images(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    words, image, later = reply(database, "1"), a_pass(database), reply(database, "2")
    outbox.deliver(image)
    assert twilio.sent == []
    outbox.deliver(words)
    outbox.deliver(later)
    outbox.deliver(image)
    assert twilio.bodies[:2] == ["1", "2"]
    assert "7K3M-PQ2R" in twilio.bodies[2]


def test_unsent_words_are_known_and_images_do_not_count(database: Database, outbox: Outbox) -> None:
    a_pass(database)
    with database.read() as db:
        assert not unsent_replies(db, LANE)
    words = reply(database, "1")
    with database.read() as db:
        assert unsent_replies(db, LANE)
    outbox.deliver(words)
    with database.read() as db:
        assert not unsent_replies(db, LANE)


def test_an_image_goes_with_link_caption_and_validity(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    outbox.deliver(a_pass(database))
    sent = twilio.sent[0]
    assert sent.media_url is not None
    assert sent.media_url.startswith("http://127.0.0.1:8000/media/passes/")
    assert ".png" in sent.media_url
    assert "Asha" not in sent.media_url + sent.body
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
        for job in waiting(redis):
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


@pytest.mark.parametrize(
    ("code", "reason"), [("63016", "window_closed"), ("63003", "bad_recipient"), ("21617", "not_accepted")]
)
def test_a_lasting_refusal_fails_at_once_with_a_reason(
    database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio, code: str, reason: str
) -> None:
    twilio.failures = [SendFailed(code, retry=False)]
    first, second = reply(database, "1"), reply(database, "2")
    outbox.deliver(first)
    failed = row(database, first)
    assert (failed.status, failed.error_code, failed.reason) == ("failed", int(code), reason)
    assert waiting(redis) == [second]


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
    while clock.at <= NOW + timedelta(hours=6):
        outbox.deliver(image)
        assert row(database, image).status == "owed" or clock.at >= NOW + timedelta(hours=6)
        clock.move(seconds=60)
    outbox.deliver(image)
    assert (row(database, image).status, row(database, image).reason) == ("failed", "gave_up")
    assert 25 < 1000 - len(twilio.failures) < 60
    assert row(database, image).told_at is None


def test_backoff_doubles_up_to_a_quarter_of_an_hour() -> None:
    for attempts in range(1, 40):
        pauses = [backoff.seconds(attempts) for _ in range(50)]
        whole = min(4 * 2 ** (attempts - 1), 900)
        assert whole / 2 <= min(pauses) <= max(pauses) <= whole
        assert len(set(pauses)) > 1
        assert min(backoff.seconds(attempts, 2000) for _ in range(50)) >= 2000


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
    assert twilio.looked[0]["since"] <= NOW
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
    for _ in range(60 * 7):
        outbox.deliver(words)
        clock.move(minutes=1)
    assert twilio.sent == []
    assert (row(database, words).status, row(database, words).reason) == ("failed", "gave_up")


def test_a_worker_that_died_with_the_call_is_followed_by_a_look(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    class Killed(BaseException):
        """Stands for a process that ends here."""

    def dies(*args: object, **kwargs: object) -> str:
        FakeTwilio.send(twilio, *args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
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


def test_an_otp_is_made_when_it_is_sent_and_kept_nowhere(
    database: Database, outbox: Outbox, twilio: FakeTwilio, otps: FakeOtps, clock: Clock
) -> None:
    twilio.failures = [NO_ANSWER]
    with database.write() as db:
        otp = owe_otp(
            db, purpose="p", phone="+919811111111", asker="+91980", language="hi", lane="+919811111111", now=NOW
        )
    outbox.deliver(otp)
    clock.move(seconds=60)
    outbox.deliver(otp)
    assert otps.made == ["000001", "000002"]
    assert "000002" in twilio.sent[0].body
    assert (twilio.sent[0].lane, twilio.sent[0].sender) == ("+919811111111", outbox.settings.sms_from)
    assert not any("000002" in str(value) for value in vars(row(database, otp)).values())
    assert twilio.looked == []


def test_an_otp_goes_by_whatsapp_where_that_was_asked_for(
    database: Database, outbox: Outbox, twilio: FakeTwilio
) -> None:
    lane = "whatsapp:+919811111111"
    with database.write() as db:
        otp = owe_otp(db, purpose="p", phone="+919811111111", asker="a", language="en", lane=lane, now=NOW)
    outbox.deliver(otp)
    assert (twilio.sent[0].lane, twilio.sent[0].sender) == (lane, None)


def test_a_newer_otp_lets_the_unsent_one_go(database: Database, outbox: Outbox) -> None:
    with database.write() as db:
        first, other, second = (
            owe_otp(db, purpose="p", phone="+9198", asker=asker, language="en", lane="+9198", now=NOW)
            for asker in ("a", "b", "a")
        )
    assert [row(database, otp).status for otp in (first, other, second)] == ["canceled", "owed", "owed"]


def test_the_sweep_takes_batch_after_batch(
    database: Database, redis: "Redis", outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.outbox.BATCH", 3)
    rows = [reply(database, str(number), lane=f"whatsapp:+91{number}") for number in range(8)]
    later = reply(database, "behind", lane="whatsapp:+910")
    assert outbox.sweep(NOW) == 8
    assert waiting(redis) == rows
    assert later not in waiting(redis)
