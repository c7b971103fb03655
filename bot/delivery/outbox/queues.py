"""RQ's queues: enqueues jobs that carry a delivery's id.

A job is data, as JSON: the name of a task and whole numbers (bot.jobs.queue_entries takes nothing else).
"""

import secrets
from collections.abc import Iterable
from typing import cast

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import now, str_to_date

log = structlog.get_logger(__name__)

QUEUE_NAMES = ("replies", "passes", "bulk")
"""The queues by priority: workers empty the first before they look at the next."""
DELIVER = "bot.jobs.tasks.deliver"
EXPORT = "bot.jobs.tasks.export"
JOB_TIMEOUT_SECONDS = 60
"""A delivery's two calls to Twilio take 40 s at most; a job that takes longer is ended."""
FAILED_JOB_TTL_SECONDS = 60
"""A job's id stays taken as long: the row itself tells what failed."""
JOB_TTL_SECONDS = 300
"""A job that has waited so long is forgotten, and the sweep enqueues the row again."""
ASIDE = "rq:aside"
"""The ids of the latest entries that workers put aside, as none of ours; each is kept at `rq:aside:<id>`."""
MAX_BEGIN_SECONDS = 20.0
"""A job leases its row at once. One that has not after so long was killed, or waits for a database that is
busy; then one job too many does no harm."""
MAX_SCANNED_JOBS = 200
"""Length up to which a queue is searched for a job; in a longer queue a lost job lapses by itself."""

QueuedDelivery = tuple[int, int, int]
"""A delivery that should be on its way: id, priority, attempts."""


def queue(redis: "Redis", name: str) -> Queue:
    """One of the queues, by its name."""
    return Queue(name, connection=redis, serializer=JSONSerializer)


def enqueue_jobs(redis: "Redis", waiting: Iterable[QueuedDelivery]) -> int:
    """Enqueue each delivery that no job holds yet; how many.

    The job's id names the attempt: a worker killed in mid-job leaves its job behind, which must not
    keep the next attempt out; nor must one that was killed before it noted its attempt. Never raises
    where Redis is away: the sweep enqueues what is left.
    """
    return _enqueue(redis, ((*row, f"deliver-{row[0]}-{row[2]}") for row in waiting))


def enqueue_next(redis: "Redis", waiting: Iterable[QueuedDelivery]) -> int:
    """Enqueue deliveries whose turn has come, also where a job holds one: that job may just have
    found that it was too early and be about to end. One job too many finds nothing to do.
    """
    return _enqueue(redis, ((*row, _another(f"deliver-{row[0]}-{row[2]}")) for row in waiting))


def enqueue_export(redis: "Redis", number: int) -> None:
    """Have an export begun at once. Never raises where Redis is away: the clock begins what waits.

    In the queue of what is urgent, as all that the job does is start a process.
    """
    try:
        queue(redis, QUEUE_NAMES[0]).enqueue_call(
            EXPORT,
            args=(number,),
            timeout=JOB_TIMEOUT_SECONDS,
            ttl=JOB_TTL_SECONDS,
            result_ttl=0,
            failure_ttl=FAILED_JOB_TTL_SECONDS,
        )
    except RedisError as problem:
        log.warning("enqueue_failed", problem=type(problem).__name__)


def _enqueue(redis: "Redis", jobs: Iterable[tuple[int, int, int, str]]) -> int:
    done = 0
    try:
        for delivery_id, priority, _attempts, job_id in jobs:
            done += _enqueue_one(redis, delivery_id, QUEUE_NAMES[min(priority, len(QUEUE_NAMES) - 1)], job_id)
    except RedisError as problem:
        log.warning("enqueue_failed", problem=type(problem).__name__)
    return done


def _enqueue_one(redis: "Redis", delivery_id: int, name: str, job_id: str) -> bool:
    try:
        queue(redis, name).enqueue_call(
            DELIVER,
            args=(delivery_id,),
            job_id=job_id,
            unique=True,
            timeout=JOB_TIMEOUT_SECONDS,
            ttl=JOB_TTL_SECONDS,
            result_ttl=0,
            failure_ttl=FAILED_JOB_TTL_SECONDS,
        )
    except DuplicateJobError:
        return _was_killed(redis, name, job_id) and _enqueue_one(redis, delivery_id, name, _another(job_id))
    return True


def _another(job_id: str) -> str:
    return f"{job_id}-{secrets.token_hex(4)}"


def _was_killed(redis: "Redis", name: str, job_id: str) -> bool:
    """Whether this job began long ago, or left a short queue without having begun.

    RQ itself would keep its id for ten minutes and more, or until it lapses.
    """
    began = cast("bytes", redis.hget(Job.key_for(job_id), "started_at") or b"")
    if began:
        return bool((now() - str_to_date(began)).total_seconds() > MAX_BEGIN_SECONDS)
    waiting = Queue.redis_queue_namespace_prefix + name
    return int(redis.llen(waiting)) <= MAX_SCANNED_JOBS and redis.lpos(waiting, job_id) is None
