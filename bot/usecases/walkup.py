"""Registers somebody at the gate and sends their pass: for chat, API and desk page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery.dispatch import channel_choice
from bot.delivery.dispatch.channel_choice import Reach
from bot.domain.checkins import walkups
from bot.domain.checkins.walkups import Registered, Walkup
from bot.domain.keys import KeyRing
from bot.domain.models import Pass


@dataclass(frozen=True, slots=True)
class WalkedIn:
    """The result of a walk-up."""

    registered: Registered
    sent: str = ""
    """How the pass goes to their phone, in the words of bot.delivery.dispatch.channel_choice.

    Empty where there is no phone, or where the registration was made before and its pass is on its way already.
    """
    owed: tuple[int, ...] = ()
    """Deliveries to enqueue after the commit."""


def register(db: Session, ring: KeyRing, walkup: Walkup, to: Reach | None, now: datetime) -> WalkedIn:
    """Register, admit where that is asked, and enqueue the pass for the phone; all of it or nothing.

    `to` is the way to `walkup.phone` (bot.delivery.dispatch.channel_choice.of), None where it has none.
    Raises Refused as bot.domain.checkins.walkups.register.
    """
    registered = walkups.register(db, ring, walkup, now)
    if to is None or registered.again:
        return WalkedIn(registered)
    issued = db.get_one(Pass, registered.pass_id)
    row, way = channel_choice.owe(db, issued, to, walkup.language, now)
    return WalkedIn(registered, way, (row,))
