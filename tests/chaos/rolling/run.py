"""One rolling change from start to table."""

import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from redis import Redis

from bot.database import Database
from bot.domain.roster import devices
from bot.ops import migrations
from tests.chaos import facts
from tests.chaos.rolling import versions
from tests.chaos.rolling.crowd import Crowd
from tests.chaos.rolling.report import Report, faults_found, judge
from tests.chaos.rolling.stack import Stack, standing
from tests.e2e.server import until

REST_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Change:
    """How it is done."""

    pause_seconds: float = 4.0
    """For so long people are left alone before the first step and after the last."""
    seed: int = 3
    """Of the people's patience."""


def run(change: Change, folder: Path) -> Report:
    """Replace everything while people come; what came of it."""
    with (
        standing(folder) as stack,
        closing(Database(stack.settings.database_url)) as database,
        closing(Redis.from_url(stack.settings.redis_url)) as redis,
    ):
        crowd = Crowd(stack, _scanners(database), change.seed)
        crowd.begin()
        spent = _roll(stack, change)
        crowd.end()
        _rest(lambda: not facts.waiting(database, redis) and not faults_found(crowd, database))
        report = judge(stack, crowd, database, facts.waiting(database, redis))
        assert stack.versions() == {versions.NEXT}
        report.notes += [f"the database is at {migrations.current(database)}; {spent}"]
        return report


def _rest(at_rest: Callable[[], bool]) -> None:
    """Let everything be sent and added up; what is not by then is told in the report."""
    with suppress(AssertionError):
        until(at_rest, "all is sent", REST_SECONDS)


def _roll(stack: Stack, change: Change) -> str:
    """Expand, every process, contract: workers and clocks first, as docs/one-server.md has it, and started beside."""
    began = time.monotonic()
    time.sleep(change.pause_seconds)
    expand = stack.release(versions.NEXT)
    for name in sorted(stack.running, key=lambda name: name.startswith("web")):
        time.sleep(change.pause_seconds / 4)
        stack.replace(name, versions.NEXT, beside=not name.startswith("web"))
    time.sleep(change.pause_seconds)
    contract = stack.release(versions.AFTER)
    time.sleep(change.pause_seconds)
    return f"expand {expand:.1f} s, contract {contract:.1f} s, all {time.monotonic() - began:.0f} s"


def _scanners(database: Database) -> tuple[str, str]:
    """The tokens of two."""
    now = datetime.now(UTC)
    with database.write() as db:
        first, second = (devices.add(db, "demo", name=f"Phone {n}", gate="main", now=now)[1] for n in (1, 2))
    return first, second
