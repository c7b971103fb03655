"""RQ's queues: asks the workers to drain the outbox, or to begin an export.

A job is data, as JSON: the name of a task and whole numbers (bot.jobs.queue_entries takes nothing else).
"""

from collections.abc import Callable

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from bot.timeouts import JOB_TIMEOUT_SECONDS

log = structlog.get_logger(__name__)

DRAINS, PERIODIC = "drains", "replies"
"""The queue of drains, and that of all other work: it keeps the name that workers of the release before listen to."""
QUEUE_NAMES = (DRAINS, PERIODIC, "passes", "bulk")
"""Every queue, which workers serve in turn. In the last two lie jobs that processes of the release before leave."""
DRAIN = "bot.jobs.tasks.drain"
EXPORT, LIST = "bot.jobs.tasks.export", "bot.jobs.tasks.work_on_list"
FAILED_JOB_TTL_SECONDS = 60
"""Short, because the rows of deliveries say what must still be sent and what failed."""
JOB_TTL_SECONDS = 300
"""An export's job that has waited so long is forgotten: the process `bot.jobs.clock` begins the export."""
ASIDE = "rq:aside"
"""The ids of the latest queue entries that this program has not made, and that workers did not run; each is kept at
`rq:aside:<id>`."""


def queue(redis: "Redis", name: str) -> Queue:
    """One of the queues, by its name."""
    return Queue(name, connection=redis, serializer=JSONSerializer)


def ask_for_drain(redis: "Redis") -> None:
    """Have a worker look at what is owed; after the commit. Never raises where Redis is away: the sweep asks again.

    Where a drain waits in the queue already it will see what has been committed by now: a worker takes it off the
    queue before it looks. So a thousand rows are one job, and none is overlooked.
    """

    def ask() -> None:
        if not is_drain_asked(redis):
            _enqueue(redis, DRAINS, DRAIN)

    _quietly(ask)


def is_drain_asked(redis: "Redis") -> bool:
    """Whether a drain waits for a worker. Raises RedisError."""
    return redis.llen(Queue.redis_queue_namespace_prefix + DRAINS) > 0


def enqueue_export(redis: "Redis", number: int) -> None:
    """Have an export begun at once. Never raises where Redis is away: the clock begins what waits."""
    _quietly(lambda: _enqueue(redis, PERIODIC, EXPORT, number, ttl=JOB_TTL_SECONDS))


def enqueue_import(redis: "Redis", number: int) -> None:
    """Have a list of people worked on at once. Never raises where Redis is away: the clock begins what waits."""
    _quietly(lambda: _enqueue(redis, PERIODIC, LIST, number, ttl=JOB_TTL_SECONDS))


def _enqueue(redis: "Redis", name: str, task: str, *numbers: int, ttl: int | None = None) -> None:
    queue(redis, name).enqueue_call(
        task,
        args=numbers,
        timeout=JOB_TIMEOUT_SECONDS,
        ttl=ttl,
        result_ttl=0,
        failure_ttl=FAILED_JOB_TTL_SECONDS,
    )


def _quietly(act: Callable[[], object]) -> None:
    try:
        act()
    except RedisError as problem:
        log.warning("enqueue_failed", problem=type(problem).__name__)
