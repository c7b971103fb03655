"""The gate's menu and hints."""

from flows.shapes import Duty, Event, Sentence
from flows.text import _, in_all_languages, lines, words
from flows.text.event_states import CANCELLED
from flows.text.literal import escape

HOW_TO_CHECK = _("Send *check* and the pass code.")
HOW_TO_COUNT = _("How many people? For example: *in* 5, or *out* 5.")
COUNT_LATER = _("More than {most} people at once: answer this question first, then send that again.")
TOO_MANY_COUNTED = _("You can count at most {most} people at once. Nobody was counted.")
HOW_TO_TAKE_BACK = _("Made a mistake? Send *undo* within 2 minutes.")
HOW_TO_FIND = _("Send *find* with the full phone number, or 3 or more letters of the name.")
HOW_TO_FORCE = _("Send *force*, the pass code and the reason.")
HOW_TO_RELEASE = _("Send *resume* and the volunteer's name; or *resume entry*.")
HOW_TO_UNDO = _("Send *undo*, or *undo* and the pass code.")
UNCLEAR = _("⛔ Nobody was admitted: the message is not clear. Passes in it: {count}.")
"""Passes in the middle of a sentence, or with several commands: nobody is admitted by the way."""
SEND_ALONE = _(
    "To admit people, send only the codes, each with its number of people. To check them, put *check* "
    "above the list; to let them out, put *out*."
)
PHOTO_ALONE = _("To admit people, send the photo alone, or with a number of people. To check it, add *check*.")
FOR_VISITORS = _("That is for visitors. To get a pass of your own, send *visitor* first.")
NOT_UNDERSTOOD = _("Sorry, we did not understand that. Nothing was done.")
TOO_MANY_CODES = _("Send at most {most} codes in one message. None of these was checked.")
PART_OF_A_CODE = _("⛔ A pass code has {length} characters, this has {count}. Nobody was admitted.")
NOT_WORDS = _("Send the pass code as text, or a photo of the QR code.")
NO_GATE_OF_THAT_NAME = _("No open gate has that name.")
NO_DUTY = _("You no longer work at a gate. What you started there was dropped.")
GATE_NOW = _("You are now at *{gate}*.")
GATE_IS = _("You are at *{gate}*.")
EVENT_NOW = _("You now work for *{event}*.")
GATE_CLOSED = _("⛔ *{gate}* is closed. Do not admit anyone there.")
SAY_WHERE = _("Where are you now? Send *gate*.")
AT_WHICH_GATE = _("Which gate are you at?")
NO_OPEN_GATE = _("⛔ Every gate is closed. Do not admit anyone until one opens.")
STILL_CLOSED = _("Still closed: {gates}")
ONLY_EVENT = _("You are in the team of *{event}* only.")
WITHOUT_GATES = _("This event has no gates. You can admit people without one.")
PAUSED = _(
    "⛔ You are paused until {hour}: too many unknown codes. To end it, a supervisor sends *resume* and your name."
)
AT_THE_GATE_AGAIN = _("You are back at the gate. Send a pass code, or *menu*.")
ENTRY_STOPPED = _("⛔ Entry is stopped here")
STOPPED_AT_GATE = _("You can still send codes, but you are not told when entry is stopped.")
"""The answer to `stop` of somebody who works at a gate."""
SIGN_IN_LINK = _(
    "To sign in to the team pages, open this link within 5 minutes and press the button. It works once. "
    "Do not share it.\n{link}"
)
LANGUAGE = _("To change language, send *language*.")
ADMITTING = _("To admit people, send the pass code or a photo of the QR code. Several codes: one on each line.")
FINDING = _("*find* and a name or phone number")
UNDOING = _("*undo*, or *undo* CODE: undo your last admission")


def not_working(event: Event) -> Sentence:
    """What somebody on the roster of an event that is cancelled or over hears who works as at its gate."""
    if event.status == CANCELLED:
        return _("⛔ *{event}* is cancelled. Its gates are closed: do not admit anyone.", event=event.name)
    return _("⛔ *{event}* is over. Its gates are closed: do not admit anyone.", event=event.name)


def menu(duty: Duty) -> tuple[Sentence, ...]:
    """Where they work and everything that they can do; how to change the language stands there in every language."""
    return _shown(duty, *_everybody(duty), *(_supervisors() if duty.is_supervisor else ()))


def daily(duty: Duty) -> tuple[Sentence, ...]:
    """Where they work and what they do most, for who has not asked for the menu; the language as in the menu."""
    return _shown(duty, ADMITTING, FINDING, UNDOING, _("*menu*: everything else"))


def _shown(duty: Duty, *ways: Sentence) -> tuple[Sentence, ...]:
    stopped = (ENTRY_STOPPED,) if duty.is_stopped and not duty.is_closed else ()
    return (*stopped, _place(duty), lines(*ways), in_all_languages(LANGUAGE))


def _place(duty: Duty) -> Sentence:
    if duty.is_closed:
        return lines(*closed(duty), words(duty.event_name), *((SAY_WHERE,) if duty.gates else ()))
    if duty.place is None and duty.gates:
        return _("{event}. You have not chosen a gate: send *gate*.", event=duty.event_name)
    if duty.place is None:
        return words(duty.event_name)
    return _("*{gate}*, {event}", gate=gate_name(duty), event=duty.event_name)


def closed(duty: Duty) -> tuple[Sentence, ...]:
    """The sentence that the volunteer's gate is closed; nothing where it is open."""
    return (GATE_CLOSED.filled(gate=gate_name(duty)),) if duty.is_closed else ()


def gate_name(duty: Duty, slug: str | None = None) -> str:
    """The name of a gate, by default of the one where they are; empty where there is none."""
    found = slug or duty.place
    return escape(duty.gate_names.get(found, found)) if found else ""


def _everybody(duty: Duty) -> tuple[Sentence, ...]:
    return (
        ADMITTING,
        _("For part of a party, add a number: CODE 2"),
        _("*out* CODE: the party leaves"),
        _("*check* CODE: check a pass, change nothing"),
        _("*in* 5, *out* 5: count people without a pass"),
        FINDING,
        _("*new*: register someone here"),
        UNDOING,
        _("*stats*: today’s figures"),
        _("*gate*: change gate"),
        _("*sign in*: get a link to the team pages"),
        *((_("*event*: change event"),) if duty.others else ()),
        _("*visitor*: get a pass for yourself"),
    )


def _supervisors() -> tuple[Sentence, ...]:
    return (
        _("*pause entry*, *resume entry*: at every gate, or add a gate’s name"),
        _("*force* CODE and the reason: admit anyway"),
        _("*resume* and a name: let a paused volunteer scan again"),
    )
