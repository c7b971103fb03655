"""`doctor`: one line for each thing, what to do where one is not well, exit code 1 then."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from redis import Redis

from bot.database import Database
from bot.domain.keys import KeyRing
from bot.jobs.clock import Clock

Run = Callable[..., Result]
ALL = ["settings", "database", "migrations", "pass keys", "Redis", "Redis keeps", "workers", "clock", "messages"]


def _findings(run: Run) -> dict[str, Any]:
    return {found["check"]: found for found in json.loads(run("doctor", "--json").stdout)}


def test_each_thing_has_its_line(run: Run) -> None:
    result = run("doctor")
    assert result.exit_code == 1
    assert [line.split(":")[0].strip(" ✓✗") for line in result.stdout.splitlines() if line[0] in "✓✗"] == ALL
    assert "bot.jobs.worker" in result.stdout
    assert "bot.jobs.clock" in result.stdout


def test_what_is_well_and_what_is_not(run: Run, redis: "Redis") -> None:
    found = _findings(run)
    assert list(found) == ALL
    assert {name for name, finding in found.items() if not finding["ok"]} == {"Redis keeps", "workers", "clock"}
    redis.config_set("appendonly", "yes")
    clock = Clock(redis)
    clock.register_birth()
    clock.heartbeat()
    try:
        well = _findings(run)
        assert (well["Redis keeps"]["ok"], well["clock"]["ok"]) == (True, True)
    finally:
        redis.config_set("appendonly", "no")


def test_a_clock_that_was_killed_is_not_alive(run: Run, redis: "Redis") -> None:
    clock = Clock(redis)
    clock.register_birth()
    (registry,) = (key for key in redis.keys("rq:*") if redis.type(key) == b"zset")
    redis.zadd(registry, {clock.name: 1_000_000_000})
    assert not _findings(run)["clock"]["ok"]


def test_keys_under_another_secret(run: Run, database: Database) -> None:
    KeyRing.open(database, "another secret of 16", None)
    found = _findings(run)
    assert not found["pass keys"]["ok"]
    assert found["migrations"]["ok"]


def test_a_redis_that_is_down(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    found = _findings(run)
    assert {name for name, finding in found.items() if finding["ok"]} == {
        *("settings", "database", "migrations", "pass keys"),
    }


def test_a_database_that_is_down(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://127.0.0.1:1/x")
    found = _findings(run)
    assert not any(found[name]["ok"] for name in ("database", "migrations", "pass keys"))
    assert found["Redis"]["ok"]


def test_wrong_settings_are_its_only_lines(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "http")
    monkeypatch.setenv("TWILIO_MPS", "0")
    result = run("doctor")
    assert result.exit_code == 1
    assert ["PORT" in line or "TWILIO_MPS" in line for line in result.stdout.splitlines()] == [True, True]


def test_with_a_real_account_it_says_what_to_enter(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "hidden", "TWILIO_WHATSAPP_FROM": "whatsapp:+1"}
    for name, value in {**real, "PUBLIC_URL": "https://pass.example.org"}.items():
        monkeypatch.setenv(name, value)
    said = run("doctor").stdout
    assert "https://pass.example.org/webhooks/twilio/message#rc=3&rp=ct,rt,5xx" in said
    assert "hidden" not in said
