"""Which gates have received the message that entry was stopped or goes on."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import audit
from bot.domain.models import AuditEntry, Delivery, Event, Gate
from flows.shapes.figures import EntryNotice

NOTICE_TTL = timedelta(hours=18)
"""How long the last message is told of."""
SEEN_STATUSES = ("delivered", "read")
"""States of a message that has reached a phone."""


def record_notice(
    db: Session,
    event_id: int,
    *,
    stopped: bool,
    gates: list[int],
    messages: list[tuple[int, int | None, int]],
    now: datetime,
    staff_id: int | None = None,
    actor: str = "",
) -> None:
    """Note that entry was stopped or resumed at these gates, and who is told: volunteer, gate, delivery."""
    about = {"gates": gates, "told": [list(message) for message in messages]}
    what = audit.ENTRY_PAUSED if stopped else audit.ENTRY_RESUMED
    audit.record(db, what, now=now, event_id=event_id, staff_id=staff_id, actor=actor, about=about)


def last_notice(db: Session, slug: str, now: datetime) -> EntryNotice | None:
    """The last such message of an event, and where it was seen; None where there was none of late.

    A gate has seen it when the phone of one of its volunteers has; who stopped entry there knows it.
    """
    of_entry = AuditEntry.what.in_((audit.ENTRY_PAUSED, audit.ENTRY_RESUMED))
    mine = select(AuditEntry).join(Event, Event.id == AuditEntry.event_id).where(Event.slug == slug, of_entry)
    entry = db.scalars(mine.where(AuditEntry.at > now - NOTICE_TTL).order_by(AuditEntry.id.desc()).limit(1)).first()
    if entry is None:
        return None
    told = [(gate, delivery) for _, gate, delivery in entry.about["told"]]
    ids = [delivery for _, delivery in told]
    shown = set(db.scalars(select(Delivery.id).where(Delivery.id.in_(ids), Delivery.status.in_(SEEN_STATUSES))))
    seen = {gate for gate, delivery in told if delivery in shown}
    rows = db.scalars(select(Gate).where(Gate.id.in_(entry.about["gates"])).order_by(Gate.id)).all()
    return EntryNotice(
        entry.what == audit.ENTRY_PAUSED,
        entry.at,
        tuple(gate.name for gate in rows if gate.id in seen),
        tuple(gate.name for gate in rows if gate.id not in seen),
    )
