"""The hold on sending after a restore: what is owed in the copy may have left since, and only Twilio knows.

While it is in force no row is due. Whoever lifts it has made sure that Twilio can be asked; and every message that was
owed counts as tried, so that it is looked up in Twilio's list before it leaves (bot.delivery.dispatch).
"""

from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from bot.domain.models import Delivery, SendHold, table

_HOLDS = table(SendHold)
IN_FORCE = exists().where(_HOLDS.c.lifted_at.is_(None)).correlate(table(Delivery))
"""For the statement that leases rows."""


def place(db: Session, backup_at: datetime, now: datetime) -> None:
    """Let nothing be sent."""
    db.add(SendHold(backup_at=backup_at, placed_at=now, lifted_at=None))


def in_force(db: Session) -> SendHold | None:
    """The hold since the latest restore; None: messages leave."""
    return db.scalars(select(SendHold).where(SendHold.lifted_at.is_(None)).order_by(SendHold.id.desc())).first()


def latest(db: Session) -> SendHold | None:
    """The latest hold, lifted or not; None: this database was never restored."""
    return db.scalars(select(SendHold).order_by(SendHold.id.desc())).first()


def lift(db: Session, now: datetime) -> None:
    """Let messages leave again."""
    db.execute(update(SendHold).where(SendHold.lifted_at.is_(None)).values(lifted_at=now))


def doubt_owed(db: Session, backup_at: datetime) -> int:
    """Have every message that is owed looked up before it leaves; how many. Codes are made anew and need no look."""
    doubted = (
        update(Delivery)
        .where(Delivery.status == "owed", Delivery.kind != "otp")
        .values(tried_at=func.coalesce(Delivery.tried_at, backup_at), lease_until=None, lease_token=None)
        .returning(Delivery.id)
    )
    return len(db.execute(doubted.execution_options(synchronize_session=False)).all())
