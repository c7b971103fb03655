"""Alerts: the clock checks for them; supervisors and admins are told when one begins and when it ends."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select, text, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.campaigns import staff_messages
from bot.delivery.campaigns.staff_messages import StaffMessage
from bot.delivery.dispatch import Outbox
from bot.delivery.outbox import enqueue, leases
from bot.delivery.outbox.enqueue import BULK
from bot.delivery.templates import notices
from bot.domain.events import alert_thresholds, scan_context
from bot.domain.events import shapes as event_shapes
from bot.domain.models import Alert, Event, Gate, Staff
from bot.domain.stats import alert_metrics, day_totals
from bot.domain.stats.alert_metrics import CODES, FAILURES, INSIDE, QUEUE, SILENT, AlertMetric
from bot.domain.upserts import insert
from flows.shapes import Sentence
from flows.shapes.duty import SUPERVISOR_ROLES
from flows.text import _, words
from flows.text.event_states import CANCELLED
from flows.text.literal import escape

Sender = Callable[[str], str | None]
ENDED_REASON = "alert_over"
"""The reason of an alert's message that is not sent because the alert ended first."""
WATCHED_AFTER_END = timedelta(days=1)
"""How long after an event's last day its alerts are still looked at, so that they can end."""
BEGIN_TEXTS: dict[str, Callable[..., Sentence]] = {
    INSIDE: lambda value, threshold, gate: _(
        "{value} people are inside; the safe limit is {threshold}", value=value, threshold=threshold
    ),
    SILENT: lambda value, threshold, gate: _("{gate}: no scan for {value} minutes", value=value, gate=gate),
    FAILURES: lambda value, threshold, gate: _(
        "{percent} % of messages in the last hour did not arrive", percent=f"{value / 10:g}"
    ),
    QUEUE: lambda value, threshold, gate: _("messages are sent {value} seconds late", value=value),
    CODES: lambda value, threshold, gate: _(
        "the limit of one-time codes is reached: no more are sent, and web pages send people to WhatsApp"
    ),
}
END_TEXTS: dict[str, Callable[..., Sentence]] = {
    INSIDE: lambda gate: _("fewer people are inside now"),
    SILENT: lambda gate: _("{gate}: scanning again, or closed", gate=gate),
    FAILURES: lambda gate: _("most messages are arriving again"),
    QUEUE: lambda gate: _("messages are sent without delay again"),
    CODES: lambda gate: _("one-time codes are being sent again"),
}
"""The words for the end of each alert; BEGIN_TEXTS has those for its beginning. The notice `alert` puts them into a
message."""


@dataclass(frozen=True, slots=True)
class Alerter:
    """Looks, raises and tells. Two at once tell once."""

    database: Database
    outbox: Outbox = field(repr=False)
    last_sender: Callable[[str], str | None] = field(default=lambda lane: None, repr=False)
    """The sender to which somebody last wrote from an address; None: nobody knows."""
    codes_spent: Callable[[datetime], int] = field(default=lambda now: 0, repr=False)
    """How many budgets of one-time codes have nothing left, those of single addresses left out."""

    def check(self, now: datetime) -> int:
        """Look at every event that is not over or has an alert; how many messages are owed. Run by the clock."""
        slugs = self.database.ask(_watched_events, now)
        spent = self.codes_spent(now)
        owed = [delivery_id for slug in slugs for delivery_id in self._check_event(slug, now, spent)]
        self.outbox.dispatch(owed)
        return len(owed)

    def _check_event(self, slug: str, now: datetime, spent: int) -> list[int]:
        """Check one event. The first look is a read: most find nothing to do, and lock nothing."""
        with self.database.read() as db:
            event, measured = _alert_metrics(db, slug, now, spent)
            standing = db.scalars(select(Alert).where(Alert.event_id == event.id, Alert.ended_at.is_(None)))
            raised = {(active.what, active.gate_id): active for active in standing}
        begun = [metric for metric in measured if metric.is_over and (metric.what, metric.gate_id) not in raised]
        still = {(metric.what, metric.gate_id): metric for metric in measured if not metric.is_calm}
        ended = [alert for place, alert in raised.items() if place not in still]
        changed = [(alert, still[place].value) for place, alert in raised.items() if place in still]
        if not (begun or ended or any(alert.value != value for alert, value in changed)):
            return []
        with self.database.write() as db:
            for alert, value in changed:
                db.execute(update(Alert).where(Alert.id == alert.id).values(value=value))
            told = [_begin(db, event, metric, now, self.last_sender) for metric in begun]
            told += [_end(db, event, alert, now, self.last_sender) for alert in ended]
        return [delivery for deliveries in told for delivery in deliveries]


def _watched_events(db: Session, now: datetime) -> Sequence[str]:
    alerted = exists().where(Alert.event_id == Event.id, Alert.ended_at.is_(None))
    coming = and_(Event.ends_on >= (now - WATCHED_AFTER_END).date(), Event.status != CANCELLED)
    return db.scalars(select(Event.slug).where(or_(coming, alerted)).order_by(Event.id)).all()


def _alert_metrics(db: Session, slug: str, now: datetime, spent: int) -> tuple[Event, list[AlertMetric]]:
    place = scan_context.load(db, slug, None, now)
    gates = db.scalars(select(Gate).where(Gate.event_id == place.event.id)).all()
    since = leases.oldest_due(db, now, BULK)
    waiting = int((now - since).total_seconds()) if since else 0
    rules = alert_thresholds.thresholds_of(db, place.event.id)
    event = db.get_one(Event, place.event.id)
    return event, alert_metrics.compute_metrics(place, day_totals.load(db, place, now), gates, rules, waiting, spent)


# --- beginning and ending ---------------------------------------------------------------------------


def _begin(db: Session, event: Event, metric: AlertMetric, now: datetime, sender_of: Sender) -> list[int]:
    """Raise an alert and tell of it; nothing where another clock has just done so."""
    row = {"event_id": event.id, "what": metric.what, "gate_id": metric.gate_id, "value": metric.value, "told": []}
    raising = insert(db, Alert).values({**row, "threshold": metric.threshold, "raised_at": now})
    raising = raising.on_conflict_do_nothing(
        index_elements=["event_id", "what", "gate_id"], index_where=text("ended_at IS NULL")
    )
    made = db.scalar(raising.returning(Alert.id))
    if made is None:
        return []
    said = BEGIN_TEXTS[metric.what](metric.value, metric.threshold, _gate(db, metric.gate_id))
    told = _notify(db, event, said, f"alert:{made}:begun", now, sender_of)
    deliveries = {message.staff_id: message.delivery_id for message in told}
    team = db.scalars(
        select(Staff.id).where(Staff.event_id == event.id, Staff.enabled, Staff.role.in_(SUPERVISOR_ROLES))
    )
    whom = [{"staff": staff, "delivery": deliveries.get(staff)} for staff in sorted(team)]
    db.execute(update(Alert).where(Alert.id == made).values(told=whom))
    return list(deliveries.values())


def _end(db: Session, event: Event, alert: Alert, now: datetime, sender_of: Sender) -> list[int]:
    """End an alert and tell those who were told of its beginning; nothing where another clock has just done so."""
    ending = update(Alert).where(Alert.id == alert.id, Alert.ended_at.is_(None)).values(ended_at=now)
    if db.scalar(ending.returning(Alert.id)) is None:
        return []
    owed = {message["delivery"]: message["staff"] for message in alert.told if message["delivery"] is not None}
    unsent = enqueue.cancel_unsent(db, owed.keys(), ENDED_REASON, now)
    heard = {staff for delivery, staff in owed.items() if delivery not in unsent}
    said = END_TEXTS[alert.what](_gate(db, alert.gate_id))
    told = _notify(db, event, said, f"alert:{alert.id}:ended", now, sender_of, heard)
    return [message.delivery_id for message in told]


def _notify(
    db: Session,
    event: Event,
    message: Sentence,
    key: str,
    now: datetime,
    sender_of: Sender,
    only: Collection[int] | None = None,
) -> list[StaffMessage]:
    values = {"event": words(event_shapes.shape(event).name), "text": message}
    sentence = Sentence(notices.NOTICES[notices.ALERT].sentence.source, values)
    whom: dict[str, Any] = {"roles": SUPERVISOR_ROLES, "only": only, "notice": (notices.ALERT, values)}
    return staff_messages.notify_staff(db, event.id, sentence, key=key, now=now, sender_of=sender_of, **whom)


def _gate(db: Session, gate_id: int) -> Sentence:
    gate = db.get(Gate, gate_id)
    return words(escape(gate.name) if gate else "")
