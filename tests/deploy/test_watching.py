"""Dashboard and alert rules ask for figures that the code exports, with labels that they have."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.core import CollectorRegistry

from bot.conversation.store import ConversationStore
from bot.database import Database
from bot.metrics import MetricCounters
from bot.ops.inbound_watchdog import InboundWatchdog
from tests.paths import ROOT
from webhooks import metrics

ALERTS = ROOT / "deploy/grafana/alerts.yml"
DASHBOARD = ROOT / "deploy/grafana/dashboard.json"
OF_PROMETHEUS = {"up": {"job"}}
"""Series that Prometheus makes itself, with their labels."""
GAUGES_WITHOUT_ROWS = {"pravesh_deliveries": {"status"}}
"""Series with labels that have no sample in an empty database."""


def rules() -> Sequence[Mapping[str, Any]]:
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    found: Sequence[Mapping[str, Any]] = group["rules"]
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


@pytest.fixture
def exported(sqlite_template: Any, redis: Any, tmp_path: Any) -> dict[str, set[str]]:
    """Every series of `/metrics` with its labels."""
    file = tmp_path / "figures.db"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{file}")
    counts = MetricCounters(redis)
    counts.add(metrics.ANSWERS_METRIC, door="x", method="GET", status="200")
    counts.add(metrics.DURATION_METRIC, door="x", le="0.1")
    counts.add(f"{metrics.DURATION_METRIC}_sum", 0.05, door="x")
    watchdog = InboundWatchdog(database, redis, ConversationStore(redis, state_seconds=60), 15)
    registry = CollectorRegistry()
    registry.register(metrics.MetricsCollector(counts, database, redis, watchdog))
    found = {sample.name: set(sample.labels) for family in registry.collect() for sample in family.samples}
    database.close()
    return {**found, **GAUGES_WITHOUT_ROWS}


def selectors(node: Any) -> Iterator[Any]:
    """Every choice of series within an expression."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    for name in ("expr", "lhs", "rhs", "vector_selector", "param"):
        if (inner := getattr(node, name, None)) is not None:
            yield from selectors(inner)
    args = getattr(node, "args", None)
    for one in args if isinstance(args, list) else ():
        yield from selectors(one)


def test_what_is_asked_for_is_exported(exported: dict[str, set[str]]) -> None:
    known = exported | OF_PROMETHEUS
    for expression in expressions():
        chosen = list(selectors(promql_parser.parse(expression)))
        assert chosen, expression
        for one in chosen:
            assert one.name in known, expression
            matched = {matcher.name for matcher in one.matchers.matchers}
            assert matched <= known[one.name], f"{one.name}: {matched}"
        grouped = {label for labels in re.findall(r"by \(([\w, ]+)\)", expression) for label in labels.split(", ")}
        assert grouped <= set().union(*(known[one.name] for one in chosen)), expression


def test_every_figure_is_on_the_dashboard(exported: dict[str, set[str]]) -> None:
    shown = DASHBOARD.read_text()
    families = {re.sub(r"_(bucket|created)$", "", name) for name in exported}
    assert [name for name in families if name not in shown] == []


def test_figures_are_named_by_convention(exported: dict[str, set[str]]) -> None:
    """Base units and `_total`: prometheus.io/docs/practices/naming."""
    for name in exported:
        assert name.startswith("pravesh_")
        assert not re.search(r"_(minutes|hours|ms|milliseconds|kb|percent)(_|$)", name)


def test_every_alert_says_what_it_means_and_how_urgent_it_is() -> None:
    for rule in rules():
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("page", "ticket")
