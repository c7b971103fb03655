"""The sentences of the page of one person."""

from collections.abc import Mapping

from flows.shapes import Sentence
from flows.text import _

NAMES: Mapping[str, Sentence] = {
    "phone": _("Phone"),
    "language": _("Language"),
    "since": _("First contact"),
    "messages": _("Messages"),
    "conversation": _("Conversation"),
    "name": _("Name"),
    "by": _("Registered by"),
    "holder": _("Pass holder"),
    "agreed": _("Agreed on"),
}
"""The facts of the person and of a registration."""

TITLES: Mapping[str, Sentence] = {"entries": _("Entries"), "deliveries": _("Messages")}
"""The lists."""

COLUMNS: Mapping[str, Sentence] = {
    "at": _("Time"),
    "by": _("By"),
    "code": _("Pass"),
    "forced": _("By supervisor"),
    "gate": _("Gate"),
    "kind": _("Kind"),
    "owed_at": _("Requested"),
    "pass": _("Pass"),
    "people": _("People"),
    "reason": _("Reason"),
    "result": _("Result"),
    "sent_at": _("Sent"),
    "status": _("Status"),
    "to": _("To the number"),
    "undone": _("Undone"),
}
"""What a list tells of each row."""

PASS_STATUS: Mapping[str, Sentence] = {
    "valid": _("valid"),
    "revoked": _("revoked"),
    "replaced": _("replaced"),
}
MESSAGE_STATUS: Mapping[str, Sentence] = {
    "owed": _("waiting"),
    "accepted": _("accepted by Twilio"),
    "scheduled": _("accepted by Twilio"),
    "queued": _("accepted by Twilio"),
    "sending": _("being sent"),
    "sent": _("sent"),
    "handed_over": _("may have been sent"),
    "failed": _("failed"),
    "undelivered": _("not delivered"),
    "canceled": _("no longer needed"),
    "delivered": _("delivered"),
    "read": _("read"),
}
"""The statuses of bot.delivery.outbox.statuses."""

HOLDER: Mapping[str, Sentence] = {
    "they": _("this person"),
    "somebody else": _("someone else's: registered by this person"),
}
CONVERSATIONS: Mapping[str, Sentence] = {
    "registration": _("registering"),
    "web_registration": _("registering"),
    "someone_else": _("registering someone else"),
    "walk_up": _("registering someone at the gate"),
    "change": _("changing a pass"),
    "cancellation": _("cancelling a pass"),
    "delete_data": _("deleting their data"),
    "menu": _("in the menu"),
    "language": _("choosing a language"),
    "unknown": _("not available at the moment"),
}
"""What somebody is doing in the chat, by flow; an unknown flow is shown by its name."""

ERASED = _("(deleted)")
