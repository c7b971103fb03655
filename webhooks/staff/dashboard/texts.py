"""The dashboard's sentences."""

from collections.abc import Mapping

from flows.shapes import Sentence
from flows.text import _, ngettext_, words

TEXTS: Mapping[str, Sentence] = {
    "TITLE": _("Dashboard"),
    "OPEN": _("Gates open"),
    "SHUT": _("Gates closed"),
    "OTHER_DAY": _('This is not today. On this page, "today" means this day'),
    "DAY": _("Day"),
    "SHOW": _("Show day"),
    "TODAY": _("Today so far"),
    "REGISTRATION_CLOSED": _("Registration closed"),
    "CANCELLED": _("Event cancelled"),
    "STOPPED": _("Entry stopped at every gate since {hour}"),
    "AS_OF": _("As of {time}"),
    "AWAY": _("No connection. Figures from {time}."),
    "BROKEN": _("The server cannot answer at the moment. Figures from {time}."),
    "OUT": _("You are signed out. Figures from {time}."),
    "SIGN_IN": _("Sign in again"),
    "MOVE": _("Change event"),
    "ALERTS": _("Alerts"),
    "UNREACHED": _("No message reached: {names}"),
    "NOW": _("The day at a glance"),
    "AS_TABLE": _("As a table"),
    "TABLES": _("Show as tables"),
    "CHARTS": _("With charts"),
    "RELOAD": _("Refresh"),
    "NONE": _("Nobody yet."),
    "SINCE": _("since {hour}"),
    "SILENT": _("{gate}: no scan for {minutes} min, last at {hour}"),
    "OF": _("of {expected} in"),
    "ADMITTED": _("Admitted today"),
    "WALL": _("Wall mode"),
    "NO_WALL": _("Leave wall mode"),
    "EMPTY": _("Nobody has registered yet"),
    "EMPTY_MORE": _("Figures appear here as people register and enter. What comes next:"),
    "ADD_GATES": _("Add the gates"),
    "ADD_TEAM": _("Add the team"),
    "OPEN_UP": _("Open registration"),
    "SHARE": _("Share the links to register"),
}

TILE_TEXTS: Mapping[str, tuple[Sentence, ...]] = {
    "inside": (_("Inside now"), _("{came} came"), _("{went} went")),
    "inside_over": (_("Inside now"), _("closed for today"), _("{came} came"), _("{went} went")),
    "registered": (_("People registered"), _("Registrations: {registrations}"), _("{today} today")),
    "passes": (_("Passes delivered"), _("{read} read"), _("{waiting} being sent"), _("{failed} failed")),
    "refused": (_("Refused scans"), _("{reason}: {scans}")),
    "refused_none": (_("Refused scans"), _("none today")),
    "conflicts": (_("Admitted twice"), _("more people let in than the pass is for"), _("{forced} by supervisor")),
    "conflicts_clock": (
        _("Admitted twice"),
        _("more people let in than the pass is for"),
        _("{forced} by supervisor"),
        _("{clocks} with wrong clock"),
    ),
}
"""By large number: what it is, and then a line each for what belongs to it."""

OTHER_REASONS = _("Other reasons")
LATELY = _("{lately} in 15 minutes")
"""How many people came lately, beside those who came today."""

TABLE_TITLES: Mapping[str, Sentence] = {
    "entries": _("Admitted per 5 minutes, by gate"),
    "registrations": _("Registrations per hour, by channel"),
    "funnel": _("Registration by question"),
    "days": _("Places by day"),
    "gates": _("Gates"),
    "refused": _("Refused, by reason"),
    "failures": _("Failed messages"),
    "stands_out": _("Unusual activity"),
    "unheard": _("Offline scanners"),
    "needs": _("Passes on which help is needed, by day"),
}
EMPTY_TEXTS: Mapping[str, Sentence] = {
    "gates": _("No gates yet."),
    "refused": _("No refused scans today."),
    "failures": _("No failed messages."),
    "stands_out": _("Nothing unusual."),
    "unheard": _("All scanners are online."),
    "needs": _("Nobody has asked for help yet."),
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
    "reached": _("Reached"),
    "left": _("Left here"),
    "reached_ever": _("Reached, all time"),
    "left_ever": _("Left here, all time"),
    "taken": _("Taken"),
    "free": _("Free"),
    "capacity": _("Places"),
    "admitted": _("Admitted"),
    "lately": _("15 min"),
    "rate": _("A minute"),
    "up": _("more than in the last 15 minutes"),
    "down": _("fewer than in the last 15 minutes"),
    "refused": _("Refused"),
    "last_scan": _("Last scan"),
    "scans": _("Scans"),
    "messages": _("Messages"),
    "kind": _("Kind of message"),
    "why": _("Why"),
    "heard": _("Last online"),
    "others": _("Other gates"),
    "nowhere": _("No gate"),
}
CLOSED = _("closed")
WAITING = _("{count} waiting")
"""Registrations that wait for a place on a full day."""

CHANNEL_NAMES: Mapping[str, Sentence] = {
    "whatsapp": words("WhatsApp"),
    "web": _("Web"),
    "walkup": _("Desk and gate"),
    "api": words("API"),
    "trial": _("Test passes"),
    "import": _("Imported list"),
}

STEP_NAMES: Mapping[str, Sentence] = {
    "language": _("Language"),
    "event": _("Event"),
    "phone": _("Phone number"),
    "otp": _("The code"),
    "full_name": _("Full name"),
    "visit_date": _("Day"),
    "party_size": _("How many people"),
    "wait": _("Waiting list"),
    "agree": _("Consent"),
    "done": _("Registered"),
}
"""The questions that every registration has, by slot; `done`: its end."""

MESSAGE_KIND_NAMES: Mapping[str, Sentence] = {
    "pass": _("Pass"),
    "text": _("Broadcast"),
    "otp": _("One-time code"),
    "reply": _("Answer"),
    "question": _("Question"),
    "link": _("Link to a pass"),
}
FAILURE_REASONS: Mapping[str, Sentence] = {
    "provider_busy": _("Twilio was too busy"),
    "try_once_more": _("Reason not known"),
    "window_closed": _("Outside WhatsApp's 24-hour window"),
    "stopped_by_recipient": _("Messages stopped by the person"),
    "bad_recipient": _("Number cannot be reached"),
    "not_accepted": _("Twilio did not accept it"),
    "sender_paused": _("Sender paused"),
    "media_not_fetched": _("Twilio could not get our picture"),
    "media_refused": _("WhatsApp refused the picture"),
    "marketing_limit": _("WhatsApp's limit of messages to one person"),
    "gave_up": _("Gave up after many tries"),
    "outcome_unknown": _("May have been sent; not known"),
    "not_composed": _("Our mistake: see the log"),
    "no_connection": _("Twilio could not be reached"),
    "no_answer": _("Twilio did not answer"),
    "": _("No reason"),
}
REASON_PREFIXES: Mapping[str, Sentence] = {
    "media_": FAILURE_REASONS["media_not_fetched"],
    "http_": FAILURE_REASONS["no_answer"],
}
"""Words by the beginning of a reason that goes on with a detail (`media_http_404`)."""

OUTLIER_TEXTS: Mapping[str, Sentence] = {
    "refusals": ngettext_("{count} refusal in {scans} scans", "{count} refusals in {scans} scans"),
    "forces": ngettext_("{count} entry by supervisor", "{count} entries by supervisor"),
}
