"""What the processes share at their start: checks, quiet logs, waiting for a lost Redis."""

import logging
import sys
import time
from collections.abc import Callable
from contextlib import closing

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import StopRequested

from bot import logs
from bot.database import Database
from bot.errors import NotReady
from bot.ops import checks
from bot.ops.connections import connect_redis
from bot.settings import Settings, load
from bot.timeouts import REDIS_RECONNECT_SECONDS, REDIS_TIMEOUT_SECONDS

log = structlog.get_logger(__name__)

NOISY_LOGGERS = ("rq.worker", "rq.job", "rq.cron", "rq.worker_pool", "rq.scheduler", "rq.registry")
"""RQ's loggers give themselves a level that writes several lines a job."""


def ready(process: str, *, needs_redis: bool = True) -> Settings:
    """The settings of a process that may start. Where database, keys or the Redis that it needs are not ready it ends
    instead, with code 1 and a line on standard error.
    """
    try:
        settings = load()
        logs.configure(settings, process)
        for name in NOISY_LOGGERS:
            logging.getLogger(name).setLevel(logging.WARNING)
        with closing(Database(settings.database)) as database:
            checks.keys_open(database, settings)
        if needs_redis:
            with connect_redis(settings.redis) as redis:
                checks.redis_reached(redis, settings)
    except NotReady as reason:
        sys.exit(str(reason))
    return settings


def connect(settings: Settings) -> "Redis":
    """A client for RQ, which sets the time-outs of its long waits itself."""
    return Redis.from_url(settings.redis, socket_connect_timeout=REDIS_TIMEOUT_SECONDS)


def run_until_stopped(run: Callable[[], bool]) -> None:
    """Call `run` until it says that it was told to stop; again after a while where Redis was lost."""
    while True:
        try:
            if run():
                return
        except StopRequested:
            return
        except RedisError as problem:
            log.warning("redis_away", problem=type(problem).__name__)
        try:
            time.sleep(REDIS_RECONNECT_SECONDS)
        except StopRequested:
            return
