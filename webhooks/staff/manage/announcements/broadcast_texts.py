"""What the pages of messages to many call things."""

from collections.abc import Mapping

from bot.delivery.campaigns import estimate
from bot.domain.messaging import broadcasts
from flows.shapes import Sentence
from flows.text import _, ngettext_
from webhooks.staff.dashboard.texts import CHANNEL_NAMES

WHAT_NAMES: Mapping[str, Sentence] = {
    "text": _("My own text"),
    "notice": _("The event's notice"),
    "event_cancelled": _("The event is cancelled"),
    "day_cancelled": _("A day is cancelled"),
    "reminder": _("Reminder of the visit"),
}
"""What can be sent, as the form asks for it."""
PURPOSE_NAMES: Mapping[str, Sentence] = {
    "news": _("News"),
    "event_cancelled": _("The event is cancelled"),
    "day_cancelled": _("A day is cancelled"),
    "reminder": _("Reminder of the visit"),
}
STATUS_NAMES: Mapping[str, Sentence] = {
    broadcasts.RUNNING: _("being sent"),
    broadcasts.PAUSED: _("paused"),
    broadcasts.CANCELLED: _("cancelled"),
    broadcasts.DONE: _("done"),
}
ENTERED_NAMES: Mapping[str, Sentence] = {
    "": _("Everyone with a pass"),
    "yes": _("Only people who have entered"),
    "no": _("Only people who have not entered"),
}
CHANNELS: Mapping[str, Sentence] = {
    channel: CHANNEL_NAMES[channel] for channel in ("whatsapp", "web", "walkup", "import")
}
"""How people register, as bot.domain.messaging.audience asks for it."""
SKIPPED_NAMES: Mapping[str, Sentence] = {
    estimate.STOPPED: _("Asked for no more messages"),
    estimate.NO_ADDRESS: _("No number or WhatsApp name"),
}
PROGRESS_NAMES: Mapping[str, Sentence] = {
    "not_yet": _("Not looked at yet"),
    "owed": _("Waiting to be sent"),
    "waiting_for_window": _("Waiting until the reader writes to us"),
    "sent": _("Sent"),
    "delivered": _("Delivered"),
    "read": _("Read"),
    "failed": _("Failed"),
    "cancelled": _("Cancelled"),
}
LABELS: Mapping[str, Sentence] = {
    "what": _("What to send"),
    "texts": _("Text"),
    "days": _("Day of the pass"),
    "entered": _("Entry"),
    "languages": _("Language"),
    "kinds": _("Kind of pass"),
    "channels": _("Registered by"),
    "hours": _("Hours to try"),
}
"""What each input is called, above it and in the list of what is wrong."""


def lasting(seconds: int) -> Sentence:
    """How long something takes, roughly."""
    if seconds < 90:
        return ngettext_("about {count} second", "about {count} seconds", count=max(seconds, 1))
    if seconds < 90 * 60:
        return ngettext_("about {count} minute", "about {count} minutes", count=round(seconds / 60))
    return ngettext_("about {count} hour", "about {count} hours", count=round(seconds / 3600))
