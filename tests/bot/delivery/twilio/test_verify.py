"""One-time codes by Twilio Verify: sent by the worker, checked once a message, its errors in our words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue_otp, mark_code_used
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox.senders import senders
from bot.delivery.twilio.verify import VerifyOtps
from bot.domain.messaging.otp import MAX_TRIES, OwnOtps
from bot.domain.messaging.otp_limits import MAX_PER_NUMBER_PER_HOUR
from bot.errors import Refused, SendFailed
from bot.settings import Settings
from tests.bot.delivery.conftest import NOW, Clock, FakeTwilio, reply, row
from tests.bot.domain.builders import refused

PHONE, ASKER = "+919811111111", "whatsapp:+919822222222"
BOUND = ("someone_else", PHONE, ASKER)
RIGHT = "123456"
SERVICE = "VA" + "1" * 32
SETTINGS = Settings(
    public_url="http://127.0.0.1:8000",
    secret_key="a secret of sixteen",
    otp_backend="twilio_verify",
    twilio_verify_sid=SERVICE,
)


@dataclass
class FakeVerify:
    """Answers as Verify does; `next` are answers to the coming calls instead."""

    sent: list[Mapping[str, Any]] = field(default_factory=list)
    checked: list[Mapping[str, Any]] = field(default_factory=list)
    next: list[tuple[int, dict[str, Any]] | SendFailed] = field(default_factory=list)

    def call(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        assert (method, f"/Services/{SERVICE}/" in uri) == ("POST", True)
        begun = uri.endswith("/Verifications")
        (self.sent if begun else self.checked).append(form or {})
        answer = self.next.pop(0) if self.next else None
        if isinstance(answer, SendFailed):
            raise answer
        if answer:
            return answer
        if begun:
            return 201, {"sid": f"VE{len(self.sent):032}"}
        return 201, {"status": "approved" if (form or {})["Code"] == RIGHT else "pending"}


@pytest.fixture
def verify_api() -> FakeVerify:
    return FakeVerify()


@pytest.fixture
def verify(redis: "Redis", verify_api: FakeVerify) -> VerifyOtps:
    return VerifyOtps(OwnOtps(redis, "a secret of sixteen", sms=True, template=False), redis, verify_api, SERVICE)


def check(verify: VerifyOtps, otp: str, attempt: str = "SM1", bound: tuple[str, str, str] = BOUND) -> None:
    verify.verify(*bound, otp, attempt, NOW)


def test_the_worker_has_verify_send_and_makes_nothing(
    database: Database, redis: "Redis", twilio: FakeTwilio, verify: VerifyOtps, verify_api: FakeVerify, clock: Clock
) -> None:
    outbox = Outbox(database, redis, twilio, verify, SETTINGS, clock, sleep=lambda seconds: None)
    lane = verify.ask(*BOUND, NOW)
    with database.write() as db:
        otp = enqueue_otp(db, purpose="someone_else", phone=PHONE, asker=ASKER, language="hi", address=lane, now=NOW)
    outbox.deliver(otp)
    outbox.deliver(otp)
    assert verify_api.sent == [{"To": PHONE, "Channel": "sms", "Locale": "hi"}]
    assert twilio.sent == []
    assert (row(database, otp).status, row(database, otp).message_sid) == ("handed_over", "VE" + "1".zfill(32))


def test_a_code_that_somebody_typed_has_arrived(
    database: Database, redis: "Redis", twilio: FakeTwilio, verify: VerifyOtps, clock: Clock
) -> None:
    """Verify reports nothing: until then the row says that Twilio has it, and no more."""
    outbox = Outbox(database, redis, twilio, verify, SETTINGS, clock, sleep=lambda seconds: None)
    rows = []
    for asker in (ASKER, "whatsapp:+919833333333"):
        with database.write() as db:
            rows.append(
                enqueue_otp(db, purpose=BOUND[0], phone=PHONE, asker=asker, language="en", address=PHONE, now=NOW)
            )
        outbox.deliver(rows[-1])
    with database.write() as db:
        for _ in range(2):
            mark_code_used(db, purpose=BOUND[0], phone=PHONE, asker=ASKER, now=NOW)
    assert [row(database, otp).status for otp in rows] == ["delivered", "handed_over"]
    with database.read() as db:
        assert [one.what for one in delivery_history.history(db, rows[0])] == ["tried", "taken", "delivered"]


def test_verify_has_a_pace_of_its_own(
    database: Database, redis: "Redis", twilio: FakeTwilio, verify: VerifyOtps, verify_api: FakeVerify, clock: Clock
) -> None:
    """Its messages leave from other senders: what slows it down does not slow down ours, nor the other way round."""
    outbox = Outbox(database, redis, twilio, verify, SETTINGS, clock, sleep=lambda seconds: None)
    verify_api.next = [SendFailed("20429", retry=True, wait=30)]
    with database.write() as db:
        otp = enqueue_otp(db, purpose="p", phone=PHONE, asker=ASKER, language="en", address=PHONE, now=NOW)
    outbox.deliver(otp)
    assert [closed.sender for closed in outbox.rate_limiter.closed_senders(senders(SETTINGS))] == [SERVICE]
    words = reply(database, "Hello")
    outbox.deliver(words)
    assert twilio.bodies == ["Hello"]
    clock.at = row(database, otp).not_before
    places = redis.get(f"pace:next:{SERVICE}")
    outbox.deliver(otp)
    assert row(database, otp).status == "handed_over"
    assert redis.get(f"pace:next:{SERVICE}") != places


def test_a_code_counts_once_and_the_same_message_gets_the_same_verdict(
    verify: VerifyOtps, verify_api: FakeVerify
) -> None:
    verify.send(*BOUND, "en")
    check(verify, RIGHT, "SM1")
    check(verify, RIGHT, "SM1")
    assert len(verify_api.checked) == 1
    assert verify_api.checked[0] == {"VerificationSid": "VE" + "1".zfill(32), "Code": RIGHT}
    with refused("otp_expired"):
        check(verify, RIGHT, "SM2")


def test_wrong_codes_are_counted_by_us_too(verify: VerifyOtps, verify_api: FakeVerify) -> None:
    verify.send(*BOUND, "en")
    left = []
    for number in range(MAX_TRIES - 1):
        with pytest.raises(Refused) as no:
            check(verify, "000000", f"SM{number}")
        left.append(no.value.params["left"])
    assert left == [4, 3, 2, 1]
    for attempt in ("SMa", "SMb"):
        with refused("otp_used_up"):
            check(verify, "000000", attempt)
    with refused("otp_used_up"):
        check(verify, RIGHT, "SMc")
    assert len(verify_api.checked) == MAX_TRIES


def test_a_code_that_was_asked_for_but_not_sent_yet_is_on_its_way(verify: VerifyOtps, verify_api: FakeVerify) -> None:
    verify.ask(*BOUND, NOW, "SM0")
    with refused("otp_not_sent"):
        check(verify, RIGHT, "SM1")
    verify.send(*BOUND, "en")
    check(verify, RIGHT, "SM2")
    with refused("otp_expired"):
        check(verify, RIGHT, "SM3")


@pytest.mark.parametrize(
    "other",
    [("web", PHONE, ASKER), ("someone_else", "+919833333333", ASKER), ("someone_else", PHONE, "whatsapp:+1415")],
)
def test_a_code_counts_for_its_purpose_phone_and_asker_alone(
    verify: VerifyOtps, verify_api: FakeVerify, other: tuple[str, str, str]
) -> None:
    verify.send(*BOUND, "en")
    with refused("otp_expired"):
        check(verify, RIGHT, "SM1", other)
    assert verify_api.checked == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((404, {"code": 20404}), "otp_expired"),
        ((404, {}), "otp_expired"),
        (SendFailed("60202", retry=False), "otp_used_up"),
        ((429, {"code": 60202}), "otp_used_up"),
        ((400, {"code": 60200}), "otp_wrong"),
        ((200, {"status": "canceled"}), "otp_expired"),
        ((200, {"status": "expired"}), "otp_expired"),
        ((200, {"status": "max_attempts_reached"}), "otp_used_up"),
        (SendFailed("no_answer", retry=True, unclear=True), "otp_not_checked"),
        (SendFailed("http_503", retry=True), "otp_not_checked"),
        ((401, {"code": 20003}), "otp_not_checked"),
    ],
)
def test_the_errors_of_a_check_are_ours(
    verify: VerifyOtps, verify_api: FakeVerify, answer: tuple[int, dict[str, Any]] | SendFailed, code: str
) -> None:
    verify.send(*BOUND, "en")
    verify_api.next = [answer]
    with refused(code):
        check(verify, RIGHT)


def test_what_could_not_be_checked_is_no_verdict(verify: VerifyOtps, verify_api: FakeVerify) -> None:
    verify.send(*BOUND, "en")
    verify_api.next = [SendFailed("http_503", retry=True)]
    with refused("otp_not_checked"):
        check(verify, RIGHT, "SM1")
    check(verify, RIGHT, "SM1")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (SendFailed("60203", retry=False), "otp_too_many"),
        ((400, {"code": 60203}), "otp_too_many"),
        ((400, {"code": 60200}), "otp_unreachable"),
        ((403, {"code": 60410}), "otp_unreachable"),
    ],
)
def test_a_phone_that_gets_no_code_ends_the_row(
    verify: VerifyOtps, verify_api: FakeVerify, answer: tuple[int, dict[str, Any]] | SendFailed, code: str
) -> None:
    verify_api.next = [answer]
    with refused(code):
        verify.send(*BOUND, "en")


@pytest.mark.parametrize(
    ("answer", "retry"),
    [
        ((429, {"code": 60212}), True),
        (SendFailed("60212", retry=False, wait=3), True),
        ((403, {"code": 60223}), False),
        (SendFailed("http_503", retry=True), True),
        ((401, {"code": 20003}), False),
    ],
)
def test_what_is_about_the_service_is_tried_again_or_told_to_the_operator(
    verify: VerifyOtps, verify_api: FakeVerify, answer: tuple[int, dict[str, Any]] | SendFailed, retry: bool
) -> None:
    verify_api.next = [answer]
    with pytest.raises(SendFailed) as failure:
        verify.send(*BOUND, "en")
    assert failure.value.retry == retry


def test_a_number_of_no_roster_is_refused_as_slowly_as_one_that_was_sent_a_code(
    verify: VerifyOtps, verify_api: FakeVerify
) -> None:
    verify.send("staff", PHONE, ASKER, "en")
    refusals = []
    for phone in (PHONE, "+919833333333"):
        before, codes = len(verify_api.checked), []
        for attempt in range(MAX_TRIES + 2):
            verify_api.next = [] if phone == PHONE else [(404, {"code": 20404})]
            with pytest.raises(Refused) as no:
                check(verify, "654321", f"{phone} {attempt}", ("staff", phone, ASKER))
            codes.append(no.value.code)
        refusals.append((len(verify_api.checked) - before, codes))
    assert refusals[0] == refusals[1]
    assert refusals[0][0] == MAX_TRIES


def test_our_limits_hold_as_well(verify: VerifyOtps) -> None:
    moment = NOW
    for _ in range(MAX_PER_NUMBER_PER_HOUR):
        assert verify.ask(*BOUND, moment) == PHONE
        with refused("otp_wait"):
            verify.ask(*BOUND, moment + timedelta(seconds=5))
        moment += timedelta(seconds=40)
    with refused("otp_too_many"):
        verify.ask(*BOUND, moment)


def test_no_number_and_no_code_stands_in_redis(verify: VerifyOtps, redis: "Redis") -> None:
    verify.ask(*BOUND, NOW)
    verify.send(*BOUND, "en")
    with refused("otp_wrong"):
        check(verify, "654321")
    kept = b" ".join(key + (redis.dump(key) or b"") for key in redis.scan_iter())
    assert not any(part in kept for part in (b"9811111111", b"9822222222", b"654321"))
