"""Volunteers who were paused because they tried too many codes: their supervisors hear of it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery import to_staff
from bot.domain import guessing
from bot.domain.models import Staff
from flows.codes import unlike
from flows.texts import _, lines

SUPERVISORS = ("supervisor", "admin")


def tell(
    db: Session,
    guesser: Staff,
    *,
    key: str,
    now: datetime,
    sender_of: Callable[[str], str | None] = lambda lane: None,
) -> list[int]:
    """Tell the supervisors of the event, but not the guesser, once for each `key`; the deliveries to enqueue."""
    name = unlike(guesser.name)
    told = lines(
        _("⚠ {name} tried {number} unknown codes and is paused for 10 minutes.", name=name, number=guessing.MOST),
        _("To end that, send *resume* and the name."),
    )
    owed = to_staff.tell(
        db, guesser.event_id, told, key=key, now=now, roles=SUPERVISORS, but=guesser.id, sender_of=sender_of
    )
    return [one.delivery_id for one in owed]
