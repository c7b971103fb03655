"""Tells supervisors who was paused for too many unknown codes."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery.campaigns import staff_messages
from bot.domain.checkins import code_guessing
from bot.domain.models import Device, Staff
from flows.shapes import Sentence
from flows.shapes.duty import SUPERVISOR_ROLES
from flows.shapes.scans import Scan
from flows.text import _, lines
from flows.text.literal import escape

SenderOf = Callable[[str], str | None]


def no_sender(_address: str) -> str | None:
    """The sender for a phone of which nobody knows to which number it last wrote."""
    return None


def report_guessing(
    db: Session, scans: Iterable[tuple[Scan, str]], *, key: str, now: datetime, sender_of: SenderOf = no_sender
) -> list[int]:
    """Count the guesses among one caller's scans and results; the deliveries to enqueue where a pause begins."""
    guesser = code_guessing.count_guesses(db, scans, now)
    return notify_supervisors(db, guesser, key=key, now=now, sender_of=sender_of) if guesser else []


def notify_supervisors(
    db: Session, guesser: Staff | Device, *, key: str, now: datetime, sender_of: SenderOf = no_sender
) -> list[int]:
    """Tell the supervisors of the event, but not the guesser, once for each `key`; the deliveries to enqueue."""
    owed = staff_messages.notify_staff(
        db,
        guesser.event_id,
        _sentence(guesser),
        key=key,
        now=now,
        roles=SUPERVISOR_ROLES,
        except_staff=guesser.id if isinstance(guesser, Staff) else None,
        sender_of=sender_of,
    )
    return [message.delivery_id for message in owed]


def _sentence(guesser: Staff | Device) -> Sentence:
    facts = {"name": escape(guesser.name), "number": code_guessing.MAX_GUESSES}
    happened = (
        _("⚠ {number} unknown codes were typed on scanner {name}. It is paused for 10 minutes.", **facts)
        if isinstance(guesser, Device)
        else _("⚠ {name} tried {number} unknown codes and is paused for 10 minutes.", **facts)
    )
    return lines(happened, _("To let them scan again, send *resume* and the name."))
