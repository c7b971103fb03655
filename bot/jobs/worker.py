"""`python -m bot.jobs.worker`: runs what RQ's queues hold, drains of the outbox and periodic work in turn.

Jobs run in the worker's own process, without a fork for each: the process keeps its database connections, its
threads with their open connections to Twilio and the loaded code. A job that takes the process down costs what a
killed worker costs, and the outbox is made for that. WORKERS processes work side by side.
"""

import os
import traceback
from importlib import import_module
from multiprocessing.process import BaseProcess
from types import FrameType, TracebackType
from typing import Any

import structlog
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import DequeueStrategy
from rq.worker_pool import ForkProcess, WorkerPool

from bot.delivery.outbox import queues
from bot.jobs import startup, tasks
from bot.jobs.queue_entries import Entries, Entry
from bot.ops import malloc
from bot.settings import Settings
from bot.timeouts import REDIS_BACKOFF_SECONDS, WORKER_TTL_SECONDS

log = structlog.get_logger(__name__)


class Worker(SimpleWorker):
    """A worker process: it stops when told to, or when the process that started it is gone."""

    log_result_lifespan = False
    max_connection_wait_time = REDIS_BACKOFF_SECONDS

    def __init__(self, settings: Settings, parent: int | None = None) -> None:
        redis = startup.connect(settings)
        entries: dict[str, Any] = {"queue_class": Entries, "job_class": Entry, "serializer": JSONSerializer}
        super().__init__(
            list(queues.QUEUE_NAMES),
            connection=redis,
            worker_ttl=WORKER_TTL_SECONDS,
            log_job_description=False,
            **entries,
        )
        self.told_to_stop = False
        self._parent = parent

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the job that runs and the calls that are in flight, then end."""
        self.told_to_stop = True
        tasks.drainer().stop()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # not annotated by RQ

    def heartbeat(self, *args: Any, **options: Any) -> None:
        """Say that this worker lives; nobody else would end one whose pool was killed."""
        if self._parent and os.getppid() != self._parent:
            self.told_to_stop = True
            raise StopRequested
        super().heartbeat(*args, **options)

    def handle_exception(
        self, job: Job, kind: type[BaseException], problem: BaseException, trace: TracebackType
    ) -> None:
        """Log a failed job: what and where, never the exception's words, which may quote somebody's data."""
        places = [f"{place.filename}:{place.lineno}" for place in traceback.extract_tb(trace)]
        log.error("job_failed", job=job.id, task=job.func_name, problem=kind.__name__, where=places[-6:])

    def handle_job_failure(self, job: Job, queue: Queue, *args: Any, **options: Any) -> None:
        """Keep the failure in Redis without the exception's words."""
        super().handle_job_failure(job, queue, *args, **{**options, "exc_string": "see the log"})


class Pool(WorkerPool):
    """A pool of workers; one that dies is replaced."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(queues.QUEUE_NAMES, connection=startup.connect(settings), num_workers=settings.workers)
        self._settings = settings

    def get_worker_process(self, name: str, *args: Any, **options: Any) -> BaseProcess:
        """A process that works until it is told to stop."""
        return ForkProcess(target=work, args=(self._settings, os.getpid()), name=f"worker {name}")


def work(settings: Settings, parent: int | None = None) -> None:
    """Work in this process until told to stop."""

    def once() -> bool:
        tasks.service()  # before the first job is taken: a kill while the parts are put together then holds none up
        worker = Worker(settings, parent)
        worker.work(logging_level="WARNING", dequeue_strategy=DequeueStrategy.ROUND_ROBIN)
        return worker.told_to_stop

    try:
        startup.run_until_stopped(once)
    finally:
        tasks.drainer().close()


def main() -> None:
    """Work until told to stop. Ends with code 1 where it cannot start."""
    malloc.limit_arenas()
    settings = startup.ready("worker")
    import_module("bot.service")  # once, before any process is forked: the first job finds all code loaded
    malloc.share_loaded()
    log.info("worker_started", processes=settings.workers, tasks=tasks.__name__)
    if settings.workers == 1:
        work(settings)
    else:
        Pool(settings).start(logging_level="WARNING")
    log.info("worker_ended")


if __name__ == "__main__":
    main()
