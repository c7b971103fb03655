"""The gate's menu and hints."""

from flows.shapes import Duty, Event, Sentence
from flows.text import _, in_all_languages, lines, words
from flows.text.event_states import CANCELLED
from flows.text.literal import escape

HOW_TO_CHECK = _("Send *check* and the pass code.")
HOW_TO_COUNT = _("How many people? For example: *in* 5, or *out* 5.")
COUNT_LATER = _("More than {most} people at once: please send that when this question is answered.")
TOO_MANY_COUNTED = _("At most {most} people can be counted at once. Nobody was counted.")
HOW_TO_TAKE_BACK = _("Wrong? Type *undo* within two minutes.")
HOW_TO_FIND = _("Send *find* with the whole phone number, or with 3 or more letters of the name.")
HOW_TO_FORCE = _("Send *force*, the pass code and the reason.")
HOW_TO_RELEASE = _("Send *resume* and the volunteer's name; or *resume entry*.")
HOW_TO_UNDO = _("Send *undo* alone, or *undo* and the pass code.")
UNCLEAR = _("⛔ Nobody was admitted: it is not plain what is to be done. Passes seen here: {count}.")
"""Passes in the middle of a sentence, or with several commands: nobody is admitted by the way."""
SEND_ALONE = _(
    "To admit, send only the codes, each with its number of people. To look at them only, write *check* above them; "
    "*out* lets all of them out."
)
PHOTO_ALONE = _(
    "To admit, send the photo without words, or with a number of people. To look only, write *check* beside it."
)
FOR_VISITORS = _("That is the visitor's side. For a pass of your own type *visitor* first.")
NOT_UNDERSTOOD = _("Sorry, that was not understood, and nothing was done.")
TOO_MANY_CODES = _("At most {most} codes in one message, please. None of these was looked at.")
NOT_WORDS = _("Please send the pass code as text, or a photo of the QR code.")
NO_GATE_OF_THAT_NAME = _("No open gate is called that.")
NO_DUTY = _("You do not work at a gate any more. What was begun there was left.")
GATE_NOW = _("You work at *{gate}* now.")
GATE_IS = _("You are at *{gate}*.")
EVENT_NOW = _("You work for *{event}* now.")
GATE_CLOSED = _("⛔ *{gate}* is closed: nobody is let in there.")
SAY_WHERE = _("Where are you now? Type *gate*.")
AT_WHICH_GATE = _("At which gate are you?")
NO_OPEN_GATE = _("⛔ Every gate is closed: nobody is let in until one is opened.")
STILL_CLOSED = _("Still closed: {gates}")
ONLY_EVENT = _("You stand on the roster of *{event}* only.")
WITHOUT_GATES = _("This event has no gates: you can admit without.")
PAUSED = _(
    "⛔ You are paused until {hour}: too many unknown codes. A supervisor can end it with *resume* and your name."
)
AT_THE_GATE_AGAIN = _("You are at the gate again: send a pass code, or *menu*.")
ENTRY_STOPPED = _("⛔ Entry is stopped here at present")
STOPPED_AT_GATE = _("Codes that you send are still answered, but you are not told when entry is stopped.")
"""The answer to `stop` of somebody who works at a gate."""
SIGN_IN_LINK = _(
    "To sign in to the staff pages open this link within 5 minutes and press the button there. It works once; "
    "please do not pass it on.\n{link}"
)
LANGUAGE = _("For another language, type *language*.")


def not_working(event: Event) -> Sentence:
    """What somebody on the roster of an event that is cancelled or over hears who works as at its gate."""
    if event.status == CANCELLED:
        return _("⛔ *{event}* has been cancelled: its gates do not work, and nobody is let in.", event=event.name)
    return _("⛔ *{event}* is over: its gates do not work any more, and nobody is let in.", event=event.name)


def menu(duty: Duty) -> tuple[Sentence, ...]:
    """Where they work and everything that they can do; how to change the language stands there in every language."""
    stopped = (ENTRY_STOPPED,) if duty.is_stopped and not duty.is_closed else ()
    return (
        *stopped,
        _place(duty),
        lines(*_everybody(duty), *(_supervisors() if duty.is_supervisor else ())),
        in_all_languages(LANGUAGE),
    )


def _place(duty: Duty) -> Sentence:
    if duty.is_closed:
        return lines(*closed(duty), words(duty.event_name), *((SAY_WHERE,) if duty.gates else ()))
    if duty.place is None and duty.gates:
        return _("{event}. You have not said at which gate you are: type *gate*.", event=duty.event_name)
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
        _("To admit: send the pass code, or a photo of the QR code. Several codes: one a line."),
        _("Only some of them: the code and a number, as in CODE 2"),
        _("*out* CODE: they go out"),
        _("*check* CODE: look, and change nothing"),
        _("*in* 5, *out* 5: people without a pass"),
        _("*find* and a name or phone number"),
        _("*new*: register somebody here"),
        _("*undo*, or *undo* CODE: take back your admission"),
        _("*stats*: the figures of today"),
        _("*gate*: another gate"),
        _("*sign in*: a link to the staff pages"),
        *((_("*event*: another event"),) if duty.others else ()),
        _("*visitor*: get a pass for yourself"),
    )


def _supervisors() -> tuple[Sentence, ...]:
    return (
        _("*pause entry*, *resume entry*: everywhere, or with a gate's name"),
        _("*force* CODE and the reason: admit all the same"),
        _("*resume* and a name: end a volunteer's pause"),
    )
