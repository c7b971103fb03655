"""Tasks that are due later, kept in Redis and run by threads.

A web process that is killed loses nothing: what it had taken falls due again and another does it.
A request never waits for an errand, so that our doors can be called from here without ever waiting
for a thread that is itself waiting for us.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError

QUEUE_KEY = "sim:errands"
WORKER_THREADS = 8
LEASE_TTL_SECONDS = 45.0
"""Seconds for which a task is held, longer than any takes: Twilio waits 5 s for a connection and 15 s for an answer."""
POLL_SECONDS = 0.5
"""How often the errands of other processes are looked for."""
TAKE_SCRIPT = """
local due = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if due[1] and tonumber(due[2]) <= tonumber(ARGV[1]) then
  redis.call('ZADD', KEYS[1], ARGV[2], due[1])
end
return due
"""

Task = dict[str, Any]
log = structlog.get_logger(__name__)


class TaskQueue:
    """Takes errands as they fall due and hands each to `run`, at least once."""

    def __init__(self, redis: "Redis", run: Callable[[Task], None], threads: int = WORKER_THREADS) -> None:
        self._redis = redis
        self._run = run
        self._take = redis.register_script(TAKE_SCRIPT)
        self._number = threads
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()
        self._looking = threading.Lock()
        self._woken = threading.Event()
        self._closed = threading.Event()

    def add(self, task: Mapping[str, Any], delay: float = 0.0) -> None:
        """Have an errand done after so many seconds."""
        packed = json.dumps({**task, "id": uuid.uuid4().hex})
        self._redis.zadd(QUEUE_KEY, {packed: time.time() + delay})
        self.start()
        self._woken.set()

    def start(self) -> None:
        """Start the threads, unless they run already: in the process that serves, not in its parent."""
        with self._starting:
            if not self._threads:
                self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(self._number)]
                for thread in self._threads:
                    thread.start()

    def close(self) -> None:
        """End the threads after the errand that each is at."""
        self._closed.set()
        self._woken.set()
        for thread in self._threads:
            thread.join(LEASE_TTL_SECONDS)

    def _serve(self) -> None:
        while not self._closed.is_set():
            with self._looking:  # one thread looks for due tasks, the others work or wait
                packed = "" if self._closed.is_set() else self._next()
            if packed:
                self._do(packed)

    def _next(self) -> str:
        """The errand that is due, leased; waits a little and gives nothing where none is."""
        now = time.time()
        try:
            found = self._take(keys=[QUEUE_KEY], args=[now, now + LEASE_TTL_SECONDS])
        except RedisError:
            found = []
        wait = min(float(found[1]) - now, POLL_SECONDS) if found else POLL_SECONDS
        if found and wait <= 0:
            return str(found[0].decode())
        self._woken.wait(wait)
        self._woken.clear()
        return ""

    def _do(self, packed: str) -> None:
        errand = json.loads(packed)
        try:
            self._run(errand)
        except RedisError:
            return  # it falls due again when its lease is over
        except Exception as error:
            log.error("simulator errand failed", errand=errand["do"], error=type(error).__name__)
        with suppress(RedisError):
            self._redis.zrem(QUEUE_KEY, packed)
