"""`/metrics`: the figures of the whole service, in Prometheus's text format."""

import hmac
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import accumulate
from time import perf_counter

from flask import Blueprint, Flask, Response, abort, g, request
from prometheus_client.core import (
    CollectorRegistry,
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.database import Database
from bot.delivery.outbox import leases, queues
from bot.delivery.outbox.enqueue import BULK
from bot.domain.messaging import otp
from bot.domain.models import Delivery
from bot.metrics import MetricCounters, Series
from bot.ops import checks
from bot.ops.inbound_watchdog import InboundWatchdog
from bot.service import Service, utc_now
from webhooks import local_requests

ANSWERS_METRIC = "pravesh_http_answers"
DURATION_METRIC = "pravesh_http_answer_seconds"
BUCKETS_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the histogram of answer times: Twilio gives up at 15 s."""
KNOWN_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
"""Methods that are counted by name; anybody can invent others, and each name would be a series for ever."""
METRIC_HELP = {ANSWERS_METRIC: "Answers by endpoint, method and status."}


class MetricsCollector(Collector):
    """The sums of all processes, and what the database and the queues hold at the moment of asking."""

    def __init__(self, counts: MetricCounters, database: Database, redis: "Redis", silence: InboundWatchdog) -> None:
        self._counts = counts
        self._database = database
        self._redis = redis
        self._gauges: Mapping[str, tuple[str, Callable[[], float]]] = {
            "pravesh_outbox_oldest_seconds": (
                "For how long the oldest message that could leave waits, broadcasts apart.",
                self._oldest_seconds,
            ),
            "pravesh_jobs_put_aside": (
                "Entries of the queues that were none of ours and were put aside (at most 100, until a day without "
                "one).",
                lambda: redis.llen(queues.ASIDE),
            ),
            "pravesh_worker_processes": (
                "Worker processes that have told lately that they live.",
                lambda: checks.workers_seen(redis).alive,
            ),
            "pravesh_otp_budgets_used_up": (
                "Budgets of one-time codes that have nothing left until their hour or day ends.",
                lambda: len(otp.budgets_reached(redis, utc_now())),
            ),
            "pravesh_silence_seconds": (
                "Seconds without any message in an open event's opening hours, where that is too long; else 0.",
                lambda: 60 * silence.lasting(utc_now()),
            ),
        }
        """The figures that are one number: by name, what each is, and how it is had."""

    def collect(self) -> Iterator[Metric]:
        """Every figure that can be had now; a part that is away leaves its figures out."""
        for figures in (self._counted, self._deliveries, self._queues):
            yield from _had(figures)
        for name, (words, value) in self._gauges.items():
            yield from _had(partial(_gauge, name, words, value))

    def _counted(self) -> list[Metric]:
        families: dict[str, CounterMetricFamily] = {}
        sums = self._counts.sums()
        for (name, labels), amount in sorted(sums.items()):
            if name.startswith(DURATION_METRIC):
                continue
            known = families.setdefault(
                name, CounterMetricFamily(name, METRIC_HELP.get(name, name), labels=[label for label, _ in labels])
            )
            known.add_metric([value for _, value in labels], amount)
        return [*families.values(), _durations(sums)]

    def _deliveries(self) -> list[Metric]:
        family = GaugeMetricFamily("pravesh_deliveries", "Messages in the outbox by status.", labels=["status"])
        with self._database.read() as db:
            for status, number in db.execute(select(Delivery.status, func.count()).group_by(Delivery.status)):
                family.add_metric([status], number)
        return [family]

    def _oldest_seconds(self) -> float:
        now = utc_now()
        since = self._database.ask(leases.oldest_due, now, BULK)
        return max(0.0, (now - since).total_seconds()) if since else 0.0

    def _queues(self) -> list[Metric]:
        family = GaugeMetricFamily("pravesh_queued_jobs", "Jobs that wait for a worker.", labels=["queue"])
        for queue in queues.QUEUE_NAMES:
            family.add_metric([queue], self._redis.llen(f"rq:queue:{queue}"))
        return [family]


def _gauge(name: str, words: str, value: Callable[[], float]) -> list[Metric]:
    return [GaugeMetricFamily(name, words, value=value())]


def _durations(sums: Mapping[Series, float]) -> Metric:
    """The histogram of answer times: what is counted is which bucket an answer fell into, and all seconds together."""
    family = HistogramMetricFamily(DURATION_METRIC, "Seconds from a request's arrival to its answer.", labels=["door"])
    doors: dict[str, dict[str, float]] = {}
    for (name, labels), amount in sums.items():
        if name.startswith(DURATION_METRIC):
            told = dict(labels)
            doors.setdefault(told["door"], {})[told.get("le", "sum")] = amount
    ends = [*map(str, BUCKETS_SECONDS), "+Inf"]
    for door, amounts in sorted(doors.items()):
        below = accumulate(amounts.get(end, 0.0) for end in ends)
        family.add_metric([door], list(zip(ends, below, strict=True)), amounts.get("sum", 0.0))
    return family


def _bucket(seconds: float) -> str:
    place = bisect_left(BUCKETS_SECONDS, seconds)
    return str(BUCKETS_SECONDS[place]) if place < len(BUCKETS_SECONDS) else "+Inf"


def _had(figures: Callable[[], list[Metric]]) -> list[Metric]:
    try:
        return figures()
    except (RedisError, SQLAlchemyError):
        return []


def blueprint(service: Service, counts: MetricCounters) -> Blueprint:
    """`GET /metrics`: for whoever has METRICS_TOKEN, or where none is set for this machine alone."""
    made = Blueprint("figures", __name__)
    registry = CollectorRegistry()
    registry.register(MetricsCollector(counts, service.database, service.redis, service.inbound_watchdog))
    token = service.settings.metrics_token

    @made.get("/metrics")
    def metrics() -> Response:
        if token and not _has_token(token):
            abort(Response("METRICS_TOKEN is needed as a bearer token\n", 401, {"WWW-Authenticate": "Bearer"}))
        if not token and not local_requests.is_nearby():
            abort(403)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return made


def _has_token(token: str) -> bool:
    given = request.authorization
    bearer = given.token if given and given.type == "bearer" else None
    return hmac.compare_digest((bearer or "").encode(), token.encode())


def count_answers(app: Flask, counts: MetricCounters) -> None:
    """Count every answer by its endpoint, and how long it took."""

    @app.before_request
    def begin() -> None:
        g.begun = perf_counter()

    @app.after_request
    def note(response: Response) -> Response:
        begun = g.pop("begun", 0.0)
        seconds = perf_counter() - begun if begun else None
        count_answer(counts, request.endpoint or "none", request.method, response.status_code, seconds)
        return response


def count_answer(counts: MetricCounters, door: str, method: str, status: int, seconds: float | None) -> None:
    """Count an answer; `seconds`: how long it took, where that is known."""
    method = method if method in KNOWN_METHODS else "other"
    counts.add(ANSWERS_METRIC, door=door, method=method, status=str(status))
    if seconds is not None:
        counts.add(DURATION_METRIC, door=door, le=_bucket(seconds))
        counts.add(f"{DURATION_METRIC}_sum", seconds, door=door)
