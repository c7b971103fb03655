"""So many a second for each sender, the urgent first; slower where Twilio says so."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from redis import Redis

from bot.delivery.outbox.rate_limit import ClosedSender, RateLimited, RateLimiter
from bot.errors import SendFailed
from tests.bot.delivery.conftest import LANE, NOW, Clock, no_redis

SENDER, OTHER = "whatsapp:+14155238886", "whatsapp:+14155238887"
REPLY, PASS, BULK = 0, 1, 2


@pytest.fixture
def pace(redis: "Redis", clock: Clock) -> RateLimiter:
    """80 a second, by the test's clock, which a waiting worker moves."""
    return RateLimiter(redis, 80, clock, lambda seconds: clock.move(seconds=seconds))


def refused(code: int, wait: float | None = None) -> SendFailed:
    return SendFailed(str(code), retry=True, wait=wait)


def leave(pace: RateLimiter, clock: Clock, count: int, priority: int = BULK) -> list[float]:
    """When so many messages left, in seconds."""
    moments = []
    for number in range(count):
        while pace.wait_for_slot(SENDER, f"whatsapp:+9198{number}", priority):
            clock.move(milliseconds=1)
        moments.append((clock.at - NOW).total_seconds())
    return moments


def busiest_second(moments: list[float]) -> int:
    return max(sum(1 for other in moments if start <= other < start + 1) for start in moments)


@pytest.mark.parametrize("priority", [REPLY, PASS, BULK])
def test_never_more_than_the_limit_in_any_second_and_hardly_fewer(
    pace: RateLimiter, clock: Clock, priority: int
) -> None:
    moments = leave(pace, clock, 400, priority)
    assert busiest_second(moments) <= 80
    assert 76 <= 400 / moments[-1] <= 80


def test_after_a_silence_nothing_is_made_up_for(pace: RateLimiter, clock: Clock) -> None:
    first = leave(pace, clock, 100)
    clock.move(seconds=30)
    assert busiest_second(first + leave(pace, clock, 200)) <= 80


def test_each_sender_has_its_own(pace: RateLimiter, clock: Clock) -> None:
    for _ in range(50):
        assert pace.wait_for_slot(SENDER, LANE, REPLY) is None
    before = clock.at
    assert pace.wait_for_slot(OTHER, LANE, REPLY) is None
    assert clock.at == before


def test_answers_to_webhooks_take_places_without_waiting(pace: RateLimiter, clock: Clock) -> None:
    for _ in range(40):
        pace.record_sent(SENDER, LANE)
    assert clock.at == NOW
    assert pace.wait_for_slot(SENDER, LANE, REPLY) is None
    assert clock.at - NOW >= timedelta(milliseconds=500)


def test_what_is_less_urgent_takes_no_place_far_ahead(redis: "Redis", clock: Clock) -> None:
    still = RateLimiter(redis, 80, clock, lambda seconds: None)
    for priority, taken in ((BULK, 3), (PASS, 5), (REPLY, 72)):
        places = 0
        while still.wait_for_slot(SENDER, LANE, priority) is None:
            places += 1
        assert abs(places - taken) <= 2
    assert isinstance(still.wait_for_slot(SENDER, LANE, BULK), RateLimited)


def test_in_one_look_the_urgent_get_the_first_places(redis: "Redis", clock: Clock) -> None:
    still = RateLimiter(redis, 80, clock, lambda seconds: None)
    wanted = [(f"whatsapp:+91{number}", number // 4) for number in range(12)]
    places = still.take_places(SENDER, wanted)
    moments = [place for place in places if isinstance(place, float)]
    assert moments == sorted(moments)
    assert len(set(moments)) == len(moments) == 8
    assert {place.reason for place in places[8:] if isinstance(place, RateLimited)} == {None}


def test_nobody_waits_long_for_a_place_that_a_slow_sender_gave(pace: RateLimiter, clock: Clock) -> None:
    """So that whoever waits for it keeps nothing from going that leaves from another sender."""
    slow = replace(pace, per_second=1)
    for priority in (PASS, BULK):
        assert slow.take_places(SENDER, [("whatsapp:+911", priority)]) == [0.0]
        (refused,) = slow.take_places(SENDER, [("whatsapp:+912", priority)])
        assert isinstance(refused, RateLimited)
        assert 0.9 <= refused.seconds <= 1.0
        clock.move(seconds=refused.seconds)
        (place,) = slow.take_places(SENDER, [("whatsapp:+912", priority)])
        assert isinstance(place, float)
        assert place <= 0.101
        clock.move(seconds=2)


def test_429_with_a_time_rests_the_sender_as_long(pace: RateLimiter, clock: Clock) -> None:
    pace.apply_refusal(SENDER, LANE, refused(20429, wait=40))
    pace.apply_refusal(SENDER, LANE, refused(20429, wait=2))
    assert pace.closed_senders([SENDER, OTHER]) == [ClosedSender(SENDER, NOW + timedelta(seconds=40), "sender_slowed")]
    assert pace.wait_for_slot(SENDER, "whatsapp:+911", REPLY) == RateLimited(40.0, "sender_slowed")
    assert pace.wait_for_slot(OTHER, LANE, REPLY) is None
    clock.move(seconds=40)
    assert pace.wait_for_slot(SENDER, LANE, REPLY) is None


def test_429_without_a_time_lowers_the_rate_by_a_third_and_it_climbs_back_in_ten_seconds(
    pace: RateLimiter, clock: Clock
) -> None:
    pace.apply_refusal(SENDER, LANE, SendFailed("http_429", retry=True))
    assert pace.closed_senders([SENDER]) == []
    assert 50 <= 20 / leave(pace, clock, 20)[-1] <= 58
    clock.move(seconds=10)
    began = clock.at
    assert 74 <= 80 / (leave(pace, clock, 80)[-1] - (began - NOW).total_seconds()) <= 80


def test_what_twilio_takes_a_second_is_the_least(pace: RateLimiter, clock: Clock) -> None:
    for _ in range(70):
        pace.taken(SENDER)
    clock.move(seconds=1)
    pace.apply_refusal(SENDER, LANE, refused(20429))
    began = clock.at
    assert 66 <= 40 / (leave(pace, clock, 40)[-1] - (began - NOW).total_seconds()) <= 73


def test_a_sender_rests_when_every_call_of_ten_seconds_was_refused_and_only_then(
    pace: RateLimiter, clock: Clock
) -> None:
    for taken_between, closed in ((True, 0), (False, 1)):
        clock.move(minutes=5)
        for second in range(11):
            assert pace.closed_senders([SENDER]) == []
            pace.apply_refusal(SENDER, LANE, refused(20429))
            if taken_between and second == 6:
                pace.taken(SENDER)
            clock.move(seconds=1)
        assert len(pace.closed_senders([SENDER])) == closed


def test_two_refusals_far_apart_are_no_reason_to_rest(pace: RateLimiter, clock: Clock) -> None:
    for _ in range(3):
        pace.apply_refusal(SENDER, LANE, refused(20429))
        clock.move(seconds=50)
    assert pace.closed_senders([SENDER]) == []


@pytest.mark.parametrize("code", [63038, 63026, 63020, 30002, 63001, 21611, 20003])
def test_a_stopped_sender_rests_until_the_time_is_over_or_somebody_resumes_it(
    pace: RateLimiter, clock: Clock, code: int
) -> None:
    pace.apply_refusal(SENDER, LANE, refused(code))
    assert pace.closed_senders([SENDER]) == [ClosedSender(SENDER, NOW + timedelta(minutes=5), f"sender_paused {code}")]
    assert pace.wait_for_slot(SENDER, LANE, REPLY) == RateLimited(300.0, "sender_paused")
    assert pace.reopen(SENDER)
    assert pace.wait_for_slot(SENDER, LANE, REPLY) is None
    assert not pace.reopen(SENDER)
    pace.apply_refusal(SENDER, LANE, refused(code))
    clock.move(minutes=5)
    assert pace.wait_for_slot(SENDER, LANE, REPLY) is None
    assert pace.closed_senders([SENDER]) == []


def test_after_a_pair_rate_error_six_seconds_between_two_to_this_person(pace: RateLimiter, clock: Clock) -> None:
    pace.apply_refusal(SENDER, LANE, refused(63018))
    moments: list[datetime] = []
    while len(moments) < 4:
        refusal = pace.wait_for_slot(SENDER, LANE, REPLY)
        if refusal is None:
            moments.append(clock.at)
        else:
            assert refusal.reason == "pair_rate"
            clock.move(seconds=refusal.seconds)
        assert pace.wait_for_slot(SENDER, "whatsapp:+911", REPLY) is None
    gaps = [(later - earlier).total_seconds() for earlier, later in zip([NOW, *moments], moments, strict=False)]
    assert min(gaps) >= 6


def test_other_refusals_change_no_pace(pace: RateLimiter) -> None:
    for code in ("63016", "63003", "21617", "20500", "http_500", "no_answer"):
        pace.apply_refusal(SENDER, LANE, SendFailed(code, retry=False))
    assert pace.wait_for_slot(SENDER, LANE, BULK) is None
    assert pace.closed_senders([SENDER]) == []


def test_without_redis_nothing_leaves_and_nothing_breaks() -> None:
    away = RateLimiter(no_redis(), 80)
    refusal = away.wait_for_slot(SENDER, LANE, REPLY)
    assert refusal is not None
    assert refusal.reason == "pace_unknown"
    away.record_sent(SENDER, LANE)
    away.apply_refusal(SENDER, LANE, refused(20429))


def test_by_redis_own_clock(redis: "Redis") -> None:
    slept: list[float] = []
    pace = RateLimiter(redis, 10, sleep=slept.append)
    for _ in range(5):
        assert pace.wait_for_slot(SENDER, LANE, REPLY) is None
    assert 0.3 <= slept[-1] <= 0.42
