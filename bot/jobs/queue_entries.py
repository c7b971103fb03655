"""What lies in RQ's queues, as a worker takes it: data, and only what this service has put there itself.

RQ would import whatever a job names, unpickle what it carries and call its callbacks: whoever can write to Redis could
run code. Here an entry is JSON, its name is looked up in the list of our tasks, and nothing else of it is read. One
that is none of ours is put aside, where somebody can look at it, and told in the log.
"""

from typing import Any

import structlog
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisSlow
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from bot.delivery.outbox import queues
from bot.jobs import tasks

log = structlog.get_logger(__name__)

KEPT_ASIDE = 100
KEEP_ASIDE_SECONDS = 24 * 3600
READ = frozenset(
    (
        *("data", "status", "origin", "worker_name", "timeout", "ttl", "result_ttl", "failure_ttl"),
        *("created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat"),
    )
)
"""The fields of an entry that are read: no callback, no webhook, nothing that follows, repeats or retries it."""


class NotOurs(NoSuchJobError):
    """The entry is none of ours; to RQ it is as if it were gone."""


class Entry(Job):
    """A job that runs one of our tasks with whole numbers."""

    def refresh(self) -> None:
        """Read it from Redis. Raises NotOurs once it has put aside what cannot be read as one of ours."""
        try:
            super().refresh()  # type: ignore[no-untyped-call]  # not annotated by RQ
            if not _is_ours(self.func_name, self.instance, self.args, self.kwargs):
                raise NotOurs
        except (RedisAway, RedisSlow):
            raise
        except Exception as problem:
            if isinstance(problem, NoSuchJobError) and not self.connection.exists(self.key):
                raise  # it lapsed
            _put_aside(self.connection, self.id, self.key, type(problem).__name__)
            raise NotOurs from None

    def restore(self, raw_data: Any) -> None:
        """Take over what is read of an entry."""
        super().restore({name: value for name, value in raw_data.items() if name.decode(errors="replace") in READ})

    @property
    def func(self) -> Any:
        """The task that it names."""
        return tasks.BY_NAME[self.func_name or ""]


class Entries(Queue):
    """A queue of such entries."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "job_class": Entry, "serializer": JSONSerializer})

    @classmethod
    def dequeue_any(cls, *args: Any, **options: Any) -> Any:
        """The next entry of ours, and its queue."""
        while True:
            try:
                return super().dequeue_any(*args, **options)
            except UnicodeDecodeError as problem:  # an id that is no text
                log.error("job_put_aside", job="", problem=type(problem).__name__)


def _is_ours(name: object, instance: object, args: object, kwargs: object) -> bool:
    numbers = isinstance(args, list | tuple) and all(type(one) is int for one in args)
    return name in tasks.BY_NAME and instance is None and numbers and not kwargs


def _put_aside(redis: "Redis", entry: str, key: str, problem: str) -> None:
    log.error("job_put_aside", job=entry[:80], problem=problem)
    kept = f"{queues.ASIDE}:{entry}"
    try:
        redis.rename(key, kept)
        with redis.pipeline() as noting:
            noting.expire(kept, KEEP_ASIDE_SECONDS)
            noting.lpush(queues.ASIDE, entry[:80])
            noting.ltrim(queues.ASIDE, 0, KEPT_ASIDE - 1)
            noting.expire(queues.ASIDE, KEEP_ASIDE_SECONDS)
            noting.execute()
    except RedisError as lost:
        log.warning("job_not_kept", problem=type(lost).__name__)
