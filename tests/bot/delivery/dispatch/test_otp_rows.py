"""One-time codes: made when they are sent, kept in no row."""

from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue_otp
from bot.errors import SendFailed
from bot.settings import Settings
from tests.bot.delivery.conftest import NOW, Clock, FakeOtps, FakeTwilio, row

BUSY = SendFailed("20429", retry=True)
NO_ANSWER = SendFailed("no_answer", retry=True, unclear=True)


def test_an_otp_is_made_when_it_is_sent_and_kept_nowhere(
    database: Database, outbox: Outbox, twilio: FakeTwilio, otps: FakeOtps, clock: Clock
) -> None:
    twilio.failures = [NO_ANSWER]
    with database.write() as db:
        otp = enqueue_otp(
            db, purpose="p", phone="+919811111111", asker="+91980", language="hi", address="+919811111111", now=NOW
        )
    outbox.deliver(otp)
    clock.move(seconds=60)
    outbox.deliver(otp)
    assert otps.made == ["000001", "000002"]
    assert "000002" in twilio.sent[0].body
    assert twilio.sent[0].body.startswith("Pravesh")  # whose code it is comes first
    assert (twilio.sent[0].lane, twilio.sent[0].sender) == ("+919811111111", outbox.settings.sms_from)
    assert not any("000002" in str(value) for value in vars(row(database, otp)).values())
    assert twilio.looked == []


def test_an_otp_goes_by_whatsapp_where_that_was_asked_for(
    database: Database, outbox: Outbox, twilio: FakeTwilio
) -> None:
    lane = "whatsapp:+919811111111"
    with database.write() as db:
        otp = enqueue_otp(db, purpose="p", phone="+919811111111", asker="a", language="en", address=lane, now=NOW)
    outbox.deliver(otp)
    assert (twilio.sent[0].lane, twilio.sent[0].sender) == (lane, None)


def test_a_newer_otp_lets_the_unsent_one_go(database: Database, outbox: Outbox) -> None:
    with database.write() as db:
        first, other, second = (
            enqueue_otp(db, purpose="p", phone="+9198", asker=asker, language="en", address="+9198", now=NOW)
            for asker in ("a", "b", "a")
        )
    assert [row(database, otp).status for otp in (first, other, second)] == ["canceled", "owed", "owed"]


def test_a_code_on_whatsapp_goes_by_the_template_for_codes(
    database: Database, redis: "Redis", twilio: FakeTwilio, otps: FakeOtps, clock: Clock
) -> None:
    """And as plain words where Twilio refuses the template; no second code is made for it."""
    settings = Settings(
        public_url="http://127.0.0.1:8000", secret_key="a secret of sixteen", twilio_otp_content_sid="HX" + "2" * 32
    )
    outbox = Outbox(database, redis, twilio, otps, settings, clock, sleep=lambda seconds: None)
    lane = "whatsapp:+919811111111"
    for _ in range(2):
        with database.write() as db:
            otp = enqueue_otp(db, purpose="p", phone="+919811111111", asker="a", language="en", address=lane, now=NOW)
        outbox.deliver(otp)
        twilio.failures = [SendFailed("63016", retry=False)]
    assert twilio.sent[0].content == ("HX" + "2" * 32, '{"1": "000001"}')
    assert twilio.sent[0].body == ""
    assert twilio.sent[1].content is None
    assert "000002" in twilio.sent[1].body
    assert otps.made == ["000001", "000002"]
