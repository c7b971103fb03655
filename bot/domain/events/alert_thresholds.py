"""The thresholds from which an event's supervisors are alerted."""

from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from bot.domain.events.rows import get_event
from bot.domain.models import AlertRule
from bot.errors import Refused

MAX_THRESHOLDS = {"inside": 10_000_000, "silent_minutes": 1440, "failures_permille": 1000, "queue_seconds": 86_400}
"""More is a slip: ten million people, a day, everything, a day."""


@dataclass(frozen=True, slots=True)
class AlertThresholds:
    """The thresholds; None: that alert is off. An alert begins above its threshold, the silence with it."""

    inside: int | None = None
    """People inside at once. Nobody but the organiser knows how many are safe, so it is off until somebody says."""
    silent_minutes: int | None = 10
    """Minutes without any scan at an open gate that has let somebody in today."""
    failures_permille: int | None = 20
    """Failed messages of the last hour, in tenths of a per cent."""
    queue_seconds: int | None = 60
    """For how long the oldest answer or pass that could leave has been waiting."""


def thresholds_of(db: Session, event_id: int) -> AlertThresholds:
    """An event's rules; the usual ones where nobody has set any."""
    row = db.get(AlertRule, event_id)
    return (
        AlertThresholds(row.inside, row.silent_minutes, row.failures_permille, row.queue_seconds)
        if row
        else AlertThresholds()
    )


def read(db: Session, slug: str) -> AlertThresholds:
    """The thresholds of the event with this slug. Raises Refused `no_such_event`."""
    return thresholds_of(db, get_event(db, slug, lock=False).id)


def write(db: Session, slug: str, rules: AlertThresholds) -> None:
    """Set all four. Raises Refused `no_such_event`, `bad_threshold` (`field`, `most`)."""
    event = get_event(db, slug, lock=True)
    for name, value in asdict(rules).items():
        if value is not None and not 1 <= value <= MAX_THRESHOLDS[name]:
            raise Refused("bad_threshold", field=name, most=MAX_THRESHOLDS[name])
    db.merge(AlertRule(event_id=event.id, **asdict(rules)))
    db.flush()
