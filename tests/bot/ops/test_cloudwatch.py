"""The line from which Amazon CloudWatch makes metrics."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from bot.conversation.store import ConversationStore
from bot.database import Database
from bot.delivery.outbox import enqueue
from bot.jobs import tasks
from bot.ops import cloudwatch
from bot.ops.inbound_watchdog import InboundWatchdog

NOW = datetime(2026, 1, 15, 4, 30, tzinfo=UTC)


@pytest.fixture
def watchdog(redis: "Redis", database: Database) -> InboundWatchdog:
    return InboundWatchdog(database, redis, ConversationStore(redis, state_seconds=3600), 15)


def test_what_waits_is_told_in_seconds(database: Database, watchdog: InboundWatchdog) -> None:
    assert cloudwatch.figures(database, watchdog, NOW) == {"OutboxAgeSeconds": 0, "SilentMinutes": 0}
    with database.write() as db:
        since = NOW - timedelta(seconds=90)
        enqueue.enqueue_reply(
            db, message_sid="SM1", address="whatsapp:+919810000001", sender=None, body="Hello", now=since
        )
    assert cloudwatch.figures(database, watchdog, NOW)["OutboxAgeSeconds"] == 90


def test_the_line_is_in_the_form_that_cloudwatch_reads() -> None:
    """By "Specification: Embedded metric format" of the CloudWatch user guide."""
    line = cloudwatch.log_line("fair", {"OutboxAgeSeconds": 90.0, "SilentMinutes": 0.0}, NOW)
    assert "\n" not in line
    told: dict[str, Any] = json.loads(line)
    (directive,) = told["_aws"]["CloudWatchMetrics"]
    assert told["_aws"]["Timestamp"] == NOW.timestamp() * 1000
    assert directive["Namespace"] == "fair"
    assert {metric["Name"]: told[metric["Name"]] for metric in directive["Metrics"]} == {
        "OutboxAgeSeconds": 90,
        "SilentMinutes": 0,
    }


@pytest.mark.parametrize(("namespace", "lines"), [("", 0), ("fair", 1)])
def test_it_is_logged_where_a_namespace_is_set(
    namespace: str,
    lines: int,
    database_url: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "of nobody, 5 tests"}
    for name, value in {**settings, "CLOUDWATCH_NAMESPACE": namespace}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tasks, "_kept", {})
    tasks.publish_figures()
    tasks.service().close()
    assert capsys.readouterr().out.count('"OutboxAgeSeconds": 0.0') == lines
