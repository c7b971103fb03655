"""Tells supervisors that a team member writes from another WhatsApp account than before."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.campaigns import staff_messages
from bot.domain.models import Staff
from flows.shapes import Sentence
from flows.shapes.duty import SUPERVISOR_ROLES
from flows.text import _
from flows.text.literal import escape

UNCONFIRMED_TEXT = _(
    "⚠️ *{name}*’s number now uses a different WhatsApp account and cannot work at a gate. Ask them. If "
    "the number is still theirs, send *resume {name}*."
)


def notify_supervisors(db: Session, phone: str, now: datetime) -> None:
    """Enqueue the notice, once for each roster on which this phone (E.164) stands unconfirmed."""
    for row in db.scalars(
        select(Staff).where(Staff.phone == phone, Staff.enabled, Staff.unconfirmed_since.is_not(None))
    ):
        key = f"unconfirmed:{row.id}:{row.unconfirmed_since:%Y%m%d%H%M%S}"
        sentence = Sentence(UNCONFIRMED_TEXT.source, {"name": escape(row.name)})
        staff_messages.notify_staff(
            db, row.event_id, sentence, key=key, now=now, roles=SUPERVISOR_ROLES, except_staff=row.id
        )
