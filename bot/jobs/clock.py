"""`python -m bot.jobs.clock`: enqueues the periodic work, each piece once for its slot of time.

RQ's cron keeps the times and tells in Redis that it lives. Two clocks overlap at every deploy: whoever
first takes a job's slot hands it over, the other passes by. What it hands over is data, as all our jobs are: RQ's
cron itself would pickle it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import structlog
from redis import Redis
from rq.cron import CronJob, CronScheduler
from rq.utils import now

from bot.delivery.outbox import queues
from bot.jobs import startup, tasks
from bot.timeouts import JOB_TIMEOUT_SECONDS

log = structlog.get_logger(__name__)

FAILED_JOB_TTL_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """A piece of periodic work."""

    task: Callable[[], None]
    every: int
    """Seconds."""


SCHEDULE = (
    PeriodicTask(tasks.sweep, 5),
    PeriodicTask(tasks.take_over, 15),
    PeriodicTask(tasks.replay, 5),
    PeriodicTask(tasks.look_for_missed, 180),
    PeriodicTask(tasks.ask_for_statuses, 60),
    PeriodicTask(tasks.listen, 60),
    PeriodicTask(tasks.look_at_approvals, 600),
    PeriodicTask(tasks.broadcast, 10),
    PeriodicTask(tasks.discard_photos, 10),
    PeriodicTask(tasks.offer_places, 10),
    PeriodicTask(tasks.add_up, 5),
    PeriodicTask(tasks.alert, 60),
    PeriodicTask(tasks.report, 60),
    PeriodicTask(tasks.publish_figures, 60),
    PeriodicTask(tasks.forget, 30),
    PeriodicTask(tasks.see_to_exports, 10),
    PeriodicTask(tasks.index_names, 600),
    PeriodicTask(tasks.keep_no_longer, 3600),
)


class Clock(CronScheduler):
    """RQ's scheduler, with a lock on each slot."""

    def __init__(self, redis: "Redis", work: tuple[PeriodicTask, ...] = SCHEDULE) -> None:
        super().__init__(redis, logging_level="WARNING")
        self.told_to_stop = False
        for piece in work:
            self.register(
                piece.task,
                queues.PERIODIC,
                interval=piece.every,
                job_timeout=JOB_TIMEOUT_SECONDS,
                result_ttl=0,
                # Jobs expire, so that they do not pile up for hours where no worker runs.
                ttl=2 * piece.every,
                failure_ttl=FAILED_JOB_TTL_SECONDS,
            )

    def enqueue_jobs(self) -> list[CronJob]:
        """Hand over what is due and not yet taken by another clock."""
        handed = []
        for job in self.get_jobs():
            if not job.should_run():
                continue
            moment = now()
            if self._first_in_slot(job, moment.timestamp()):
                queues.queue(self.connection, job.queue_name).enqueue(job.func_name, **job.job_options)
                handed.append(job)
            job.set_enqueue_time(moment)
        return handed

    def _first_in_slot(self, job: CronJob, moment: float) -> bool:
        every = job.interval or JOB_TIMEOUT_SECONDS
        slot = f"clock:{job.name}:{int(moment // every)}"
        return bool(self.connection.set(slot, self.name, nx=True, ex=2 * every))

    def _request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.told_to_stop = True
        super()._request_stop(signum, frame)  # type: ignore[no-untyped-call]  # not annotated by RQ


def run(redis: "Redis") -> bool:
    """Keep the times until told to stop; whether that is why it ended. Raises RedisError where Redis is lost."""
    clock = Clock(redis)
    clock.start()  # type: ignore[no-untyped-call]  # not annotated by RQ
    return clock.told_to_stop


def main() -> None:
    """Keep the times until told to stop. Ends with code 1 where it cannot start."""
    settings = startup.ready("clock")
    log.info("clock_started")
    startup.run_until_stopped(lambda: run(startup.connect(settings)))
    log.info("clock_ended")


if __name__ == "__main__":
    main()
