"""Messages of people on a roster: they get the gate's conversation instead of the visitor's.

While nothing is going on every message of theirs is the gate's. In the middle of a question codes alone are
let through, and the question is asked again. Whoever is off the roster is a visitor at the next message.
"""

from dataclasses import replace

from flows import understanding
from flows.engine.commands import command_of, stop
from flows.engine.gate_interruptions import interrupt
from flows.engine.progress import abandoned_notice, begin, conclude, idle, reworded, say
from flows.engine.state_codec import flows_of, revive
from flows.gate import codes as gate_codes
from flows.gate import menu as gate_menu
from flows.gate import parse as gate_parse
from flows.gate import photos as gate_photos
from flows.gate import walkup
from flows.gate.command_names import GATE_COMMAND as GATE_WORD
from flows.gate.command_names import SCAN, SIGN_IN, UNCLEAR
from flows.gate.command_names import VISITOR as AS_A_VISITOR
from flows.gate.commands import (
    AS_VISITOR_KEY,
    VISITING,
    WALK_UP,
    merged,
    named_gate,
    outcome,
    parse_message,
    sign_in_link,
)
from flows.gate.parse import GateMessage
from flows.gate.questions import ASK_GATE_FLOW, ASKED_AT_GATES, SHORT_LIVED, is_fresh, waiting
from flows.shapes import Duty, Effect, Facts, Sentence, Start, State, StopMessages, Turn, UserInput
from flows.text import lines, phrases
from flows.text.languages import SOURCE, written_in
from flows.text.translate import SpokenSentence
from flows.understanding import agreement, codes

STAFF_ONLY = ASKED_AT_GATES | {WALK_UP}
"""Flows of people on a roster: dropped at once where somebody stands on none any more."""
CODE_INTERRUPTIBLE = frozenset({VISITING, "menu", "someone_else", WALK_UP, "language"})
"""Flows in the middle of which a code is no answer but somebody waiting at the gate."""
_ASK_FOR_THE_MENU = frozenset({"hi", "start", "help", "menu"})
_ASK_FOR_ALL = frozenset({"help", "menu"})
_VISITORS = frozenset(
    {"my_pass", "share", "my_data", "delete_data", "change", "cancel_pass", "register", "someone_else"}
)


def without_staff_flows(state: State, facts: Facts) -> State:
    """The state for this person: without a conversation that only people on a roster may have, if they are on none."""
    if STAFF_ONLY.isdisjoint(flows_of(state)):
        return state
    return state if facts.duty else idle(state)


def is_gate_work(message: UserInput, facts: Facts) -> bool:
    """Whether the message is work at a gate. It is answered even after `stop`."""
    return (
        message.form in ("text", "photo")
        and facts.duty is not None
        and bool(parse_message(message).word or message.codes)
    )


def off_duty_answer(before: State, message: UserInput, facts: Facts) -> tuple[Effect, ...]:
    """What whoever stands on the roster of an event that is cancelled or over hears when they work as at its gate:
    with codes, with a command while nothing goes on, or in the middle of the gate's own questions.

    Otherwise they are answered as the visitors that they are. The staff pages are open to them all the same.
    """
    if facts.duty is not None:
        return ()
    if not before.flow and parse_message(message).word == SIGN_IN and (facts.former_duty or facts.owns):
        return tuple(effect for effect in sign_in_link(None) if isinstance(effect, Effect))
    left = without_staff_flows(before, facts) is not before
    if not left and (facts.former_duty is None or not _tries_gate_work(before, message)):
        return ()
    event = facts.former_duty
    told = (gate_menu.not_working(event),) if event else (gate_menu.NO_DUTY,) if left else ()
    return say(*told, *((walkup.NOT_REGISTERED,) if WALK_UP in flows_of(before) else ()))


def _tries_gate_work(before: State, message: UserInput) -> bool:
    if message.form != "text":
        return False
    return gate_parse.whole_codes(message.text) or (
        not before.flow and parse_message(message).word not in ("", AS_A_VISITOR)
    )


def handle(state: State, message: UserInput, facts: Facts) -> Turn | None:
    """The turn at the gate; None for a visitor, and for what answers the open question."""
    duty = facts.duty
    if duty is None:
        return None
    if state.flow in ASKED_AT_GATES:
        return _handle_answer(state, message, duty, facts)
    if not state.flow or not (_is_visiting(state) or _is_at_work(state)):
        return _handle_idle(state, message, duty, facts)
    return _handle_during_flow(state, message, duty, facts)


def finish_turn(before: State, turn: Turn, message: UserInput, facts: Facts) -> Turn:
    """The turn as somebody on a roster reads it; a visitor's stays as it is.

    Where a visitor's conversation ended with it the gate is open again; nothing of the gate is said in
    all languages at once.
    """
    if facts.duty is None:
        return turn
    if turn.state.stopped and any(isinstance(effect, StopMessages) for effect in turn.effects):
        turn = replace(turn, effects=(*turn.effects, *say(gate_menu.STOPPED_AT_GATE)))
    if _is_visiting(before):
        turn = _still_visiting(turn, message)
    return turn if turn.state.language else _in_one_language(turn, message, facts.duty)


# --- nothing is going on ------------------------------------------------------------------------


def _handle_idle(
    state: State, message: UserInput, duty: Duty, facts: Facts, before: tuple[UserInput, ...] = ()
) -> Turn:
    """The turn of a message while nothing is going on; `before` it came some that waited for the gate to be known."""
    if message.form == "photo" and not message.codes:
        return Turn(idle(state), say(gate_photos.not_read(message)))
    if message.form not in ("text", "choice", "photo"):
        return Turn(idle(state), say(gate_menu.NOT_WORDS))
    messages = (*before, message)
    meant = GateMessage() if message.form == "choice" else merged(messages)  # a tap is on an older question
    if meant.word:
        return conclude(idle(state), outcome(meant, messages, duty, facts), facts)
    return _handle_general(state, message, duty, facts)


def _handle_general(state: State, message: UserInput, duty: Duty, facts: Facts) -> Turn:
    """Words of the whole conversation; everything else is not understood, gets what is done most, and admits nobody."""
    word = command_of(message)
    if word == "stop":
        return stop(state)
    word = word or understanding.near_command(message.text)
    if word == "language":
        return begin(idle(state), Start("language"), facts)
    if length := 0 if word or message.form != "text" else gate_codes.part_length(message.text):
        return Turn(idle(state), say(gate_menu.PART_OF_A_CODE.filled(length=codes.LENGTH, count=length)))
    shown = gate_menu.menu(duty) if word in _ASK_FOR_ALL else gate_menu.daily(duty)
    return Turn(idle(state), say(*_not_done(word, message), *shown))


def _not_done(word: str, message: UserInput) -> tuple[Sentence, ...]:
    """Why nothing was done; nothing for who asks for the menu."""
    if message.form == "choice":
        return (phrases.OLD_TAP,)
    if word in _ASK_FOR_THE_MENU:
        return ()
    return (gate_menu.FOR_VISITORS if command_of(message) in _VISITORS else gate_menu.NOT_UNDERSTOOD,)


# --- in the middle of a question ----------------------------------------------------------------


def _handle_answer(state: State, message: UserInput, duty: Duty, facts: Facts) -> Turn | None:
    """The turn for an open question of the gate; None where the message answers it."""
    meant = parse_message(message) if message.form in ("text", "photo") else GateMessage()
    if state.flow == ASK_GATE_FLOW.name and meant.word == GATE_WORD and (slug := named_gate(meant.rest, duty)):
        return conclude(state, ASK_GATE_FLOW.finish({**state.answers, "gate": slug}, facts, ""), facts)
    if state.flow == ASK_GATE_FLOW.name and meant.word == UNCLEAR:
        return interrupt(state, message, duty, facts, codes=True, work=True)
    if state.flow == ASK_GATE_FLOW.name and meant.word == SCAN:
        return _handle_idle(state, message, duty, facts, waiting(state.answers, facts))
    if meant.word or _leaves(state, message) or (state.flow in SHORT_LIVED and not is_fresh(state.answers, facts)):
        return _handle_idle(state, message, duty, facts)
    return None


def _leaves(state: State, message: UserInput) -> bool:
    """Whether it is neither an answer nor a word that works inside every question."""
    word = command_of(message)
    if word:
        return word not in ("language", "help", "stop", "back", "restart")
    return state.flow in SHORT_LIVED and message.form == "text" and agreement.yes_no(message.text) is None


def _handle_during_flow(state: State, message: UserInput, duty: Duty, facts: Facts) -> Turn | None:
    """A conversation is going on: what is no answer is done at once, and loses nothing of it."""
    if state.flow != WALK_UP and message.form == "text" and parse_message(message) == GateMessage(GATE_WORD):
        return Turn(idle(state), (*abandoned_notice(state), *say(*gate_menu.menu(duty))))
    return interrupt(state, message, duty, facts, codes=state.flow in CODE_INTERRUPTIBLE, work=_is_at_work(state))


def _is_visiting(state: State) -> bool:
    """Whether it is the visitor's side, which they asked for; what went on before they were on a roster is not."""
    beneath = state.under.get("answers") if state.under else None
    return AS_VISITOR_KEY in state.answers or (isinstance(beneath, dict) and AS_VISITOR_KEY in beneath)


def _is_at_work(state: State) -> bool:
    """Whether the conversation is one of the gate's."""
    below = revive(state.under)[0].flow if state.under else ""
    return state.flow == WALK_UP or (state.flow == "language" and below in ("", *STAFF_ONLY))


def _still_visiting(turn: Turn, message: UserInput) -> Turn:
    """Keeps the mark of the visitor's side in the next conversation; when that ends, the gate is back."""
    state = turn.state
    if state.flow:
        marked = state if _is_visiting(state) else state.but(answers={**state.answers, AS_VISITOR_KEY: True})
        return replace(turn, state=marked)
    if state.stopped or parse_message(message) == GateMessage(GATE_WORD):
        return turn
    return replace(turn, effects=(*turn.effects, *say(gate_menu.AT_THE_GATE_AGAIN)))


# --- language -----------------------------------------------------------------------------------


def _in_one_language(turn: Turn, message: UserInput, duty: Duty) -> Turn:
    """The answer in the language of the message, else the event's first, for a volunteer who has not chosen one."""
    if turn.state.flow not in ("", *STAFF_ONLY):
        return turn
    language = written_in(message.text, duty.languages) or next(iter(duty.languages), SOURCE)
    return reworded(turn, lambda part: lines(SpokenSentence(part, language)))
