"""The people of a trial without Twilio: who works at the demo event, from phones that are in the simulator."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain import roster
from bot.domain.events import DEMO

ADMIN, SUPERVISOR, VOLUNTEER = "+919700000011", "+919700000012", "+919700000013"
STAFF = (
    (ADMIN, "Anita Rao", "admin"),
    (SUPERVISOR, "Mira Nair", "supervisor"),
    (VOLUNTEER, "Vikram Singh", "volunteer"),
)
"""Phone, name and role of each."""


def add_staff(db: Session, now: datetime) -> None:
    """Put them on the roster of the demo event, which is new. Raises Refused as bot.domain.roster.add does."""
    for phone, name, role in STAFF:
        roster.add(db, DEMO, phone=phone, name=name, role=role, region="IN", now=now)


def is_staffed(db: Session) -> bool:
    """Whether they all stand on a roster still, enabled."""
    return all(any(row.enabled for row in roster.of_phone(db, phone)) for phone, _, _ in STAFF)
