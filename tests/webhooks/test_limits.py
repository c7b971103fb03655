"""How often a door may be used: counted for all processes together, and by each alone while Redis is away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from werkzeug.exceptions import TooManyRequests

from tests import redis_server
from webhooks import limits

Spend = Callable[[str, str], None]


def spending(redis_url: str) -> Spend:
    """A process of its own."""
    app = Flask("one")
    limits.install(app, redis_url)
    app.add_url_rule("/", "door", lambda: "")

    def spend(scope: str, key: str) -> None:
        with app.test_request_context("/"):
            limits.spend("2 per minute", scope, key)

    return spend


def test_two_processes_count_together_and_each_key_by_itself(redis: "Redis", redis_url: str) -> None:
    one, other = spending(redis_url), spending(redis_url)
    one("door", "asha")
    other("door", "asha")
    with pytest.raises(TooManyRequests) as over:
        one("door", "asha")
    assert 0 < int(dict(over.value.get_headers())["Retry-After"]) <= 61
    one("door", "ravi")
    one("another door", "asha")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("198.51.100.7", "198.51.100.8", False),
        ("2001:db8:1:2::5", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7:51000", "198.51.100.7:51001", True),
        ("198.51.100.7:51000", "198.51.100.8:51000", False),
        ("[2001:db8:1:2::5]:51000", "2001:db8:1:2::6", True),
        ("[2001:db8:1:2::5]", "[2001:db8:1:3::5]:1", False),
        ("unknown", "hidden", False),
    ],
)
def test_a_household_has_one_network_however_many_addresses(one: str, other: str, same: bool) -> None:
    def seen(address: str) -> str:
        with Flask("any").test_request_context("/", headers={"X-Forwarded-For": f"spoofed, {address}"}):
            return limits.network()

    assert (seen(one) == seen(other)) == same


def test_nobody_can_be_read_in_redis(redis: "Redis", redis_url: str) -> None:
    spending(redis_url)("door", "+919876543210")
    keys = list(redis.scan_iter())
    assert keys
    assert not any(b"98765" in key for key in keys)


def test_without_redis_a_process_counts_alone() -> None:
    spend = spending("unix:///nowhere/redis.sock")
    spend("door", "asha")
    spend("door", "asha")
    with pytest.raises(TooManyRequests):
        spend("door", "asha")


def test_redis_is_asked_again_once_it_had_time_to_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"unix://{tmp_path}/redis.sock"
    one, other = spending(url), spending(url)
    one("door", "asha")  # by itself: nobody else hears of it
    monkeypatch.setattr(limits, "REDIS_LIMITS_PAUSE_SECONDS", 0.0)
    other("door", "asha")
    with redis_server.serving(tmp_path) as url:
        later = spending(url)
        for _ in range(2):
            later("door", "asha")
        one("door", "asha")  # still by itself
        with pytest.raises(TooManyRequests):
            other("door", "asha")
