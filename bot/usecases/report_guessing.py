"""Tells supervisors who was paused for too many unknown codes."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery.campaigns import staff_messages
from bot.domain.checkins import code_guessing
from bot.domain.models import Device, Staff
from flows.shapes import Sentence
from flows.shapes.duty import SUPERVISORS
from flows.shapes.scans import Scan
from flows.text import _, lines
from flows.text.literal import inert

SenderOf = Callable[[str], str | None]


def nobody(_lane: str) -> str | None:
    """The sender for a phone of which nobody knows to which number it last wrote."""
    return None


def heed(
    db: Session, scans: Iterable[tuple[Scan, str]], *, key: str, now: datetime, sender_of: SenderOf = nobody
) -> list[int]:
    """Count the guesses among one caller's scans and results; the deliveries to enqueue where a pause begins."""
    guesser = code_guessing.heed(db, scans, now)
    return tell(db, guesser, key=key, now=now, sender_of=sender_of) if guesser else []


def tell(db: Session, guesser: Staff | Device, *, key: str, now: datetime, sender_of: SenderOf = nobody) -> list[int]:
    """Tell the supervisors of the event, but not the guesser, once for each `key`; the deliveries to enqueue."""
    owed = staff_messages.tell(
        db,
        guesser.event_id,
        _told(guesser),
        key=key,
        now=now,
        roles=SUPERVISORS,
        but=guesser.id if isinstance(guesser, Staff) else None,
        sender_of=sender_of,
    )
    return [one.delivery_id for one in owed]


def _told(guesser: Staff | Device) -> Sentence:
    facts = {"name": inert(guesser.name), "number": code_guessing.MOST}
    happened = (
        _("⚠ {number} unknown codes were typed on scanner {name}. It is paused for 10 minutes.", **facts)
        if isinstance(guesser, Device)
        else _("⚠ {name} tried {number} unknown codes and is paused for 10 minutes.", **facts)
    )
    return lines(happened, _("To end that, send *resume* and the name."))
