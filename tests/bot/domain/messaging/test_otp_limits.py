"""Codes cost money: to which countries they go, how many, and who still gets theirs when others have used up a sum."""

from datetime import datetime, timedelta

import pytest
from redis import Redis
from structlog.testing import capture_logs

from bot.domain.messaging import otp_limits
from bot.domain.messaging.otp import OwnOtps, budgets_reached, window_key
from bot.domain.messaging.otp_limits import Budget, Origin
from bot.errors import Refused
from tests.bot.domain.builders import NOW, SECRET, refused

HERE = Origin(address="198.51.100.7")
SOMALI, NEPALI, INDIAN = "+25261234567", "+97798412345", "+919812345"
"""Three digits short of whole numbers."""
HOUR = timedelta(hours=1)


@pytest.fixture
def nepali_otps(redis: "Redis") -> OwnOtps:
    """Ours, at home in India, with codes for Nepal too."""
    return OwnOtps(redis, SECRET, sms=True, template=False, home="IN", countries=("IN", "NP"))


def ask(otps: OwnOtps, phone: str, origin: Origin = HERE, now: datetime = NOW) -> str:
    """A code that a browser with fresh cookies asks for."""
    return otps.ask("web", phone, f"web:{phone}", now, f"{phone} {now}", origin)


def fill(otps: OwnOtps, prefix: str, count: int, origin: Origin = HERE) -> None:
    for number in range(count):
        ask(otps, f"{prefix}{number:03}", origin)


def test_only_some_countries_get_codes_by_sms(nepali_otps: OwnOtps) -> None:
    assert ask(nepali_otps, f"{NEPALI}000") == f"{NEPALI}000"
    for phone in (f"{SOMALI}0", "+23276123456", "+37121234567", "+88213300655", "+18765551234"):
        with refused("otp_country"):
            ask(nepali_otps, phone)
    assert ask(nepali_otps, "+37121234567", Origin(countries=("LV",))) == "+37121234567"


def test_a_phone_of_another_country_that_has_written_to_us_gets_its_code_on_whatsapp(
    nepali_otps: OwnOtps, redis: "Redis"
) -> None:
    lane = f"whatsapp:{SOMALI}0"
    redis.set(window_key(lane), int(NOW.timestamp() * 1000))
    assert ask(nepali_otps, f"{SOMALI}0") == lane


def test_by_a_template_every_country_is_reached_within_the_budgets(
    redis: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otp_limits, "COUNTRY", Budget(1, 1))
    otps = OwnOtps(redis, SECRET, sms=True, template=True)
    assert ask(otps, f"{SOMALI}0") == f"whatsapp:{SOMALI}0"
    with refused("otp_budget"):
        ask(otps, f"{SOMALI}1")


@pytest.mark.parametrize(("name", "phone"), [("COUNTRY", NEPALI), ("ABROAD", NEPALI)])
def test_when_a_foreign_sum_is_used_up_numbers_at_home_still_get_theirs(
    nepali_otps: OwnOtps, monkeypatch: pytest.MonkeyPatch, name: str, phone: str
) -> None:
    monkeypatch.setattr(otp_limits, name, Budget(3, 3))
    fill(nepali_otps, phone, 3)
    with refused("otp_budget"):
        ask(nepali_otps, f"{phone}009")
    assert ask(nepali_otps, f"{INDIAN}000") == f"{INDIAN}000"
    assert not nepali_otps.is_spent(HERE, NOW)


def test_all_foreign_sums_together_leave_the_services_to_home() -> None:
    assert otp_limits.ABROAD.hour + otp_limits.HOME.hour <= otp_limits.SERVICE.hour
    assert otp_limits.ABROAD.day + otp_limits.HOME.day <= otp_limits.SERVICE.day


@pytest.mark.parametrize("name", ["ADDRESS", "HOME", "SERVICE"])
def test_a_sum_holds_for_its_hour_and_is_told_at_the_door(
    nepali_otps: OwnOtps, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(otp_limits, name, Budget(3, 4))
    fill(nepali_otps, INDIAN, 3)
    assert nepali_otps.is_spent(HERE, NOW)
    with refused("otp_budget"):
        ask(nepali_otps, f"{INDIAN}009")
    ask(nepali_otps, f"{INDIAN}009", now=NOW + HOUR)
    with refused("otp_budget"):
        ask(nepali_otps, f"{INDIAN}010", now=NOW + 2 * HOUR)
    elsewhere = Origin(address="203.0.113.9")
    assert nepali_otps.is_spent(elsewhere, NOW + 2 * HOUR) == (name != "ADDRESS")
    ask(nepali_otps, f"{INDIAN}010", now=NOW + timedelta(days=1))


def test_at_an_address_that_has_used_up_its_sum_whoever_wrote_to_us_gets_the_code_there(
    nepali_otps: OwnOtps, redis: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otp_limits, "ADDRESS", Budget(1, 1))
    fill(nepali_otps, INDIAN, 1)
    lane = f"whatsapp:{INDIAN}001"
    redis.set(window_key(lane), int(NOW.timestamp() * 1000))
    assert ask(nepali_otps, f"{INDIAN}001") == lane
    with refused("otp_wait"):
        ask(nepali_otps, f"{INDIAN}001", now=NOW + timedelta(seconds=1))


def test_what_is_refused_counts_nowhere(nepali_otps: OwnOtps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otp_limits, "COUNTRY", Budget(1, 1))
    monkeypatch.setattr(otp_limits, "SERVICE", Budget(3, 3))
    fill(nepali_otps, NEPALI, 1)
    for number in range(5):
        with refused("otp_budget"):
            ask(nepali_otps, f"{NEPALI}01{number}")
    fill(nepali_otps, INDIAN, 2)


def test_in_the_chat_each_person_is_an_address_of_their_own(
    nepali_otps: OwnOtps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otp_limits, "ADDRESS", Budget(1, 1))
    for asker in ("whatsapp:+919811111111", "whatsapp:+919822222222"):
        nepali_otps.ask("someone_else", f"{INDIAN}00{asker[-1]}", asker, NOW)
        with refused("otp_budget"):
            nepali_otps.ask("someone_else", f"{INDIAN}10{asker[-1]}", asker, NOW)


def test_an_alarm_is_given_once_for_each_sum_and_hour_and_names_nobody(
    nepali_otps: OwnOtps, redis: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(otp_limits, "COUNTRY", Budget(1, 9))
    assert budgets_reached(redis, NOW) == []
    with capture_logs() as logs:
        for moment in (NOW, NOW, NOW + HOUR):
            for number in range(4):
                try:
                    ask(nepali_otps, f"{NEPALI}{number:03}", now=moment)
                except Refused:
                    continue
    told = [(line["log_level"], line["event"], line["budget"]) for line in logs]
    assert told == [("error", "otp_budget_reached", "country NP, hour")] * 2
    assert budgets_reached(redis, NOW + HOUR) == ["country NP, hour"]
    assert budgets_reached(redis, NOW + 2 * HOUR) == []
    monkeypatch.setattr(otp_limits, "ADDRESS", Budget(0, 0))
    with refused("otp_budget"):
        ask(nepali_otps, f"{INDIAN}000")
    assert HERE.address not in str((logs, redis.hgetall("otp:reached"), redis.keys("*")))


# --- the staff pages ------------------------------------------------------------------------------


def stranger(address: str) -> Origin:
    """A browser in which nobody of the roster has signed in before."""
    return Origin(address=address, for_staff=True)


def staff_ask(otps: OwnOtps, origin: Origin, seconds: float) -> None:
    otps.ask("staff", f"{INDIAN}000", f"browser {seconds}", NOW + timedelta(seconds=seconds), "", origin)


def test_strangers_cannot_use_up_the_codes_of_a_browser_that_is_known(nepali_otps: OwnOtps) -> None:
    known = Origin(address="198.51.100.1", for_staff=True, browser="Ravi's")
    for number in range(otp_limits.MAX_FROM_STRANGERS_PER_HOUR):
        staff_ask(nepali_otps, stranger(f"198.51.100.{number}"), 31 * number)
    with refused("otp_too_many"):
        staff_ask(nepali_otps, stranger("198.51.100.77"), 500)
    for number in range(otp_limits.MAX_PER_NUMBER_PER_HOUR):
        staff_ask(nepali_otps, known, 501 + 30 * number)
    with refused("otp_too_many"):
        staff_ask(nepali_otps, known, 900)


def test_one_address_cannot_use_up_what_strangers_have(nepali_otps: OwnOtps) -> None:
    for number in range(otp_limits.MAX_FROM_ADDRESS_PER_HOUR):
        staff_ask(nepali_otps, stranger("198.51.100.1"), 31 * number)
    with refused("otp_too_many"):
        staff_ask(nepali_otps, stranger("198.51.100.1"), 400)
    staff_ask(nepali_otps, stranger("198.51.100.2"), 400)


def test_codes_for_visitors_and_for_staff_are_counted_apart(
    nepali_otps: OwnOtps, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(otp_limits.MAX_PER_NUMBER_PER_HOUR):
        ask(nepali_otps, f"{INDIAN}000", now=NOW + timedelta(seconds=30 * number))
    staff_ask(nepali_otps, stranger("198.51.100.1"), 121)
    monkeypatch.setattr(otp_limits, "HOME", Budget(0, 0))
    staff_ask(nepali_otps, stranger("198.51.100.1"), 160)


def test_wrong_guesses_of_a_stranger_leave_the_true_code(nepali_otps: OwnOtps) -> None:
    otp = nepali_otps.make("staff", f"{INDIAN}000", "Ravi's browser", NOW)
    nepali_otps.make("staff", f"{INDIAN}000", "a stranger's", NOW)
    for number in range(7):
        with pytest.raises(Refused):
            nepali_otps.verify("staff", f"{INDIAN}000", "a stranger's", f"{int(otp) ^ 1:06}", f"try {number}", NOW)
    nepali_otps.verify("staff", f"{INDIAN}000", "Ravi's browser", otp, "mine", NOW)
