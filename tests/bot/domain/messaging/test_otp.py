import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from redis import Redis

from bot.domain.messaging.otp import OwnOtps, window_key
from bot.errors import Refused
from tests.bot.domain.builders import NOW, SECRET, refused

PHONE, ASKER = "+919812345678", "whatsapp:+919811111111"
BOUND = ("someone_else", PHONE, ASKER)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def sms_otps(redis: "Redis") -> OwnOtps:
    """Ours, with a sender of SMS."""
    return OwnOtps(redis, SECRET, sms=True, template=False)


def wrong_for(otp: str) -> str:
    return f"{(int(otp) + 1) % 10**6:06}"


def test_a_code_has_six_digits_and_is_right_once(sms_otps: OwnOtps) -> None:
    otp = sms_otps.make(*BOUND, NOW)
    assert re.fullmatch("[0-9]{6}", otp)
    sms_otps.verify(*BOUND, otp, "SM1", NOW)
    with refused("otp_expired"):
        sms_otps.verify(*BOUND, otp, "SM2", NOW)


def test_the_same_attempt_gets_the_same_verdict(sms_otps: OwnOtps) -> None:
    otp = sms_otps.make(*BOUND, NOW)
    for _ in range(3):
        with refused("otp_wrong", left=4):
            sms_otps.verify(*BOUND, wrong_for(otp), "SM1", NOW)
    for _ in range(3):
        sms_otps.verify(*BOUND, otp, "SM2", NOW)
    sms_otps.make(*BOUND, NOW)
    sms_otps.verify(*BOUND, otp, "SM2", after(3600))


def test_the_fifth_wrong_try_is_the_last(sms_otps: OwnOtps) -> None:
    otp = sms_otps.make(*BOUND, NOW)
    for attempt, left in enumerate((4, 3, 2, 1)):
        with refused("otp_wrong", left=left):
            sms_otps.verify(*BOUND, wrong_for(otp), f"SM{attempt}", NOW)
    with refused("otp_used_up"):
        sms_otps.verify(*BOUND, wrong_for(otp), "SM5", NOW)
    with refused("otp_used_up"):
        sms_otps.verify(*BOUND, otp, "SM6", NOW)


def test_a_code_lives_five_minutes(sms_otps: OwnOtps) -> None:
    otp = sms_otps.make(*BOUND, NOW)
    with refused("otp_expired"):
        sms_otps.verify(*BOUND, otp, "SM1", after(300))
    sms_otps.verify(*BOUND, otp, "SM2", after(299.9))


def test_a_new_code_voids_the_old(sms_otps: OwnOtps) -> None:
    old = sms_otps.make(*BOUND, NOW)
    new = sms_otps.make(*BOUND, NOW)
    if old != new:
        with refused("otp_wrong"):
            sms_otps.verify(*BOUND, old, "SM1", NOW)
    sms_otps.verify(*BOUND, new, "SM2", NOW)


def test_a_code_that_nobody_made_is_not_there(sms_otps: OwnOtps) -> None:
    with refused("otp_expired"):
        sms_otps.verify(*BOUND, "000000", "SM1", NOW)


def test_a_code_that_was_asked_for_but_not_made_yet_is_on_its_way(sms_otps: OwnOtps) -> None:
    sms_otps.ask(*BOUND, NOW, "SM1")
    for _ in range(7):
        with refused("otp_not_sent"):
            sms_otps.verify(*BOUND, "000000", "SM2", after(1))
    with refused("otp_expired"):
        sms_otps.verify("someone_else", PHONE, "whatsapp:+9198", "000000", "SM3", after(1))
    with refused("otp_expired"):
        sms_otps.verify(*BOUND, "000000", "SM4", after(300))
    otp = sms_otps.make(*BOUND, after(2))
    sms_otps.verify(*BOUND, otp, "SM5", after(3))
    with refused("otp_expired"):
        sms_otps.verify(*BOUND, otp, "SM6", after(4))


def test_another_code_on_its_way_leaves_the_one_that_came_before(sms_otps: OwnOtps) -> None:
    sms_otps.ask(*BOUND, NOW, "SM1")
    otp = sms_otps.make(*BOUND, NOW)
    sms_otps.ask(*BOUND, after(40), "SM2")
    with refused("otp_wrong", left=4):
        sms_otps.verify(*BOUND, wrong_for(otp), "SM3", after(41))
    sms_otps.verify(*BOUND, otp, "SM4", after(42))
    with refused("otp_not_sent"):
        sms_otps.verify(*BOUND, otp, "SM5", after(43))


@pytest.mark.parametrize(
    "other",
    [("sign_in", PHONE, ASKER), ("someone_else", "+919812345679", ASKER), ("someone_else", PHONE, "whatsapp:+9198")],
)
def test_a_code_is_bound_to_purpose_phone_and_asker(sms_otps: OwnOtps, other: tuple[str, str, str]) -> None:
    otp = sms_otps.make(*BOUND, NOW)
    sms_otps.make(*other, NOW)
    with pytest.raises(Refused):
        sms_otps.verify(*other, otp, "SM1", NOW)
    sms_otps.verify(*BOUND, otp, "SM2", NOW)


def test_what_is_typed_besides_digits_is_wrong_not_an_error(sms_otps: OwnOtps) -> None:
    sms_otps.make(*BOUND, NOW)
    for attempt, typed in enumerate(("", "१२३४५६", "x" * 10_000, "\0")):
        with refused("otp_wrong"):
            sms_otps.verify(*BOUND, typed, f"SM{attempt}", NOW)


def test_between_two_sends_to_a_number_are_30_seconds(sms_otps: OwnOtps) -> None:
    assert sms_otps.ask(*BOUND, NOW, "SM1") == PHONE
    with refused("otp_wait", seconds=30):
        sms_otps.ask(*BOUND, NOW, "SM2")
    with refused("otp_wait", seconds=1):
        sms_otps.ask("sign_in", PHONE, "somebody else", after(29.5), "SM3")
    sms_otps.ask(*BOUND, after(30), "SM4")


def test_asking_again_with_the_same_attempt_counts_once(sms_otps: OwnOtps) -> None:
    for _ in range(7):
        sms_otps.ask(*BOUND, NOW, "SM1")
    with refused("otp_wait"):
        sms_otps.ask(*BOUND, NOW, "SM2")


def test_a_number_gets_five_an_hour_whoever_asks(sms_otps: OwnOtps) -> None:
    for number in range(5):
        sms_otps.ask("someone_else", PHONE, f"asker {number}", after(60 * number), f"SM{number}")
    with refused("otp_too_many", minutes=55):
        sms_otps.ask(*BOUND, after(300), "SM6")
    sms_otps.ask("someone_else", "+919800000001", ASKER, after(300), "SM7")
    sms_otps.ask(*BOUND, after(3601), "SM8")


def test_an_asker_gets_twenty_an_hour_for_whatever_numbers(sms_otps: OwnOtps) -> None:
    for number in range(20):
        sms_otps.ask("someone_else", f"+9198000000{number:02}", ASKER, after(number), f"SM{number}")
    with refused("otp_too_many", minutes=60):
        sms_otps.ask(*BOUND, after(20), "SM20")
    sms_otps.ask("someone_else", PHONE, "another asker", after(20), "SM21")
    sms_otps.ask("someone_else", "+919800000077", ASKER, after(3601), "SM22")


def test_a_refused_ask_does_not_count(sms_otps: OwnOtps) -> None:
    sms_otps.ask(*BOUND, NOW, "SM1")
    for attempt in range(40):
        with refused("otp_wait"):
            sms_otps.ask(*BOUND, after(1), f"again {attempt}")
    sms_otps.ask(*BOUND, after(30), "SM2")


def test_without_sms_or_template_only_an_open_window_reaches(redis: "Redis") -> None:
    otps = OwnOtps(redis, SECRET, sms=False, template=False)
    lane = f"whatsapp:{PHONE}"
    with refused("otp_unreachable"):
        otps.ask(*BOUND, NOW)
    redis.set(window_key(lane), int(NOW.timestamp() * 1000))
    with refused("otp_unreachable"):
        otps.ask(*BOUND, after(24 * 3600))
    assert otps.ask(*BOUND, after(24 * 3600 - 1)) == lane


def test_a_template_reaches_everybody_on_whatsapp(redis: "Redis") -> None:
    assert OwnOtps(redis, SECRET, sms=False, template=True).ask(*BOUND, NOW) == f"whatsapp:{PHONE}"


def test_an_unreachable_ask_does_not_count(redis: "Redis") -> None:
    without = OwnOtps(redis, SECRET, sms=False, template=False)
    for _ in range(6):
        with refused("otp_unreachable"):
            without.ask(*BOUND, NOW)
    OwnOtps(redis, SECRET, sms=True, template=False).ask(*BOUND, NOW)


def test_of_many_right_tries_at_once_one_is_taken(sms_otps: OwnOtps) -> None:
    otp = sms_otps.make(*BOUND, NOW)
    verdicts = _at_once(20, lambda number: sms_otps.verify(*BOUND, otp, f"SM{number}", NOW))
    assert sorted(verdicts) == ["otp_expired"] * 19 + ["right"]


def test_many_wrong_tries_at_once_are_five_at_most(sms_otps: OwnOtps) -> None:
    otp = sms_otps.make(*BOUND, NOW)
    verdicts = _at_once(20, lambda number: sms_otps.verify(*BOUND, wrong_for(otp), f"SM{number}", NOW))
    assert verdicts.count("otp_wrong") == 4
    assert verdicts.count("otp_used_up") == 16


def test_many_asks_at_once_are_one_send(sms_otps: OwnOtps) -> None:
    verdicts = _at_once(20, lambda number: sms_otps.ask(*BOUND, NOW, f"SM{number}"))
    assert sorted(verdicts) == ["otp_wait"] * 19 + ["right"]


def _at_once(count: int, call: object) -> list[str]:
    start = threading.Barrier(count)

    def one(number: int) -> str:
        start.wait(60)
        try:
            call(number)  # type: ignore[operator] # any callable of one number
        except Refused as no:
            return no.code
        return "right"

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_neither_code_nor_phone_is_kept_readably_or_shown(
    sms_otps: OwnOtps, redis: "Redis", caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        sms_otps.ask(*BOUND, NOW, "SM1")
        otp = sms_otps.make(*BOUND, NOW)
        with pytest.raises(Refused) as no:
            sms_otps.verify(*BOUND, wrong_for(otp), "SM2", NOW)
    kept = repr([(name, redis.dump(name)) for name in redis.keys("*")])
    for shown in (caplog.text, repr(sms_otps), str(no.value), repr(no.value), repr(no.value.params)):
        assert otp not in shown
        assert PHONE not in shown
        assert SECRET not in shown
    assert otp not in kept
    assert PHONE.removeprefix("+") not in kept


def test_everything_in_redis_goes_by_itself(sms_otps: OwnOtps, redis: "Redis") -> None:
    sms_otps.ask(*BOUND, NOW)
    otp = sms_otps.make(*BOUND, NOW)
    with pytest.raises(Refused):
        sms_otps.verify(*BOUND, wrong_for(otp), "SM1", NOW)
    assert all(redis.pttl(name) > 0 for name in redis.keys("*"))


def test_another_secret_key_opens_nothing(sms_otps: OwnOtps, redis: "Redis") -> None:
    otp = sms_otps.make(*BOUND, NOW)
    with refused("otp_expired"):
        OwnOtps(redis, "another secret of sixteen", sms=True, template=False).verify(*BOUND, otp, "SM1", NOW)
