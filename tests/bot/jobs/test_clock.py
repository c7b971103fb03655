"""The clock: each piece of work once for its slot, however many clocks there are; it ends when told to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from redis import Redis
from rq.cron import CronScheduler

from bot.delivery.outbox import queues
from bot.jobs import tasks
from bot.jobs.clock import SCHEDULE, Clock
from tests.bot.jobs.conftest import running, wait_for

SLOT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def moment() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(SLOT + timedelta(seconds=3), tick=False) as moment:
        yield moment


def handed(redis: "Redis") -> list[str]:
    return sorted(str(job.func_name) for job in queues.queue(redis, queues.PERIODIC).jobs)


def test_two_clocks_hand_each_slot_over_once(redis: "Redis", moment: time_machine.Traveller) -> None:
    work = tuple(piece for piece in SCHEDULE if piece.every == 15)
    both = [f"bot.jobs.tasks.{piece.task.__name__}" for piece in work]
    clocks = [Clock(redis, work), Clock(redis, work)]
    for rounds in (1, 2, 3):
        for clock in clocks * 3:
            clock.enqueue_jobs()
            moment.shift(1)
        assert handed(redis) == sorted(both * rounds)
        moment.shift(9)


def test_a_clock_alone_misses_no_slot(redis: "Redis", moment: time_machine.Traveller) -> None:
    clock = Clock(redis)
    for second in range(60):
        moment.move_to(SLOT + timedelta(seconds=second))
        clock.enqueue_jobs()
    assert handed(redis).count("bot.jobs.tasks.sweep") == 12


def test_what_nobody_ran_is_forgotten(redis: "Redis", moment: time_machine.Traveller) -> None:
    Clock(redis).enqueue_jobs()
    for job in queues.queue(redis, queues.PERIODIC).jobs:
        every = next(piece.every for piece in SCHEDULE if str(job.func_name).endswith(f".{piece.task.__name__}"))
        assert 0 < redis.ttl(job.key) <= 2 * every


def test_every_task_is_there() -> None:
    every = {piece.task: piece.every for piece in SCHEDULE}
    assert every == {
        tasks.sweep: 5,
        tasks.take_over: 15,
        tasks.replay: 5,
        tasks.look_for_missed: 180,
        tasks.listen: 60,
        tasks.look_at_approvals: 600,
        tasks.broadcast: 10,
        tasks.discard_photos: 10,
        tasks.offer_places: 10,
        tasks.ask_for_statuses: 60,
        tasks.add_up: 5,
        tasks.alert: 60,
        tasks.report: 60,
        tasks.publish_figures: 60,
        tasks.forget: 30,
        tasks.see_to_exports: 10,
        tasks.index_names: 600,
        tasks.keep_no_longer: 3600,
    }


def test_as_a_process_it_tells_that_it_lives_and_ends_at_sigterm(
    redis: "Redis", environment: dict[str, str], tmp_path: Path
) -> None:
    with running("bot.jobs.clock", environment, tmp_path) as clock:
        wait_for(lambda: len(handed(redis)) >= 2, "the first round")
        seen = [one.last_heartbeat for one in CronScheduler.all(redis)]
        assert len(seen) == 1
        assert seen[0]
        assert clock.stop() == 0
        assert "Traceback" not in clock.said
    assert CronScheduler.all(redis) == []


def test_workers_know_every_task_that_the_clock_hands_over() -> None:
    assert {piece.task for piece in SCHEDULE} <= set(tasks.BY_NAME.values())
