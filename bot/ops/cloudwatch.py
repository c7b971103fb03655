"""Figures for Amazon CloudWatch, as one line of the log in its embedded metric format: no client and no key.

CloudWatch reads the line from the log group and makes metrics of it; an autoscaling rule and alarms look at them
(`deploy/terraform`). The form is AWS' own: "Specification: Embedded metric format" in its user guide.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from bot.database import Database
from bot.delivery.outbox import leases
from bot.delivery.outbox.enqueue import BULK
from bot.ops.inbound_watchdog import InboundWatchdog

UNITS = {"OutboxAgeSeconds": "Seconds", "SilentMinutes": "None"}
"""The figures, with their units as CloudWatch names them; it has no word for minutes."""


def figures(database: Database, watchdog: InboundWatchdog, now: datetime) -> Mapping[str, float]:
    """For how long the oldest message that could leave waits (broadcasts apart), and a silence that is too long."""
    since = database.ask(leases.oldest_due, now, BULK)
    return {
        "OutboxAgeSeconds": max(0.0, (now - since).total_seconds()) if since else 0.0,
        "SilentMinutes": float(watchdog.lasting(now)),
    }


def log_line(namespace: str, values: Mapping[str, float], now: datetime) -> str:
    """The line for the log. It does not go through our logs: they would take the key `Name` for a person's."""
    metrics = [{"Name": name, "Unit": UNITS[name]} for name in values]
    directive = {"Namespace": namespace, "Dimensions": [[]], "Metrics": metrics}
    envelope = {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return json.dumps({"_aws": envelope, **values})
