"""After an event or a day was cancelled: offers to tell the people who would come."""

from datetime import date
from typing import TYPE_CHECKING

from admin_cli.broadcast import begin

if TYPE_CHECKING:
    from bot.domain.models import Event

BROADCAST_HOURS = 72
"""For so long somebody who writes is still told: it does not grow stale within days."""


def offer_broadcast(event: "Event", day: date | None, *, at_once: bool) -> None:
    """Offer to write to everybody with a pass for it. Not with the event's notice, which speaks of coming."""
    from bot.delivery.templates import notices
    from bot.usecases.send_broadcast import BroadcastRequest

    purpose = notices.DAY_CANCELLED if day else notices.EVENT_CANCELLED
    wish = BroadcastRequest(event.slug, purpose, days=(day,) if day else (), hours=BROADCAST_HOURS)
    of_day = f" --day {day}" if day else ""
    begin.offer(wish, f"--event {event.slug} --notice {purpose}{of_day} --for {BROADCAST_HOURS}", at_once=at_once)
