"""Alerts: looked for by the clock, told to the event's supervisors and admins when one begins and when it ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select, text, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery import leases, to_staff
from bot.delivery.outbox import Outbox
from bot.delivery.owing import BULK
from bot.domain import alert_rules, day_sums, measures, scan_places
from bot.domain.measures import FAILURES, INSIDE, QUEUE, SILENT, Measure
from bot.domain.models import Alert, Event, Gate
from bot.domain.upserts import insert
from flows.codes import unlike
from flows.shapes import Sentence
from flows.texts import _

ROLES = ("supervisor", "admin")
AFTER = timedelta(days=1)
"""For how long after an event's last day its alerts are still looked at: a night, and to end them."""
BEGUN: dict[str, Callable[..., Sentence]] = {
    INSIDE: lambda value, threshold, gate: _(
        "{value} people are inside; more than {threshold} are not safe", value=value, threshold=threshold
    ),
    SILENT: lambda value, threshold, gate: _(
        "gate {gate} has been silent for {value} minutes", value=value, gate=gate
    ),
    FAILURES: lambda value, threshold, gate: _(
        "{percent} % of the messages of the last hour could not be delivered", percent=f"{value / 10:g}"
    ),
    QUEUE: lambda value, threshold, gate: _("messages wait for {value} seconds before they leave", value=value),
}
ENDED: dict[str, Callable[..., Sentence]] = {
    INSIDE: lambda gate: _("fewer people are inside again"),
    SILENT: lambda gate: _("gate {gate} is heard again, or closed", gate=gate),
    FAILURES: lambda gate: _("messages are delivered again"),
    QUEUE: lambda gate: _("messages leave without delay again"),
}
"""What is said of each alert; the notice `alert` goes around it (bot.delivery.notices)."""


@dataclass(frozen=True, slots=True)
class Alerting:
    """Looks, raises and tells. Two at once tell once."""

    database: Database
    outbox: Outbox = field(repr=False)

    def look(self, now: datetime) -> int:
        """Look at every event that is open or in progress; how many messages are owed. Run by the clock."""
        owed: list[int] = []
        with self.database.read() as db:
            slugs = _watched(db, now)
        for slug in slugs:
            with self.database.write() as db:
                owed += _look_at(db, slug, now, self.outbox.last_sender)
        self.outbox.enqueue(owed)
        return len(owed)


def _watched(db: Session, now: datetime) -> Sequence[str]:
    recent: date = (now - AFTER).date()
    alerted = exists().where(Alert.event_id == Event.id, Alert.ended_at.is_(None))
    coming = (Event.ends_on >= recent) & (Event.status != "cancelled")
    return db.scalars(select(Event.slug).where(or_(coming, alerted)).order_by(Event.id)).all()
