"""The scanner's sentences, in every language at once, since it must work without a network."""

import re
from collections.abc import Iterable, Mapping

from flows.shapes import Sentence
from flows.text import _, access_needs, render
from flows.text.languages import TABLE
from flows.text.scan_results import RESULT_NAMES

RESULT_TITLES: Mapping[str, Sentence] = {
    **RESULT_NAMES,
    "not_listed": _("Not in the list"),
    "no_list": _("Offline"),
    "too_fast": _("Please wait"),
    "refused": _("That did not work"),
}
"""The scanner's headings: by result (docs/contract.md#check-in-results), and for what only a scanner meets."""

REFUSAL_TEXTS: Mapping[str, Sentence] = {
    "already_admitted": _("Everyone on this pass is already in."),
    "too_many": _("Not that many are left on this pass. Nobody was admitted."),
    "not_inside": _("Nobody from this party is inside."),
    "wrong_day": _("This pass is for {days}."),
    "event_closed": _("The event is closed now."),
    "outside_hours": _("Outside opening hours: {opens} – {closes}"),
    "entry_paused": _("A supervisor has stopped entry here."),
    "wrong_gate": _("This kind of pass is not for this gate."),
    "revoked": _("This pass is cancelled. It is not valid for entry."),
    "replaced": _("This pass was replaced. Ask for the newer one."),
    "wrong_event": _("This pass is for another event."),
    "unknown": _("Pass not found."),
    "forged": _("This QR code is not ours."),
    "unreadable": _("Not one of our passes, or the code has a wrong character."),
    "conflict": _("More people were admitted offline than the party has. A supervisor will look at it."),
    "not_listed": _("Not in the list from {time}. Ask for the QR code, or ask a supervisor."),
    "no_list": _("This scanner has no list yet. It cannot check a pass offline."),
    "too_fast": _("Too fast. Nothing was recorded. Scan again in a moment."),
}

LABELS: Mapping[str, Sentence] = {
    "scanner": _("Scanner"),
    "tab_scan": _("Scan"),
    "tab_code": _("Code"),
    "tab_find": _("Find"),
    "tab_count": _("Count"),
    "party": _("Party of {size}"),
    "of_party": _("of {size}"),
    "still_left": _("Still to come: {count}"),
    "could_be": _("Still to come: {count}"),
    "first_used": _("Used at {time}, {gate}"),
    "first_used_by": _("Used at {time}, {gate}, by {who}"),
    "here": _("here"),
    "without_network": _("Checked offline"),
    "next": _("Next"),
    "overrule": _("Admit anyway"),
    "why": _("Reason"),
    "let_in": _("Admit"),
    "overrule_failed": _("That did not work. Enter a reason and check that you are online."),
    "undo": _("Undo"),
    "undone": _("Undone"),
    "undo_failed": _("You can no longer undo this."),
    "online": _("Online"),
    "slow": _("Slow network"),
    "offline": _("Offline"),
    "signed_out": _("Signed out"),
    "signed_out_more": _("Sign in again. Waiting scans are sent after that."),
    "sign_in": _("Sign in"),
    "change_event": _("Change event"),
    "revoked_device": _("This scanner's access has ended. Ask a supervisor for a new QR code."),
    "sign_out": _("Sign out"),
    "waiting": _("Waiting: {count}"),
    "synced": _("List from {time}"),
    "no_list_yet": _("No list yet"),
    "ready": _("Ready for offline"),
    "not_ready": _("Not ready for offline"),
    "deaf": _("Offline for over 5 minutes: you may not hear that entry is stopped. Ask a supervisor."),
    "unsure_clock": _("This phone is offline and cannot be sure of the time. It shows {time}."),
    "unsure_clock_more": _(
        "This phone's clock may be wrong: it shows {time}. Go online for a moment, or ask a supervisor."
    ),
    "lost": _("This phone cannot save scans"),
    "lost_more": _(
        "Do not admit people with this phone: it cannot save scans. Close other apps and tabs, free some "
        "storage and reload the page. If that does not help, use another phone. Do not clear the browser's "
        "data: scans may be waiting in it."
    ),
    "load_again": _("Load again"),
    "paused": _("Entry is stopped"),
    "paused_more": _("Do not admit anyone until this sign goes away."),
    "count_out": _("Let people out"),
    "gate": _("Gate"),
    "choose_gate": _("Choose your gate"),
    "at_gate": _("Today at this gate: {count}"),
    "by_me": _("Admitted here: {count}"),
    "in": _("In"),
    "out": _("Out"),
    "direction": _("Direction"),
    "how_many": _("How many people"),
    "all": _("All"),
    "fewer": _("Fewer"),
    "more": _("More"),
    "typed": _("Type a pass code"),
    "check": _("Check"),
    "find": _("Find by name or phone"),
    "find_help": _("3 or more letters of a name, or a full phone number. Searches are recorded."),
    "search": _("Search"),
    "nobody": _("No pass found for today."),
    "without_pass": _("People without a pass"),
    "count_in_one": _("One in"),
    "count_out_one": _("One out"),
    "counted": _("In {came}, out {went}"),
    "last": _("Recent scans"),
    "none_yet": _("None yet."),
    "torch": _("Torch"),
    "camera": _("Camera"),
    "other_camera": _("Other camera"),
    "no_camera": _("The camera is not available. Allow it in the browser's settings, or type the code."),
    "tap_for_sound": _("Tap for sound"),
    "conflicts": _("Admitted twice offline: {count}"),
    "aside": _("The server did not accept {count} scans. Show this to a supervisor."),
    "language": _("Language"),
    "no_script": _("The scanner needs JavaScript. Without it, scan the QR with the phone's camera and open the link."),
}

_FIELD = re.compile(r"\{(\w+)\}")


def in_each_language(languages: Iterable[str]) -> dict[str, dict[str, dict[str, str]]]:
    """All sentences by language, with their parameters still in braces."""
    parts = {"titles": RESULT_TITLES, "reasons": REFUSAL_TEXTS, "labels": LABELS, "needs": access_needs.ANSWERS}
    return {
        language: {
            part: {key: _open(said, language) for key, said in said_of.items()} for part, said_of in parts.items()
        }
        | {"hours": _hours(language)}
        for language in languages
    }


def _hours(language: str) -> dict[str, str]:
    """What stands behind an hour, whether a part of the day before it, and how long names of days are."""
    written = TABLE[language]
    before, _hour, after = written.hour.partition("h")
    period = "short" if "B" in before else ""
    return {
        "after": after.replace("'", "") if period else "",
        "period": period,
        "weekday": "long" if written.day.startswith("EEEE") else "short",
        "month": "long" if "MMMM" in written.day else "short",
    }


def _open(sentence: Sentence, language: str) -> str:
    names = _FIELD.findall(sentence.source)
    return render(sentence.filled(**{name: f"{{{name}}}" for name in names}), language)
