"""The desk's sentences."""

from collections.abc import Mapping

from flows.shapes import Sentence
from flows.text import _

TEXTS: Mapping[str, Sentence] = {
    "TITLE": _("The desk"),
    "REGISTER_ONE": _("Register someone for today"),
    "NAME": _("Full name"),
    "PARTY": _("How many people"),
    "PHONE": _("Phone, to send the pass there too"),
    "KIND": _("Kind of pass"),
    "LANGUAGE": _("Their language"),
    "READ_OUT": _("Read this out:"),
    "CONSENT": _("I have read it out, and they agree."),
    "ADMIT": _("Let them in now"),
    "REGISTER": _("Register"),
    "WRONG": _("Please look at this again:"),
    "ANYWAY": _("Register anyway"),
    "OVERBOOK": _("Register beyond the limit"),
    "PRINT_THAT": _("Print its slip"),
    "DONE": _("Registered: {name}, {people}"),
    "SHOWN": _("Slip of {name}, {people}"),
    "BEFORE": _("This form had been sent before: nothing new was registered. This is the pass that was made then."),
    "PRINT": _("Print the slip"),
    "KEY": _("key F2"),
    "ALONE": _("Only the slip"),
    "HOW_TO_PRINT": _("Print this page with your browser: only the slip is printed."),
    "BACK": _("Back to the desk"),
    "LATEST": _("Last slips"),
    "FIND": _("Find a pass of today"),
    "FIND_HELP": _("3 or more letters of the name, or the full phone number. Every search is recorded."),
    "SEARCH": _("Search"),
    "FOUND": _("Found for today"),
    "NOBODY": _("Nobody found for today."),
    "MORE": _("There are more. Type more of the name."),
    "AGAIN_BY_CODE": _("Print a slip again"),
    "PRINTER": _("Printer"),
    "PAPER": _("Paper"),
    "AT_ONCE": _("Print each new slip at once"),
    "KEEP": _("Keep on this device"),
    "SHOW": _("Please show this at the gate."),
    "QR": _("QR code of the pass"),
}

PHONE_HAS_PASS = _("This number holds the pass {code}. Make another anyway?")
PHONE_HAS_PASS_OF = _("This number holds {code}: {name}, {people}, {day}. Make another pass anyway?")
EMPTY = _("Answer this question.")
OTHER_EVENT = _(
    "That form was another event's. Nobody was registered: read out the words of this one, and begin again."
)
NOT_READ_OUT = _("Read the words out first. Without their yes nobody can be registered.")
NO_SUCH_PASS = _("There is no valid pass of this event with that code.")
TOO_SHORT = _("Type 3 or more letters of the name, or the full phone number.")

PAPER_NAMES: Mapping[str, Sentence] = {
    "58": _("Roll, 58 mm"),
    "80": _("Roll, 80 mm"),
    "a4": _("Sheet, A4"),
}
