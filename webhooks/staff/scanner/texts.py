"""The scanner's sentences, in every language at once, since it must work without a network."""

import re
from collections.abc import Iterable, Mapping

from flows.shapes import Sentence
from flows.text import _, render
from flows.text.languages import TABLE

RESULT_TITLES: Mapping[str, Sentence] = {
    "admitted": _("Let in"),
    "left": _("Went out"),
    "already_admitted": _("Already used"),
    "too_many": _("Too many"),
    "not_inside": _("Not inside"),
    "wrong_day": _("Another day"),
    "event_closed": _("Not open now"),
    "entry_paused": _("Entry is stopped"),
    "wrong_gate": _("Another gate"),
    "revoked": _("Cancelled"),
    "replaced": _("Replaced"),
    "wrong_event": _("Another event"),
    "unknown": _("Unknown"),
    "forged": _("Not genuine"),
    "unreadable": _("Not a pass"),
    "conflict": _("Let in twice"),
    "not_listed": _("Not in the list"),
    "no_list": _("No network"),
    "too_fast": _("Please wait"),
    "refused": _("That did not work"),
}
"""The scanner's headings: by result (docs/contract.md#check-in-results), and for what only a scanner meets."""

REFUSAL_TEXTS: Mapping[str, Sentence] = {
    "already_admitted": _("Nobody of this party is left to let in."),
    "too_many": _("Fewer people are left on this pass. Nobody was let in."),
    "not_inside": _("Nobody of this party is inside."),
    "wrong_day": _("This pass is for {days}."),
    "event_closed": _("The event is closed at this hour."),
    "entry_paused": _("A supervisor has stopped entry here."),
    "wrong_gate": _("This kind of pass does not enter at this gate."),
    "revoked": _("This pass is cancelled. It is not valid for entry."),
    "replaced": _("This pass was issued anew. Ask for the newer one."),
    "wrong_event": _("This pass is for another event."),
    "unknown": _("There is no such pass."),
    "forged": _("This QR code was not made by us."),
    "unreadable": _("This is not one of our passes, or a character of the code is wrong."),
    "conflict": _("More people were let in without a network than the party has. A supervisor will look at it."),
    "not_listed": _("Not in the list of {time}. Ask for the QR code, or ask a supervisor."),
    "no_list": _("This scanner has no list yet. It cannot judge a pass without a network."),
    "too_fast": _("That was too fast. Nothing was recorded; scan again in a moment."),
}

LABELS: Mapping[str, Sentence] = {
    "scanner": _("Scanner"),
    "party": _("Party of {size}"),
    "now_in": _("Let in now: {count}"),
    "now_out": _("Out now: {count}"),
    "still_left": _("Still to come: {count}"),
    "could_be": _("Left to let in: {count}"),
    "first_used": _("Used at {time}, {gate}"),
    "first_used_by": _("Used at {time}, {gate}, by {who}"),
    "here": _("here"),
    "without_network": _("Judged without a network"),
    "next": _("Next"),
    "overrule": _("Let in anyway"),
    "why": _("Reason"),
    "let_in": _("Let them in"),
    "overrule_failed": _("That did not work. A reason and a network are needed."),
    "undo": _("Undo"),
    "undone": _("Undone"),
    "undo_failed": _("This cannot be taken back any more."),
    "online": _("Online"),
    "slow": _("Slow network"),
    "offline": _("No network"),
    "signed_out": _("Signed out"),
    "signed_out_more": _("Sign in again to go on. What waits here goes up after that."),
    "sign_in": _("Sign in"),
    "revoked_device": _("This scanner's access has ended. Ask a supervisor for a new QR code."),
    "sign_out": _("Sign out"),
    "waiting": _("Waiting: {count}"),
    "synced": _("List of {time}"),
    "no_list_yet": _("No list yet"),
    "ready": _("Ready for offline"),
    "not_ready": _("Not ready for offline yet"),
    "deaf": _("Over 5 minutes without a network: a stop of entry cannot be heard here. Ask a supervisor."),
    "unsure_clock": _("Without a network this phone cannot be sure of the time. It takes it to be {time}."),
    "unsure_clock_more": _(
        "This phone's clock may be wrong: it takes it to be {time}. Find a network for a moment, or ask a supervisor."
    ),
    "lost": _("This phone keeps nothing"),
    "lost_more": _(
        "Let nobody in with it: no scan would be kept. Close other apps and tabs, free some storage and load the page "
        "again. If that does not help, use another phone. Do not clear the browser's data: scans may wait in it."
    ),
    "load_again": _("Load again"),
    "paused": _("Entry is stopped"),
    "paused_more": _("Let nobody in until this sign goes away."),
    "count_out": _("Let people out"),
    "gate": _("Gate"),
    "choose_gate": _("Choose your gate"),
    "at_gate": _("Today at this gate: {count}"),
    "by_me": _("Let in here: {count}"),
    "in": _("In"),
    "out": _("Out"),
    "direction": _("Direction"),
    "how_many": _("How many of the party"),
    "all": _("All"),
    "fewer": _("Fewer"),
    "more": _("More"),
    "typed": _("Type a pass code"),
    "check": _("Check"),
    "find": _("Find by name or phone"),
    "find_help": _("3 or more letters of a name, or a full phone number. Every search is recorded."),
    "search": _("Search"),
    "nobody": _("Nobody found for today."),
    "without_pass": _("People without a pass"),
    "count_in_one": _("One in"),
    "count_out_one": _("One out"),
    "counted": _("In {came}, out {went}"),
    "last": _("Last scans"),
    "none_yet": _("None yet."),
    "torch": _("Light"),
    "camera": _("Camera"),
    "other_camera": _("Other camera"),
    "no_camera": _("The camera cannot be used. Allow it in the browser's settings, or type the code."),
    "tap_for_sound": _("Tap once for sound"),
    "conflicts": _("Let in twice without a network: {count}"),
    "aside": _("The server could not take {count} scans. Show this to a supervisor."),
    "language": _("Language"),
    "no_script": _("The scanner needs JavaScript. Without it, scan the QR with the phone's camera and open the link."),
}

NAMES_OF_DAYS = {"EEE ": "short", "EEEE": "long"}
"""How long the browser writes names of days and months, by how a day of the language begins."""
_FIELD = re.compile(r"\{(\w+)\}")


def in_each_language(languages: Iterable[str]) -> dict[str, dict[str, dict[str, str]]]:
    """All sentences by language, with their parameters still in braces."""
    parts = {"titles": RESULT_TITLES, "reasons": REFUSAL_TEXTS, "labels": LABELS}
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
        "names": NAMES_OF_DAYS[written.day[:4]],
    }


def _open(sentence: Sentence, language: str) -> str:
    names = _FIELD.findall(sentence.source)
    return render(sentence.filled(**{name: f"{{{name}}}" for name in names}), language)
