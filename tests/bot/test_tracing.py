"""Traces: what a message and a delivery do, told to a collector without a word of anybody."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from redis import Redis

from tests.paths import ROOT

NAME, PHONE = "Asha Verma", "919812345678"
ONE_MESSAGE = f"""
from datetime import UTC, datetime
from bot.delivery.outbox.enqueue import enqueue_reply
from bot.domain import events
from bot.inbound import Inbound
from bot.service import assemble
from bot.settings import load

service = assemble(load())
with service.database.write() as db:
    events.make_demo(db, datetime.now(UTC))
said = ("hi", "1", "{NAME}")
for number, text in enumerate(said):
    sender = service.settings.twilio_whatsapp_from[0]
    service.dialogue.handle(Inbound(f"SM{{number}}", "whatsapp:+{PHONE}", sender, text))
with service.database.write() as db:
    row = enqueue_reply(
        db, message_sid="SM9", address="whatsapp:+{PHONE}", sender=None, body="{NAME}", now=datetime.now(UTC)
    )
service.outbox.deliver(row)
service.close()
"""


class Collector(BaseHTTPRequestHandler):
    """Takes spans by OTLP over HTTP."""

    taken: list[bytes]

    def do_POST(self) -> None:
        self.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200 if self.path == "/v1/traces" else 404)
        self.send_header("Content-Type", "application/x-protobuf")
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Nothing: every request would be a line."""


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    taken: list[bytes] = []
    with HTTPServer(("127.0.0.1", 0), type("OneCollector", (Collector,), {"taken": taken})) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}", taken
        serving.shutdown()
        thread.join()


def _run(code: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SECRET_KEY": "of nobody, 5 tests", **settings}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=90, check=True
    )


def test_spans_tell_what_was_done_and_nobodys_data(
    collector: tuple[str, list[bytes]], sqlite_template: Path, redis: "Redis", redis_url: str, tmp_path: Path
) -> None:
    endpoint, taken = collector
    assert redis.dbsize() == 0
    file = tmp_path / "traced.db"
    file.write_bytes(sqlite_template.read_bytes())
    # The delivery finds no Twilio there: a span that fails.
    _run(
        ONE_MESSAGE,
        DATABASE_URL=f"sqlite:///{file}",
        REDIS_URL=redis_url,
        OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
        TWILIO_API_BASE="http://127.0.0.1:9",
    )
    told = [ExportTraceServiceRequest.FromString(body) for body in taken]
    spans = [
        span
        for batch in told
        for resource in batch.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    names = {span.name for span in spans}
    assert {"message", "turn", "delivery", "Twilio", "SQL SELECT"} <= names
    assert {"Redis EVALSHA", "Redis pipeline"} <= names
    by_id = {span.span_id: span for span in spans}
    parents = {(span.name, by_id[span.parent_span_id].name) for span in spans if span.parent_span_id}
    assert {("turn", "message"), ("Twilio", "delivery")} <= parents
    failed = {span.status.message for span in spans if span.name == "Twilio"}
    assert failed == {"ConnectionError"}
    everything = b"".join(taken)
    assert [secret for secret in (NAME, "Asha", PHONE, PHONE[-6:]) if secret.encode() in everything] == []


def test_without_an_endpoint_nothing_of_it_is_loaded() -> None:
    code = """
import sys
from bot.service import assemble
from bot import tracing
tracing.configure("")
print(*(name for name in sys.modules if name.startswith("opentelemetry.exporter.otlp.proto.http")))
"""
    assert _run(code).stdout.strip() == "", "rasa-sdk loads other parts of OpenTelemetry by itself"
