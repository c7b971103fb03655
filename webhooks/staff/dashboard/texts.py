"""The dashboard's sentences."""

from collections.abc import Mapping

from flows.shapes import Sentence
from flows.text import _, ngettext_, words

TEXTS: Mapping[str, Sentence] = {
    "TITLE": _("Dashboard"),
    "OPEN": _("Gates open"),
    "SHUT": _("Gates closed"),
    "OTHER_DAY": _("This is not today. Where the page says today, it means this day"),
    "DAY": _("Day"),
    "SHOW": _("Show this day"),
    "TODAY": _("Today, as it goes on"),
    "REGISTRATION_CLOSED": _("Registration closed"),
    "CANCELLED": _("Event cancelled"),
    "STOPPED": _("Entry stopped at every gate since {hour}"),
    "AS_OF": _("As of {time}"),
    "AWAY": _("No connection. These are the figures of {time}."),
    "BROKEN": _("The server cannot answer at the moment. These are the figures of {time}."),
    "OUT": _("You are signed out. These are the figures of {time}."),
    "SIGN_IN": _("Sign in again"),
    "MOVE": _("Another event"),
    "ALERTS": _("Alerts"),
    "UNREACHED": _("Not reached by message: {names}"),
    "NOW": _("The day at a glance"),
    "AS_TABLE": _("As a table"),
    "TABLES": _("All as tables, without charts"),
    "CHARTS": _("With charts"),
    "RELOAD": _("Load the figures anew"),
    "NONE": _("Nobody yet."),
    "SINCE": _("since {hour}"),
}

TILE_TEXTS: Mapping[str, tuple[Sentence, ...]] = {
    "admitted": (_("Let in today"), _("of {expected} expected"), _("{lately} in 15 minutes")),
    "inside": (_("Inside now"), _("{came} came"), _("{went} went")),
    "inside_over": (_("Inside now"), _("because today's hours are over"), _("{came} came"), _("{went} went")),
    "inside_unknown": (_("Inside now"), _("known once people are counted out"), _("{came} came")),
    "registered": (_("People registered"), _("{registrations} registrations"), _("{today} today")),
    "passes": (_("Passes delivered"), _("{read} read"), _("{waiting} on their way"), _("{failed} failed")),
    "refused": (_("Refused scans"), _("{reason}: {scans}")),
    "refused_none": (_("Refused scans"), _("none today")),
    "conflicts": (_("Let in twice"), _("scans beyond the party"), _("{forced} forced")),
    "conflicts_clock": (
        _("Let in twice"),
        _("scans beyond the party"),
        _("{forced} forced"),
        _("{clocks} with a wrong clock"),
    ),
}
"""By large number: what it is, and then a line each for what belongs to it."""

TABLE_TITLES: Mapping[str, Sentence] = {
    "entries": _("Let in per 5 minutes, by gate"),
    "registrations": _("Registrations per hour, by channel"),
    "funnel": _("Registration, question by question"),
    "days": _("Places by day"),
    "gates": _("Gates"),
    "refused": _("Refused, by reason"),
    "failures": _("Messages that failed"),
    "stands_out": _("Worth a look"),
    "unheard": _("At work, but offline"),
}
EMPTY_TEXTS: Mapping[str, Sentence] = {
    "gates": _("No gates yet."),
    "refused": _("Nobody was refused today."),
    "failures": _("No message has failed."),
    "stands_out": _("Nobody stands out."),
    "unheard": _("Everyone at work is online."),
}
"""What stands in place of a table without rows, by table."""

COLUMN_HEADS: Mapping[str, Sentence] = {
    "time": _("Time"),
    "hour": _("Hour"),
    "step": _("Question"),
    "day": _("Day"),
    "gate": _("Gate"),
    "reason": _("Reason"),
    "who": _("Who"),
    "reached": _("Came to it"),
    "left": _("Gave up there"),
    "reached_ever": _("Came to it, ever"),
    "left_ever": _("Gave up there, ever"),
    "taken": _("Taken"),
    "free": _("Free"),
    "capacity": _("Places"),
    "admitted": _("Let in"),
    "lately": _("15 min"),
    "refused": _("Refused"),
    "last_scan": _("Last scan"),
    "scans": _("Scans"),
    "messages": _("Messages"),
    "kind": _("Kind of message"),
    "why": _("Why"),
    "heard": _("Last heard"),
    "others": _("Other gates"),
    "nowhere": _("No gate named"),
}
CLOSED = _("closed")
NO_LIMIT = _("no limit")

CHANNEL_NAMES: Mapping[str, Sentence] = {
    "whatsapp": words("WhatsApp"),
    "web": _("Web"),
    "walkup": _("Desk and gate"),
    "api": words("API"),
    "import": _("Lists"),
}

STEP_NAMES: Mapping[str, Sentence] = {
    "language": _("Language"),
    "event": _("Event"),
    "phone": _("Phone number"),
    "otp": _("The code"),
    "full_name": _("Full name"),
    "visit_date": _("Day"),
    "party_size": _("How many people"),
    "agree": _("Consent"),
    "done": _("Registered"),
}
"""The questions that every registration has, by slot; `done`: its end."""

MESSAGE_KIND_NAMES: Mapping[str, Sentence] = {
    "pass": _("Pass"),
    "text": _("Message to many"),
    "otp": _("One-time code"),
    "reply": _("Answer"),
    "question": _("Question"),
    "link": _("Link to a pass"),
}
FAILURE_REASONS: Mapping[str, Sentence] = {
    "provider_busy": _("Twilio was busy for too long"),
    "try_once_more": _("Twilio cannot say why"),
    "window_closed": _("Outside WhatsApp's 24 hours"),
    "stopped_by_recipient": _("The person wants no messages"),
    "bad_recipient": _("The number cannot be reached"),
    "not_accepted": _("Twilio did not accept it"),
    "sender_paused": _("The sender is stopped"),
    "media_not_fetched": _("Our picture could not be fetched"),
    "media_refused": _("WhatsApp refused the picture"),
    "marketing_limit": _("WhatsApp's limit of messages to one person"),
    "gave_up": _("Tried for too long"),
    "outcome_unknown": _("Perhaps sent; Twilio cannot say"),
    "no_connection": _("Twilio could not be reached"),
    "no_answer": _("Twilio did not answer"),
    "": _("No reason given"),
}
REASON_PREFIXES: Mapping[str, Sentence] = {
    "media_": FAILURE_REASONS["media_not_fetched"],
    "http_": FAILURE_REASONS["no_answer"],
}
"""Words by the beginning of a reason that goes on with a detail (`media_http_404`)."""
REASON_WITH_CODE = _("{reason} ({code})")

OUTLIER_TEXTS: Mapping[str, Sentence] = {
    "refusals": ngettext_("{count} refusal in {scans} scans", "{count} refusals in {scans} scans"),
    "forces": ngettext_("{count} entry forced", "{count} entries forced"),
}
