"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT is set; else nothing of it is imported, and none are made.

A span names a part of the work (message, turn, SQL, Redis, delivery, Twilio) and carries codes and ids only: no
statement, key, address or word of anybody, and of an error its class alone.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=tuple[Any, ...])

_tracer: "Tracer | None" = None


def configure(endpoint: str) -> None:
    """Send spans to this endpoint by OTLP over HTTP from now on. Empty: none are made. The first call counts."""
    global _tracer
    if not endpoint or _tracer:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # OpenTelemetry's other variables (resource, sampler, headers) hold as everywhere.
    service = {SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME") or "pravesh"}
    provider = TracerProvider(resource=Resource.create(service))
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = provider.get_tracer("pravesh")
    _trace_sql(_tracer)
    _trace_redis(_tracer)


def traced(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: each call is a span of this name."""

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*given: P.args, **named: P.kwargs) -> R:
            if _tracer is None:
                return function(*given, **named)
            with _span(_tracer, name):
                return function(*given, **named)

        return run

    return decorated


def traced_round_trip(exchange: Callable[[Any, Sequence[C]], R]) -> Callable[[Any, Sequence[C]], R]:
    """A decorator of what sends commands to Redis: each call is a span, of the command's name where it is one."""

    @wraps(exchange)
    def run(connection: Any, commands: Sequence[C]) -> R:
        if _tracer is None or not _within_a_span():
            return exchange(connection, commands)
        name = commands[0][0] if len(commands) == 1 else "pipeline"
        with _span(_tracer, f"Redis {name}", **{"db.system.name": "redis"}):
            return exchange(connection, commands)

    return run


@contextmanager
def _span(tracer: "Tracer", name: str, **attributes: str) -> "Iterator[Span]":
    from opentelemetry.trace import Status, StatusCode

    with tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except Exception as problem:
            span.set_status(Status(StatusCode.ERROR, type(problem).__name__))
            raise


def _within_a_span() -> bool:
    """Whether something is being done that has a span: looks of idle workers and of the clock make none."""
    from opentelemetry.trace import get_current_span

    return get_current_span().is_recording()


def _trace_sql(tracer: "Tracer") -> None:
    """A span for each statement of every engine: the database's kind, and the statement's first word."""
    from opentelemetry.trace import SpanKind
    from sqlalchemy import Engine, event

    def begin(connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if _within_a_span():
            verb = statement.split(None, 1)[0].upper()
            attributes = {"db.system.name": connection.dialect.name, "db.operation.name": verb}
            connection.info["span"] = tracer.start_span(f"SQL {verb}", kind=SpanKind.CLIENT, attributes=attributes)

    def end(connection: Any, *_more: Any) -> None:
        if span := connection.info.pop("span", None):
            span.end()

    event.listen(Engine, "before_cursor_execute", begin)
    event.listen(Engine, "after_cursor_execute", end)
    event.listen(Engine, "handle_error", lambda context: end(context.connection) if context.connection else None)


def _trace_redis(tracer: "Tracer") -> None:
    """A span for each command and each pipeline: the command's name, or how many there are, and no key."""
    from redis import Redis
    from redis.client import Pipeline

    redis: Any = Redis
    pipelines: Any = Pipeline
    execute_command, execute = redis.execute_command, pipelines.execute

    def command(self: Any, *words: Any, **options: Any) -> Any:
        if not _within_a_span():
            return execute_command(self, *words, **options)
        with _span(tracer, f"Redis {words[0]}", **{"db.system.name": "redis"}):
            return execute_command(self, *words, **options)

    def pipeline(self: Any, *given: Any, **options: Any) -> Any:
        if not _within_a_span():
            return execute(self, *given, **options)
        with _span(tracer, "Redis pipeline", **{"db.system.name": "redis", "db.operation.batch.size": str(len(self))}):
            return execute(self, *given, **options)

    # As OpenTelemetry's own instrumentation does it, which would tell keys as well.
    redis.execute_command, pipelines.execute = command, pipeline
