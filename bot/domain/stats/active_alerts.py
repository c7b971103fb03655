"""The alerts that hold now, and whom their messages did not reach."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import models
from bot.domain.models import Alert, Gate, Staff
from bot.domain.stats.dashboard import ActiveAlert


def active_alerts(db: Session, event_id: int) -> list[ActiveAlert]:
    """The event's alerts that have not ended, the newest first."""
    held = select(Alert, Gate.slug).outerjoin(Gate, Gate.id == Alert.gate_id)
    rows = db.execute(held.where(Alert.event_id == event_id, Alert.ended_at.is_(None)).order_by(Alert.id.desc())).all()
    unreached = _unreached(db, [alert for alert, _ in rows])
    return [
        ActiveAlert(active.what, slug, active.value, active.threshold, active.raised_at, unreached[active.id])
        for active, slug in rows
    ]


def _unreached(db: Session, alerts: Sequence[Alert]) -> dict[int, list[str]]:
    """Names by alert: whose message failed, waits for their window, or was not sent since they wrote `stop`."""
    told = [(alert.id, message["staff"], message["delivery"]) for alert in alerts for message in alert.told]
    people = select(Staff.id, Staff.name).where(Staff.id.in_({who for _, who, _ in told}))
    names = {row.id: row.name for row in db.execute(people)} if told else {}
    lost = _undelivered(db, {delivery for *_, delivery in told if delivery is not None})
    found: dict[int, list[str]] = {alert.id: [] for alert in alerts}
    for alert, who, delivery in told:
        if who in names and (delivery is None or delivery in lost):
            found[alert].append(names[who])
    return found


def _undelivered(db: Session, ids: set[int]) -> set[int]:
    if not ids:
        return set()
    delivery = models.Delivery
    lost = (*delivery.FAILED_STATUSES, delivery.CANCELED)
    rows = db.execute(select(delivery.id, delivery.status, delivery.reason).where(delivery.id.in_(ids)))
    return {
        row.id
        for row in rows
        if row.status in lost or (row.status == delivery.OWED and row.reason == delivery.WINDOW_CLOSED)
    }
