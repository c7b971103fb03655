"""The worker as a process: it sends what is owed, in order of urgency, and ends when told to, its job done."""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import pytest
import structlog
from redis import Redis
from rq import SimpleWorker

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue
from bot.delivery.outbox import queues
from bot.domain.models import Delivery
from bot.jobs import tasks
from bot.jobs.worker import Worker
from bot.settings import Settings
from tests.bot.delivery.fake_api import FakeApi
from tests.bot.domain.builders import SECRET
from tests.bot.jobs.conftest import running, wait_for

WORKER = "bot.jobs.worker"


def owed(database: Database, body: str, priority: int = 0) -> int:
    with database.write() as db:
        lane, now = f"whatsapp:+91{crc32(body.encode()):010}", datetime.now(UTC)
        return enqueue(db, kind="text", address=lane, payload={"body": body}, priority=priority, now=now)


def status(database: Database, delivery: int) -> str:
    with database.read() as db:
        return db.get_one(Delivery, delivery).status


def test_it_sends_the_urgent_first_and_ends_at_sigterm(
    database: Database, redis: "Redis", worker_outbox: Outbox, api: FakeApi, environment: dict[str, str], tmp_path: Path
) -> None:
    rows = [owed(database, f"priority {priority}", priority) for priority in (2, 1, 0)]
    worker_outbox.dispatch(rows)
    # One call at a time: several would reach Twilio in any order.
    with running(WORKER, environment | {"DELIVERY_CONCURRENCY": "1"}, tmp_path) as worker:
        wait_for(lambda: len(api.taken) == 3, "three messages")
        wait_for(lambda: redis.keys("rq:job:*") == [], "the end of all jobs")
        assert worker.stop() == 0
        assert "priority 0" not in worker.said
    assert api.bodies == ["priority 0", "priority 1", "priority 2"]
    assert [status(database, row) for row in rows] == ["queued"] * 3
    assert SimpleWorker.all(connection=redis) == []


def test_it_finishes_what_it_holds(
    database: Database, worker_outbox: Outbox, api: FakeApi, environment: dict[str, str], tmp_path: Path
) -> None:
    api.may_answer.clear()
    rows = [owed(database, body) for body in ("held", "next")]
    worker_outbox.dispatch(rows)
    with running(WORKER, environment | {"DELIVERY_CONCURRENCY": "1"}, tmp_path) as worker:
        wait_for(api.arrived.is_set, "the first message")
        worker.process.send_signal(signal.SIGTERM)
        api.may_answer.set()
        assert worker.process.wait(30) == 0
    assert [status(database, row) for row in rows] == ["queued", "owed"]


def test_periodic_work_and_a_reply_wait_for_no_slow_calls(
    database: Database, redis: "Redis", worker_outbox: Outbox, api: FakeApi, environment: dict[str, str], tmp_path: Path
) -> None:
    """A hundred messages to many, and a Twilio that does not answer: the worker does its other work all the same."""
    api.may_answer.clear()
    worker_outbox.dispatch([owed(database, f"many {number}", 2) for number in range(100)])
    with running(WORKER, environment | {"TWILIO_MPS": "1000"}, tmp_path):
        wait_for(lambda: len(api.taken) >= 12, "as many calls as messages to many may keep in flight")
        worker_outbox.dispatch([owed(database, "a reply", 0)])
        queues.queue(redis, queues.PERIODIC).enqueue("bot.jobs.tasks.discard_photos")
        wait_for(lambda: "a reply" in api.bodies, "the reply")
        wait_for(lambda: not queues.queue(redis, queues.PERIODIC).count, "the periodic work")
        assert len(api.taken) == 13
        api.may_answer.set()


def test_it_says_in_a_line_why_it_cannot_start(environment: dict[str, str], tmp_path: Path) -> None:
    for wrong, named in (("SECRET_KEY", "SECRET_KEY"), ("REDIS_URL", "REDIS_URL")):
        other = {"SECRET_KEY": "another secret, too long", "REDIS_URL": "redis://127.0.0.1:1/0"}[wrong]
        with running(WORKER, {**environment, wrong: other}, tmp_path) as worker:
            assert worker.process.wait(60) == 1
            assert named in worker.said
            assert "Traceback" not in worker.said


def test_a_worker_of_several_that_is_killed_is_replaced(
    database: Database, redis: "Redis", worker_outbox: Outbox, api: FakeApi, environment: dict[str, str], tmp_path: Path
) -> None:
    with running(WORKER, {**environment, "WORKERS": "2"}, tmp_path) as pool:
        wait_for(lambda: len(SimpleWorker.all(connection=redis)) == 2, "two workers")
        first = {worker.pid for worker in SimpleWorker.all(connection=redis)}
        os.kill(min(pid for pid in first if pid), signal.SIGKILL)
        wait_for(
            lambda: {worker.pid for worker in SimpleWorker.all(connection=redis)} - first, "one in place of the killed"
        )
        worker_outbox.dispatch([owed(database, "Hello")])
        wait_for(lambda: api.taken, "a message")
        assert pool.stop() == 0


def test_workers_whose_pool_was_killed_end(
    redis: "Redis", environment: dict[str, str], tmp_path: Path, worker_outbox: Outbox, database: Database, api: FakeApi
) -> None:
    with running(WORKER, {**environment, "WORKERS": "2"}, tmp_path) as pool:
        wait_for(lambda: len(SimpleWorker.all(connection=redis)) == 2, "two workers")
        pool.process.kill()
        pool.process.wait(10)
        # Each job is followed by a sign of life, and so by a look at who started it.
        while SimpleWorker.all(connection=redis):
            worker_outbox.dispatch([owed(database, f"Hello {len(api.taken)}")])
            wait_for(lambda: not queues.queue(redis, queues.DRAINS).count or not SimpleWorker.all(connection=redis), "")
    assert len(api.taken) <= 3


def test_a_failed_job_is_logged_without_its_words(
    redis: "Redis", redis_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tasks.BY_NAME, "fails", fails)
    job = queues.queue(redis, queues.QUEUE_NAMES[0]).enqueue("fails", 7)
    with structlog.testing.capture_logs() as logged:
        Worker(Settings(secret_key=SECRET, redis_url=redis_url)).work(burst=True)
    assert job.is_failed
    kept = [str(value) for key in redis.keys("rq:results:*") for value in redis.xrange(key) or ()]
    assert [(line["event"], line["problem"]) for line in logged] == [("job_failed", "ValueError")]
    assert "Asha" not in f"{logged} {kept} {caplog.text}"


def fails(number: int) -> None:
    """A job with a bug."""
    raise ValueError(f"cannot register Asha Verma {number}")
