"""Real workers and clocks as processes of their own, with a Twilio of the test's."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import Outbox
from bot.delivery.twilio.messages import Twilio
from bot.domain.keys import KeyRing
from bot.settings import Settings
from tests.bot.delivery.conftest import FakeOtps, fetched
from tests.bot.delivery.fake_api import FakeApi, serving
from tests.bot.domain.builders import SECRET
from tests.paths import ROOT

PATIENCE = 90.0


def wait_for(true: Callable[[], object], what: str) -> None:
    """Return as soon as it is true."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.02)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with serving() as api:
        yield api


@pytest.fixture
def environment(database: Database, ring: KeyRing, redis: "Redis", redis_url: str, api: FakeApi) -> dict[str, str]:
    """The settings of a process; the database has its keys."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        **{"DATABASE_URL": database.url, "REDIS_URL": redis_url, "SECRET_KEY": SECRET},
        **{"TWILIO_API_BASE": api.origin, "LOG_FORMAT": "json"},
    }


@pytest.fixture
def worker_outbox(database: Database, redis: "Redis", api: FakeApi) -> Outbox:
    """An outbox in the test's own process, to owe and to look."""
    settings = Settings(secret_key=SECRET, twilio_api_base=api.origin)
    return Outbox(database, redis, Twilio(settings), FakeOtps(), settings, check_media=fetched)


class Running:
    """A process of ours; what it logs is in `file`."""

    def __init__(self, module: str, environment: dict[str, str], file: Path) -> None:
        self.file = file
        with file.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module], cwd=ROOT, env=environment, stdout=out, stderr=out
            )

    @property
    def said(self) -> str:
        return self.file.read_text()

    def stop(self) -> int:
        """Its exit code after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def running(module: str, environment: dict[str, str], folder: Path) -> Iterator[Running]:
    """The module as a process; killed at the end of the block if it still runs."""
    one = Running(module, environment, folder / f"{module}-{time.monotonic_ns()}.log")
    try:
        yield one
    finally:
        one.process.kill()
        one.process.wait(10)
