"""Errands outlive whoever took them, and a bad one does not stop the rest."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from tests.webhooks.stand_in import until
from webhooks.simulator import courier
from webhooks.simulator.courier import QUEUE_KEY, Task, TaskQueue

Make = Callable[[Callable[[Task], None]], TaskQueue]


@pytest.fixture
def make(redis: "Redis") -> Iterator[Make]:
    made: list[TaskQueue] = []

    def one(run: Callable[[Task], None]) -> TaskQueue:
        made.append(TaskQueue(redis, run, threads=3))
        return made[-1]

    yield one
    for each in made:
        each.close()


def test_errands_are_done_when_they_are_due_and_forgotten(make: Make, redis: "Redis") -> None:
    done: list[str] = []
    ours = make(lambda errand: done.append(errand["do"]))
    ours.add({"do": "later"}, delay=0.6)
    ours.add({"do": "now"})
    until(lambda: done == ["now", "later"])
    until(lambda: redis.zcard(QUEUE_KEY) == 0)


def test_a_slow_errand_does_not_hold_up_the_next(make: Make) -> None:
    go_on, done = threading.Event(), []

    def run(errand: Task) -> None:
        if errand["do"] == "slow":
            go_on.wait(20)
        done.append(errand["do"])

    ours = make(run)
    ours.add({"do": "slow"})
    ours.add({"do": "quick"})
    until(lambda: done == ["quick"])
    go_on.set()
    until(lambda: done == ["quick", "slow"])


def test_one_that_breaks_is_dropped_and_the_others_go_on(make: Make, redis: "Redis") -> None:
    done: list[str] = []

    def run(errand: Task) -> None:
        if errand["do"] == "bad":
            raise ValueError("bad")
        done.append(errand["do"])

    ours = make(run)
    ours.add({"do": "bad"})
    ours.add({"do": "good"})
    until(lambda: done == ["good"])
    until(lambda: redis.zcard(QUEUE_KEY) == 0)


def test_what_a_killed_process_had_taken_is_done_by_another(
    make: Make, redis: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "LEASE_TTL_SECONDS", 0.3)
    killed = TaskQueue(redis, lambda errand: None)
    redis.zadd(QUEUE_KEY, {'{"do": "kept", "id": "1"}': time.time()})
    assert killed._next() == '{"do": "kept", "id": "1"}'
    done: list[str] = []
    make(lambda errand: done.append(errand["do"])).start()
    until(lambda: done == ["kept"])
