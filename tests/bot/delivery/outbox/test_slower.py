"""Slower is not stop: what a sender's rate becomes when Twilio refuses some, most or all of its messages.

The script is the real one in a real Redis; Twilio is a rule of the test, and so is the clock.
"""

import heapq
import random
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from redis import Redis

from bot.delivery.outbox.rate_limit import RateLimiter
from bot.errors import SendFailed
from tests.bot.delivery.conftest import LANE, NOW, Clock

SENDER = "whatsapp:+14155238886"
SETTING = 80
CALLERS = 16
ANSWER_SECONDS = 0.15
PASS = 1
BUSY = SendFailed("20429", retry=True)

Takes = Callable[[float], bool]
"""Whether Twilio takes a message at this second."""


@dataclass
class Traffic:
    """Callers that send without end, a clock that they share, and what Twilio took and refused, by second."""

    redis: "Redis"
    takes: Takes
    clock: Clock = field(default_factory=Clock)
    taken: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def run(self, seconds: float) -> "Traffic":
        pace = RateLimiter(self.redis, SETTING, self.clock, lambda pause: self.clock.move(seconds=pause))
        events = [(number / 1000, number, False) for number in range(CALLERS)]
        while events[0][0] < seconds:
            moment, caller, answered = heapq.heappop(events)
            self.clock.at = NOW
            self.clock.move(seconds=moment)
            if answered:
                self._answer(pace, moment)
            pause = 0.0 if answered or not (no := pace.wait_for_slot(SENDER, LANE, PASS)) else max(no.seconds, 0.01)
            now = (self.clock.at - NOW).total_seconds()
            calls = not answered and not pause
            heapq.heappush(events, (now + (ANSWER_SECONDS if calls else pause), caller, calls))
        return self

    def _answer(self, pace: RateLimiter, moment: float) -> None:
        if self.takes(moment):
            self.taken.append(moment)
            pace.taken(SENDER)
        else:
            self.refused.append(moment)
            pace.apply_refusal(SENDER, LANE, BUSY)

    def rate(self, begin: float, end: float) -> float:
        """Messages that were taken, a second, between these two."""
        return (bisect_left(self.taken, end) - bisect_left(self.taken, begin)) / (end - begin)

    def calls(self, begin: float, end: float) -> int:
        return sum(begin <= moment < end for moment in (*self.taken, *self.refused))


def at_random(share: float) -> Takes:
    chance = random.Random(7)
    return lambda moment: chance.random() >= share


def at_most(limit: int) -> Takes:
    """So many in any second."""
    heard: list[float] = []

    def takes(moment: float) -> bool:
        if len(heard) >= limit and heard[-limit] > moment - 1:
            return False
        heard.append(moment)
        return True

    return takes


@pytest.mark.parametrize(("share", "least"), [(0.05, 39), (0.1, 27), (0.5, 4)])
def test_refusals_at_random_slow_a_sender_down_and_never_stop_it(redis: "Redis", share: float, least: float) -> None:
    seen = Traffic(redis, at_random(share)).run(60)
    print(f"\n{share:.0%} refused: {seen.rate(20, 60):.1f} a second were taken")
    assert seen.rate(20, 60) >= least
    assert min(seen.calls(second, second + 5) for second in range(0, 55, 5)) >= 5


def test_a_limit_below_the_setting_is_found_and_kept(redis: "Redis") -> None:
    seen = Traffic(redis, at_most(20)).run(120)
    rates = [seen.rate(second, second + 5) for second in range(20, 120, 5)]
    print(f"\na limit of 20: {min(rates):.1f} to {max(rates):.1f} a second were taken, {len(seen.refused)} refused")
    assert min(rates) >= 18
    assert max(rates) <= 20.2
    assert sum(moment > 20 for moment in seen.refused) < 0.15 * len(seen.taken)


def test_an_outage_of_a_minute_is_over_soon_after_it_ends(redis: "Redis") -> None:
    seen = Traffic(redis, lambda moment: not 30 <= moment < 90).run(150)
    print(f"\nan outage: {seen.calls(31, 41)} calls in its first ten seconds, {seen.calls(45, 90)} in the last 45")
    assert seen.rate(0, 30) >= 75
    assert seen.calls(31, 41) >= 5
    assert seen.calls(45, 90) <= 15
    assert next(moment for moment in seen.taken if moment >= 90) < 101
    assert seen.rate(135, 150) >= 75


@pytest.fixture
def _blind_to_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pace that heeds nothing."""
    monkeypatch.setattr(RateLimiter, "apply_refusal", lambda *_: None)


@pytest.mark.usefixtures("_blind_to_refusals")
def test_a_sender_that_does_not_slow_down_is_refused_most_of_the_time(redis: "Redis") -> None:
    """Shows that the tests above can fail."""
    seen = Traffic(redis, at_most(20)).run(20)
    assert len(seen.refused) > len(seen.taken)
