"""The desk's sentences."""

from collections.abc import Mapping

from flows.shapes import Sentence
from flows.text import _

TEXTS: Mapping[str, Sentence] = {
    "TITLE": _("Desk"),
    "REGISTER_ONE": _("Register someone for today"),
    "NAME": _("Full name"),
    "PARTY": _("How many people"),
    "PHONE": _("Phone (to send the pass there too)"),
    "KIND": _("Kind of pass"),
    "LANGUAGE": _("Their language"),
    "READ_OUT": _("Read this out:"),
    "CONSENT": _("I have read it out and they agree"),
    "ADMIT": _("Admit now"),
    "REGISTER": _("Register"),
    "WRONG": _("There is a problem"),
    "ANYWAY": _("Register anyway"),
    "OVERBOOK": _("Register over limit"),
    "PRINT_THAT": _("Print slip"),
    "DONE": _("Registered: {name}, {people}"),
    "SHOWN": _("Slip of {name}, {people}"),
    "BEFORE": _("This form was already sent. Nothing new was registered. This is the pass from then."),
    "PRINT": _("Print slip"),
    "KEY": _("key F2"),
    "ALONE": _("Slip only"),
    "HOW_TO_PRINT": _("Print this page from your browser. Only the slip is printed."),
    "BACK": _("Back to the desk"),
    "LATEST": _("Recent slips"),
    "FIND": _("Find a pass for today"),
    "FIND_HELP": _("3 or more letters of the name, or the full phone number. Searches are recorded."),
    "SEARCH": _("Search"),
    "FOUND": _("Found for today"),
    "NOBODY": _("No pass found for today."),
    "MORE": _("There are more results. Enter more of the name."),
    "AGAIN_BY_CODE": _("Print a slip again"),
    "PRINTER": _("Printer"),
    "PAPER": _("Paper"),
    "AT_ONCE": _("Print each new slip automatically"),
    "KEEP": _("Remember on this device"),
    "SHOW": _("Please show this at the gate."),
    "QR": _("QR code of the pass"),
}

PHONE_HAS_PASS = _("This number already has pass {code}. Make another anyway?")
EMPTY = {"full_name": _("Enter the full name."), "party_size": _("Enter how many people will come.")}
"""What is to be done where nothing was typed: such a sentence says by itself which field it belongs to."""
TOO_SHORT = _("Enter 3 or more letters of the name, or the full phone number.")

PAPER_NAMES: Mapping[str, Sentence] = {
    "58": _("Roll, 58 mm"),
    "80": _("Roll, 80 mm"),
    "a4": _("Sheet, A4"),
}
