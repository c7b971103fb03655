"""Counters that all processes share: added up in Redis, shown by `/metrics`.

The Prometheus client's own multiprocess mode keeps a file for each process id on one machine's disk.
RQ forks a process for each job, and web and workers may run on different machines, so the sums are
kept in Redis: any web process shows all of them. A process adds up in memory and hands over at most
once a second; one that is killed takes up to a second of counting with it.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import cast

from redis import Redis
from redis.exceptions import RedisError

from bot.timeouts import REDIS_METRICS_PAUSE_SECONDS

REDIS_KEY = "metrics"
FLUSH_SECONDS = 1.0
THREAD_NAME = "metrics"

Series = tuple[str, tuple[tuple[str, str], ...]]
"""A counter's name and its labels, sorted."""


class MetricCounters:
    """The counters of this process and, through Redis, of all."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._lock = threading.Lock()
        self._handing_over = threading.Lock()
        self._pending: defaultdict[str, float] = defaultdict(float)
        self._handed_over = 0.0

    def add(self, name: str, amount: float = 1, /, **labels: str) -> None:
        """Count something. Never raises and never waits: what Redis does not take now is handed over later."""
        with self._lock:
            self._pending[_field(name, labels)] += amount
            if time.monotonic() - self._handed_over < FLUSH_SECONDS:
                return
            self._handed_over = float("inf")  # nobody else, until this one has come back
        # A Redis that hangs takes seconds to fail, and a volunteer waits at a gate for the answer that is counted.
        threading.Thread(target=self.flush, name=THREAD_NAME, daemon=True).start()

    def flush(self) -> None:
        """Add what this process has counted to the sums in Redis; whoever is at it already is waited for."""
        with self._handing_over:
            with self._lock:
                pending, self._pending = self._pending, defaultdict(float)
            pause = REDIS_METRICS_PAUSE_SECONDS
            try:
                with self._redis.pipeline(transaction=True) as pipeline:
                    for field, amount in pending.items():
                        pipeline.hincrbyfloat(REDIS_KEY, field, amount)
                    pipeline.execute()
                pending, pause = defaultdict(float), 0.0
            except RedisError:
                pass
            finally:
                self._restore(pending, pause)

    def _restore(self, pending: Mapping[str, float], pause: float) -> None:
        with self._lock:
            self._handed_over = time.monotonic() + pause
            for field, amount in pending.items():
                self._pending[field] += amount

    def sums(self) -> Mapping[Series, float]:
        """Every counter of every process. Raises RedisError while Redis is away."""
        self.flush()
        kept = cast("dict[bytes, bytes]", self._redis.hgetall(REDIS_KEY))
        return {_series(field.decode()): float(amount) for field, amount in kept.items()}


def _field(name: str, labels: Mapping[str, str]) -> str:
    return "|".join((name, *(f"{label}={labels[label]}" for label in sorted(labels))))


def _series(field: str) -> Series:
    name, *labels = field.split("|")
    pairs = (label.partition("=") for label in labels)
    return name, tuple((label, value) for label, _, value in pairs)
