"""`doctor`: one line for each thing, what to do where one is not well, exit code 1 then."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result
from redis import Redis
from rq import SimpleWorker

from admin_cli.__main__ import cli
from bot.database import Database
from bot.domain.keys import KeyRing
from bot.errors import NotReady
from bot.jobs.clock import Clock
from bot.ops import checks

Run = Callable[..., Result]
ALL = [
    "settings",
    "database",
    "migrations",
    "connections",
    "pass keys",
    "secret",
    "Redis",
    "Redis keeps",
    "memory",
    "connections in use",
    "clocks",
    "workers",
]
ALL += ["clock", "messages", "public URL", "templates", "forms", "OTPs", "codes", "pauses", "photos", "erased people"]
ALL += ["fonts", "queue", "outbox", "sending", "stops"]


@pytest.fixture(autouse=True)
def nobody_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """No web process of this machine's answers for the test's."""
    monkeypatch.setenv("PUBLIC_URL", "http://127.0.0.1:1")


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
    assert {name for name, finding in found.items() if not finding["ok"]} == {
        "Redis keeps",
        "workers",
        "clock",
        "public URL",
    }
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
    assert {name: finding["ok"] for name, finding in found.items()} == {
        **dict.fromkeys(
            ("settings", "database", "migrations", "connections", "pass keys", "secret", "templates", "OTPs"), True
        ),
        **dict.fromkeys(("photos", "erased people", "fonts", "queue", "outbox", "sending", "stops"), True),
        "Redis": False,
    }
    assert "REDIS_URL" in found["Redis"]["said"]


@pytest.fixture
def missing_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A VAR_DIR that is not there, with nothing else given."""
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "typo"))
    return tmp_path / "typo"


def _alone(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.mark.usefixtures("logs_as_before")
@pytest.mark.parametrize("command", [("doctor",), ("events", "list"), ("db", "check"), ("events", "open", "demo")])
def test_looking_makes_nothing(missing_folder: Path, command: tuple[str, ...]) -> None:
    result = _alone(*command)
    assert result.exit_code == 1
    assert "VAR_DIR" in result.output
    assert "make run" in result.output
    assert not missing_folder.exists()


@pytest.mark.usefixtures("logs_as_before")
def test_a_database_file_that_is_not_there_is_not_made(monkeypatch: pytest.MonkeyPatch, missing_folder: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{missing_folder}.db")
    monkeypatch.setenv("SECRET_KEY", "x" * 16)
    assert "DATABASE_URL" in _alone("events", "list").stderr
    assert not missing_folder.with_suffix(".db").exists()


@pytest.mark.usefixtures("logs_as_before")
def test_an_embedded_redis_that_does_not_run_is_one_line(missing_folder: Path) -> None:
    assert _alone("db", "upgrade").exit_code == 0
    lines = [line for line in _alone("doctor").stdout.splitlines() if "✗" in line]
    assert len(lines) == 1
    assert "make run" in lines[0]
    assert "REDIS_URL" not in lines[0]


def test_workers_and_clocks_are_alive_while_their_hearts_beat(redis: "Redis") -> None:
    worker, clock = SimpleWorker(["passes"], connection=redis), Clock(redis)
    worker.register_birth()  # type: ignore[no-untyped-call]  # not annotated by RQ
    clock.register_birth()
    clock.heartbeat()
    assert "last seen" in checks.workers_alive(redis)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=40)):
        with pytest.raises(NotReady, match="last seen 40 s ago"):
            checks.clock_alive(redis)
        with pytest.raises(NotReady, match="last seen 40 s ago"):
            checks.workers_alive(redis)
        redis.hset(worker.key, "state", "busy")
        assert checks.workers_alive(redis).startswith("1")
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=80)), pytest.raises(NotReady):
        checks.workers_alive(redis)


def test_a_database_that_is_down(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://127.0.0.1:1/x")
    found = _findings(run)
    assert not found["database"]["ok"]
    assert not {"migrations", "connections", "pass keys", "messages", "photos", "queue"} & set(found)
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
    assert "https://pass.example.org/webhooks/twilio/fallback" in said
    assert "https://pass.example.org/webhooks/twilio/status" in said
    assert "hidden" not in said
