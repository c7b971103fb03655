"""The sentences of the page of one person."""

from collections.abc import Mapping

from flows.shapes import Sentence
from flows.text import _

NAMES: Mapping[str, Sentence] = {
    "phone": _("Phone"),
    "language": _("Language"),
    "since": _("Known since"),
    "messages": _("Messages"),
    "conversation": _("Conversation"),
    "name": _("Name"),
    "by": _("Registered by"),
    "holder": _("Whose pass"),
    "agreed": _("Agreed on"),
}
"""The facts of the person and of a registration."""

TITLES: Mapping[str, Sentence] = {"entries": _("Entries"), "deliveries": _("Messages")}
"""The lists."""

COLUMNS: Mapping[str, Sentence] = {
    "at": _("Time"),
    "by": _("By"),
    "code": _("Pass"),
    "forced": _("By force"),
    "gate": _("Gate"),
    "kind": _("Kind"),
    "owed_at": _("Asked for"),
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
    "replaced": _("replaced by another"),
}
MESSAGE_STATUS: Mapping[str, Sentence] = {
    "owed": _("waiting"),
    "accepted": _("taken by Twilio"),
    "scheduled": _("taken by Twilio"),
    "queued": _("taken by Twilio"),
    "sending": _("being sent"),
    "sent": _("sent"),
    "handed_over": _("perhaps sent"),
    "failed": _("failed"),
    "undelivered": _("not delivered"),
    "canceled": _("no longer wanted"),
    "delivered": _("delivered"),
    "read": _("read by them"),
}
"""The statuses of bot.delivery.outbox.statuses."""

HOLDER: Mapping[str, Sentence] = {
    "they": _("this person's own"),
    "somebody else": _("someone else's: this person registered them"),
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
    "unknown": _("cannot be seen at the moment"),
}
"""What somebody is doing in the chat, by flow; an unknown flow is shown by its name."""

AT_QUESTION = _("{doing}, at: {question}")
NO_CONVERSATION = _("not in a conversation")
NO_PHONE = _("none")
NOT_CHOSEN = _("not chosen")
STOPPED, MAY_WRITE = _("has said stop"), _("may be written to")
IN_LANGUAGE = _("{channel}, in {language}")
VERSION = _("{when}, version {number}")
CONSENT_ELSEWHERE = _("{when}, elsewhere")
ERASED = _("(erased)")
YES, NO = _("yes"), _("no")
