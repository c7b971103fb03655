"""Work at the gate in the middle of a question, which is asked again afterwards."""

from dataclasses import replace

from flows import understanding
from flows.engine.commands import command_of
from flows.engine.progress import INTERRUPTION, NO_STEP, advance, conclude, say
from flows.gate import codes as gate_codes
from flows.gate import menu as gate_menu
from flows.gate import parse as gate_parse
from flows.gate.command_names import (
    CHECK,
    COUNT,
    EVENT,
    FIND,
    FORCE,
    GATE_COMMAND,
    NEW,
    PAUSE,
    RELEASE,
    RESUME,
    SCAN,
    SIGN_IN,
    STATS,
    UNCLEAR,
    UNDO,
    VISITOR,
)
from flows.gate.commands import CONFIRM_ABOVE, WALK_UP, looked_for, named_event, named_gate, outcome, parse_message
from flows.gate.parse import GateMessage
from flows.gate.walkup import NOT_REGISTERED
from flows.shapes import Duty, Effect, Facts, Sentence, State, Turn, UserInput
from flows.shapes.gate_effects import ChooseEvent
from flows.shapes.scans import OUT
from flows.understanding.vocabulary import current

_ALONE = frozenset({CHECK, EVENT, FIND, FORCE, GATE_COMMAND, NEW, STATS, UNDO, VISITOR})
"""Commands of which the word alone is a whole one."""


def interrupt(state: State, message: UserInput, duty: Duty, facts: Facts, *, codes: bool, work: bool) -> Turn | None:
    """Do at once what is no answer, and ask the open question again; None where it is an answer.

    Orders about entry are obeyed everywhere; codes where `codes` says so, every whole command where `work` does.
    """
    meant = parse_message(message) if message.form in ("text", "photo") else GateMessage()
    if work and command_of(message) == "menu":
        return _asked_again(state, say(*gate_menu.menu(duty)), facts)
    wanted = meant.word in (PAUSE, RESUME) or (meant.word == SIGN_IN and not meant.rest)
    wanted = wanted or (codes and (meant.word == UNCLEAR or _is_of_codes(meant, message)))
    wanted = wanted or (
        work and _is_whole(meant, message, duty, facts.region) and not (state.asked == "kind" and meant.word == VISITOR)
    )
    if not wanted:
        return None
    done = outcome(meant, (message,), duty, facts)
    if meant.word in (NEW, VISITOR):
        return conclude(state, done, facts)
    if state.flow == WALK_UP and any(isinstance(effect, ChooseEvent) for effect in done):
        return conclude(state, (*done, *say(NOT_REGISTERED)), facts)
    effects = tuple(effect for effect in done if isinstance(effect, Effect))
    if not effects and meant.word == COUNT:
        effects = say(Sentence(gate_menu.COUNT_LATER.source, {"most": CONFIRM_ABOVE}))
    return _asked_again(state, effects, facts) if effects else None


def _asked_again(state: State, effects: tuple[Effect, ...], facts: Facts) -> Turn:
    """The question after what was done; a refusal of that leaves the conversation as it is."""
    return replace(advance(state, facts, effects, NO_STEP), flow=INTERRUPTION, answers={})


def _is_of_codes(command: GateMessage, message: UserInput) -> bool:
    if command.word == FORCE:
        return bool(message.codes) or any(gate_codes.is_code(scan.text) for scan in command.scans)
    return command.word == SCAN and (bool(message.codes) or gate_parse.whole_codes(message.text))


def _is_whole(command: GateMessage, message: UserInput, duty: Duty, region: str) -> bool:
    """Whether it is a command with all that belongs to it: `find asha`, and no name that begins like one."""
    if command.word == SCAN:
        return any(scan.simulate or scan.direction == OUT for scan in command.scans)
    if command.word == UNDO:
        return not command.rest
    if command.word == COUNT:
        return command.people is not None
    if not command.rest and not command.scans:
        return command.word in _ALONE
    first = understanding.plain(message.text).split(maxsplit=1)[0]
    return first not in current().words("gate_words.also_names") and _has_arguments(command, duty, region)


def _has_arguments(command: GateMessage, duty: Duty, region: str) -> bool:
    if command.word == FIND:
        return bool(looked_for(command.rest, region)) or gate_codes.is_code(command.rest)
    if command.word == GATE_COMMAND:
        return bool(named_gate(command.rest, duty))
    if command.word == EVENT:
        return bool(named_event(command.rest, duty))
    return command.word in (NEW, FORCE) or (command.word == RELEASE and duty.is_supervisor)
