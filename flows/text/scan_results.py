"""What the results of a scan are called, in a word or two (docs/contract.md#check-in-results)."""

from collections.abc import Mapping

from flows.shapes import Sentence
from flows.text.sentences import _

RESULT_NAMES: Mapping[str, Sentence] = {
    "admitted": _("Admitted"),
    "left": _("Went out"),
    "already_admitted": _("Already admitted"),
    "too_many": _("Too many"),
    "not_inside": _("Not inside"),
    "wrong_day": _("Wrong day"),
    "event_closed": _("Closed now"),
    "entry_paused": _("Entry is stopped"),
    "wrong_gate": _("Wrong gate"),
    "revoked": _("Cancelled"),
    "replaced": _("Replaced"),
    "wrong_event": _("Wrong event"),
    "unknown": _("Unknown"),
    "forged": _("Not genuine"),
    "unreadable": _("Not a pass"),
    "conflict": _("Admitted twice"),
}
