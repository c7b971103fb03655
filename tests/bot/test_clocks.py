"""Machines whose clocks differ go by one time, and somebody is told."""

from datetime import timedelta

import pytest
import time_machine
from redis import Redis
from redis.exceptions import ConnectionError as Away

from bot import clocks
from bot.clocks import SharedClock, clock_offset, utc_now
from bot.database import Database
from bot.domain.messaging.otp import OwnOtps
from bot.errors import NotReady
from bot.ops import checks
from tests.bot.domain.builders import SECRET

MINUTES = timedelta(minutes=7)


@pytest.mark.parametrize("wrong", [MINUTES, -MINUTES, timedelta(days=-1)])
def test_a_machine_whose_clock_is_wrong_goes_by_redis(redis: "Redis", redis_url: str, wrong: timedelta) -> None:
    true = utc_now()
    with time_machine.travel(true + wrong):
        assert abs(SharedClock(redis_url)() - true) < timedelta(seconds=2)


def test_small_differences_are_left(redis: "Redis", redis_url: str) -> None:
    with time_machine.travel(utc_now() + timedelta(seconds=0.4), tick=False):
        assert SharedClock(redis_url)() == utc_now()


def test_a_clock_that_is_set_while_we_run_is_noticed(
    redis: "Redis", redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = SharedClock(redis_url)
    true = utc_now()
    with time_machine.travel(true + MINUTES):
        monkeypatch.setattr(now, "_look_again", 0.0)
        assert abs(now() - true) < timedelta(seconds=2)


def test_without_redis_the_last_comparison_holds(
    redis: "Redis", redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = utc_now()
    with time_machine.travel(true + MINUTES):
        now = SharedClock(redis_url)
        monkeypatch.setattr(clocks, "clock_offset", _away)
        monkeypatch.setattr(now, "_look_again", 0.0)
        assert abs(now() - true) < timedelta(seconds=2)
    assert SharedClock("redis://127.0.0.1:1")() <= utc_now()


def test_a_code_made_on_a_machine_that_is_ahead_counts_as_long_as_any(redis: "Redis", redis_url: str) -> None:
    otps, bound = OwnOtps(redis, SECRET, sms=True, template=False), ("web", "+919812345678", "somebody")
    for wrong in (MINUTES, -MINUTES):
        with time_machine.travel(utc_now() + wrong):
            otp = otps.make(*bound, SharedClock(redis_url)())
        otps.verify(*bound, otp, f"try {wrong}", SharedClock(redis_url)())


def test_the_doctor_compares_clocks(database: Database, redis: "Redis") -> None:
    told = checks.clocks_agree(database, redis)
    assert "Redis" in told
    assert ("database" in told) == (database.engine.dialect.name == "postgresql")
    assert abs(clock_offset(redis)) < timedelta(seconds=1)
    with time_machine.travel(utc_now() + MINUTES), pytest.raises(NotReady, match=r"-4\d\d\.\d s"):
        checks.clocks_agree(database, redis)


def _away(_redis: "Redis") -> timedelta:
    raise Away
