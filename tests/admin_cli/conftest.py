"""Running the command line as a shell would, on either database."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner, Result

from admin_cli.__main__ import cli
from tests.bot.domain.builders import SECRET

Run = Callable[..., Result]
MONTH_BEFORE = datetime(2026, 12, 1, 6, tzinfo=UTC)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str, redis_url: str, logs_as_before: None) -> Run:
    """Run a command on the test's database and Redis; `stdin` is what is typed."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("SECRET_KEY", SECRET)
    return lambda *arguments, stdin=None: CliRunner().invoke(cli, arguments, input=stdin)


@pytest.fixture
def ok(run: Run) -> Run:
    """Run a command that must succeed."""

    def run_well(*arguments: str, stdin: str | None = None) -> Result:
        result = run(*arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result

    return run_well


@pytest.fixture
def rows(ok: Run) -> Callable[..., Any]:
    """What a command prints with `--json`, parsed."""
    return lambda *arguments: json.loads(ok(*arguments, "--json").stdout)


@pytest.fixture
def month_before() -> Iterator[None]:
    """It is the month before the events of January 2027, whatever the machine's clock says."""
    with time_machine.travel(MONTH_BEFORE, tick=True):
        yield


@pytest.fixture
def fair_slug(ok: Run, month_before: None) -> str:
    """The slug of an event of three days in January 2027."""
    ok("events", "create", "--slug", "fair", "--name", "Book Fair", "--from", "2027-01-09", "--to", "2027-01-11")
    return "fair"
