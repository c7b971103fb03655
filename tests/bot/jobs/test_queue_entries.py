"""What a worker does with entries of its queues that this service has not put there: nothing, and it goes on."""

import json
from collections.abc import Callable

import pytest
import structlog
from redis import Redis
from rq import Callback, Queue, SimpleWorker

from bot.delivery.outbox import queues
from bot.jobs import tasks
from bot.jobs.worker import Worker
from bot.settings import Settings
from tests.bot.domain.builders import SECRET

FIRST = queues.QUEUE_NAMES[0]
TASK = "bot.jobs.tasks.export"
_ran: list[object] = []


def runs(*args: object, **more: object) -> None:
    """What must not run, unless it is in the list of tasks."""
    _ran.append((args, more))


class Trap:
    """Runs when it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return runs, ("unpickled",)


def pickled(redis: "Redis") -> None:
    Queue(FIRST, connection=redis).enqueue("bot.jobs.tasks.deliver", Trap())


def left_by_an_old_release(redis: "Redis") -> None:
    Queue(FIRST, connection=redis).enqueue("bot.jobs.tasks.deliver", 17, job_id="deliver-17-0")


def of_another_name(redis: "Redis") -> None:
    queues.queue(redis, FIRST).enqueue(f"{__name__}.runs", 7)


def with_words(redis: "Redis") -> None:
    queues.queue(redis, FIRST).enqueue(TASK, "rm")


def with_a_name(redis: "Redis") -> None:
    queues.queue(redis, FIRST).enqueue(TASK, number=7)


def of_an_instance(redis: "Redis") -> None:
    _put(redis, data=json.dumps([TASK, {"a": 1}, [7], {}]).encode())


def no_json(redis: "Redis") -> None:
    _put(redis, data=b"\xff\x00")


def nested_deeply(redis: "Redis") -> None:
    _put(redis, data=b"[" * 100_000)


def without_data(redis: "Redis") -> None:
    _put(redis, data=None)


def with_a_time_that_is_none(redis: "Redis") -> None:
    _put(redis, data=json.dumps([TASK, None, [7], {}]).encode(), created_at=b"yesterday", status=b"?")


def no_hash(redis: "Redis") -> None:
    redis.set("rq:job:odd", "x")
    redis.rpush(f"rq:queue:{FIRST}", "odd")


def _put(redis: "Redis", data: bytes | None, **fields: bytes) -> None:
    for name, value in {"status": b"queued", "data": data, **fields}.items():
        if value is not None:
            redis.hset("rq:job:odd", name, value)
    redis.rpush(f"rq:queue:{FIRST}", "odd")


ODD = (
    *(pickled, left_by_an_old_release, of_another_name, with_words, with_a_name, of_an_instance, no_json),
    *(nested_deeply, without_data, with_a_time_that_is_none, no_hash),
)


@pytest.fixture
def worker(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> SimpleWorker:
    """One whose only task notes that it ran."""
    _ran.clear()
    monkeypatch.setitem(tasks.BY_NAME, TASK, runs)
    return Worker(Settings(secret_key=SECRET, redis_url=redis_url))


@pytest.mark.parametrize("put", ODD)
def test_what_is_none_of_ours_is_put_aside_and_told_and_the_next_is_done(
    redis: "Redis", worker: SimpleWorker, put: Callable[[Redis], None]
) -> None:
    put(redis)
    queues.queue(redis, FIRST).enqueue(TASK, 8, job_id="good")
    with structlog.testing.capture_logs() as logged:
        worker.work(burst=True)
    assert _ran == [((8,), {})]
    assert [line["event"] for line in logged] == ["job_put_aside"]
    [odd] = [str(name, "utf-8") for name in redis.lrange(queues.ASIDE, 0, -1) if isinstance(name, bytes)]
    assert redis.exists(f"{queues.ASIDE}:{odd}")
    assert not redis.exists(f"rq:job:{odd}")


def test_an_id_that_is_no_text_ends_no_worker(redis: "Redis", worker: SimpleWorker) -> None:
    redis.rpush(f"rq:queue:{FIRST}", b"\xff\xfe")
    queues.queue(redis, FIRST).enqueue(TASK, 8)
    worker.work(burst=True)
    assert _ran == [((8,), {})]


def test_callbacks_are_not_read(redis: "Redis", worker: SimpleWorker) -> None:
    callback = Callback(f"{__name__}.runs")
    for number in (7, 8):
        queues.queue(redis, FIRST).enqueue(
            TASK, number, on_success=callback, on_failure=callback, on_stopped=callback, retry=None
        )
    worker.work(burst=True)
    assert _ran == [((7,), {}), ((8,), {})]


def test_rqs_own_worker_would_run_them(redis: "Redis") -> None:
    """Shows that these entries do something where nobody looks at them."""
    _ran.clear()
    pickled(redis)
    SimpleWorker([FIRST], connection=redis).work(burst=True)
    assert _ran == [(("unpickled",), {})]


def test_every_task_of_the_module_is_in_the_list() -> None:
    mine = {
        name for name, one in vars(tasks).items() if callable(one) and getattr(one, "__module__", "") == tasks.__name__
    }
    assert {name.rpartition(".")[2] for name in tasks.BY_NAME} == mine - {"service", "drainer", "_own"}
