"""Registers somebody at the gate and sends their pass: for chat, API and desk page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery.dispatch import channel_choice
from bot.delivery.dispatch.channel_choice import ChannelChoice
from bot.domain.checkins import walkups
from bot.domain.checkins.walkups import RegisteredWalkup
from bot.domain.keys import KeyRing
from bot.domain.models import Pass
from flows.shapes.walkup_effects import Walkup


@dataclass(frozen=True, slots=True)
class WalkupResult:
    """The result of a walk-up."""

    registered: RegisteredWalkup
    sent: str = ""
    """How the pass goes to their phone, in the words of bot.delivery.dispatch.channel_choice.

    Empty where there is no phone, or where the registration was made before and its pass is on its way already.
    """
    delivery_ids: tuple[int, ...] = ()
    """Deliveries to enqueue after the commit."""


def register_walkup(
    db: Session, ring: KeyRing, walkup: Walkup, choice: ChannelChoice | None, now: datetime
) -> WalkupResult:
    """Register, admit where that is asked, and enqueue the pass for the phone; all of it or nothing.

    `choice` is the way to `walkup.phone` (bot.delivery.dispatch.channel_choice.choose_channel), None where it has none.
    Raises Refused as bot.domain.checkins.walkups.register.
    """
    registered = walkups.register(db, ring, walkup, now)
    if choice is None or registered.again:
        return WalkupResult(registered)
    issued = db.get_one(Pass, registered.pass_id)
    row, way = channel_choice.enqueue_pass(db, issued, choice, walkup.language, now)
    return WalkupResult(registered, way, (row,))
