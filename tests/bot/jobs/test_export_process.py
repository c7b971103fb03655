"""Exports made by real processes that are killed in the middle: taken up again, whole, and nothing left behind."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select, update

from bot.database import Database
from bot.delivery.outbox import queues
from bot.domain import events, stored_work
from bot.domain.exports import requests as export_requests
from bot.domain.exports import stored as stored_exports
from bot.domain.exports.requests import ExportRequest
from bot.domain.keys import KeyRing
from bot.domain.models import Export, ExportChunk
from bot.jobs.work_process import FOLDER_PREFIX
from bot.timeouts import EXPORT_HEARTBEAT_TIMEOUT
from tests.bot.domain import rush
from tests.bot.jobs.conftest import running, wait_for

WORKER = "bot.jobs.worker"
PEOPLE = 2000
"""So many that a process is met in the middle of them."""


@pytest.fixture
def large_fair(database: Database, ring: KeyRing) -> None:
    """An event with very many visitors."""
    now = datetime.now(UTC)
    with database.write() as db:
        event = events.create(
            db, slug="fair", name="Fair", starts_on=now.date(), ends_on=now.date() + timedelta(3), now=now
        )
        rush.issued(db, event, ring.current, PEOPLE)


def start(database: Database, redis: "Redis", once: str) -> int:
    with database.write() as db:
        wish = ExportRequest("visitors", "jsonl")
        number = export_requests.start(db, "fair", wish, once=once, staff_id=None, now=datetime.now(UTC)).id
    queues.enqueue_export(redis, number)
    return number


def look_after(redis: "Redis") -> None:
    """What the clock does every ten seconds."""
    queues.queue(redis, queues.PERIODIC).enqueue("bot.jobs.tasks.see_to_exports")


def row(database: Database, number: int) -> Export:
    with database.read() as db:
        return db.get_one(Export, number)


def stopped_in_the_middle(database: Database, number: int, folder: Path) -> int:
    """The process that makes it, halted while it does."""
    deadline = time.monotonic() + 60
    while row(database, number).status != stored_exports.RUNNING:
        assert time.monotonic() < deadline, "nobody began it"
        time.sleep(0.002)
    [made_in] = folder.glob(f"{FOLDER_PREFIX}*")
    process = int(made_in.name.removeprefix(FOLDER_PREFIX))
    os.kill(process, signal.SIGSTOP)
    assert row(database, number).status == stored_exports.RUNNING
    return process


def whole(database: Database, number: int) -> bool:
    """Whether it is there, with everybody once, in pieces of its own alone."""
    one = row(database, number)
    if one.status != stored_exports.READY:
        return False
    lines = b"".join(stored_exports.chunks(database, number, one.size)).splitlines()
    with database.read() as db:
        pieces = db.scalar(select(func.count()).where(ExportChunk.export_id == number))
    assert (len(lines), len(set(lines)), one.rows) == (PEOPLE, PEOPLE, PEOPLE)
    assert pieces == -(-one.size // stored_work.CHUNK_BYTES)
    return True


@pytest.mark.usefixtures("large_fair")
def test_whoever_is_killed_another_makes_it(
    database: Database, redis: "Redis", environment: dict[str, str], tmp_path: Path
) -> None:
    """And who loses the worker that started them gives back what they make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    environment = {**environment, "TMPDIR": str(folder)}
    with running(WORKER, environment, tmp_path) as worker:
        number = start(database, redis, "one")
        os.kill(stopped_in_the_middle(database, number, folder), signal.SIGKILL)
        long_ago = datetime.now(UTC) - 2 * EXPORT_HEARTBEAT_TIMEOUT
        with database.write() as db:
            db.execute(update(Export).values(seen_at=long_ago))
        look_after(redis)
        wait_for(lambda: whole(database, number), "the file")
        assert row(database, number).attempts == 2
        look_after(redis)
        wait_for(lambda: not list(folder.iterdir()), "an empty disk")

        orphan = start(database, redis, "two")
        process = stopped_in_the_middle(database, orphan, folder)
        worker.process.kill()
        worker.process.wait(10)
        os.kill(process, signal.SIGCONT)
        wait_for(lambda: row(database, orphan).status == stored_exports.WAITING, "the export given back")
        wait_for(lambda: not list(folder.iterdir()), "an empty disk")
