"""Work at the gate in the middle of a question, which is asked again afterwards."""

from dataclasses import replace

from flows import understanding
from flows.engine.commands import command_of
from flows.engine.progress import ASIDE, NOTHING, conclude, go_on, say
from flows.gate import codes as gate_codes
from flows.gate import menu as gate_menu
from flows.gate import parse as gate_parse
from flows.gate.commands import LARGE_COUNT, WALK_UP, hear, looked_for, named_event, named_gate, outcome
from flows.gate.parse import Heard
from flows.gate.walkup import NOT_REGISTERED
from flows.shapes import Duty, Effect, Facts, Said, Sentence, State, Turn
from flows.shapes.gate_effects import ChooseEvent
from flows.shapes.scans import OUT
from flows.understanding.vocabulary import gate as gate_vocabulary
from flows.understanding.vocabulary.gate import (
    CHECK,
    COUNT,
    EVENT,
    FIND,
    FORCE,
    GATE,
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

_ALONE = frozenset({CHECK, EVENT, FIND, FORCE, GATE, NEW, STATS, UNDO, VISITOR})
"""Commands of which the word alone is a whole one."""
_NAMES = frozenset(understanding.listed(gate_vocabulary.NAMES_TOO))


def aside(state: State, said: Said, duty: Duty, facts: Facts, *, codes: bool, work: bool) -> Turn | None:
    """Do at once what is no answer, and ask the open question again; None where it is an answer.

    Orders about entry are obeyed everywhere; codes where `codes` says so, every whole command where `work` does.
    """
    meant = hear(said) if said.form in ("text", "photo") else Heard()
    if work and command_of(said) == "menu":
        return _asked_again(state, say(*gate_menu.menu(duty)), facts)
    wanted = meant.word in (PAUSE, RESUME) or (meant.word == SIGN_IN and not meant.rest)
    wanted = wanted or (codes and (meant.word == UNCLEAR or _is_of_codes(meant, said)))
    wanted = wanted or (work and _is_whole(meant, said, duty, facts.region) and not _answers(state, meant))
    if not wanted:
        return None
    done = outcome(meant, (said,), duty, facts)
    if meant.word in (NEW, VISITOR):
        return conclude(state, done, facts)
    if state.flow == WALK_UP and any(isinstance(effect, ChooseEvent) for effect in done):
        return conclude(state, (*done, *say(NOT_REGISTERED)), facts)
    effects = tuple(effect for effect in done if isinstance(effect, Effect))
    if not effects and meant.word == COUNT:
        effects = say(Sentence(gate_menu.COUNT_LATER.source, {"most": LARGE_COUNT}))
    return _asked_again(state, effects, facts) if effects else None


def _asked_again(state: State, effects: tuple[Effect, ...], facts: Facts) -> Turn:
    """The question after what was done; a refusal of that leaves the conversation as it is."""
    return replace(go_on(state, facts, effects, NOTHING), flow=ASIDE, answers={})


def _is_of_codes(meant: Heard, said: Said) -> bool:
    if meant.word == FORCE:
        return bool(said.codes) or any(gate_codes.is_code(scan.text) for scan in meant.scans)
    return meant.word == SCAN and (bool(said.codes) or gate_parse.whole_codes(said.text))


def _is_whole(meant: Heard, said: Said, duty: Duty, region: str) -> bool:
    """Whether it is a command with all that belongs to it: `find asha`, and no name that begins like one."""
    if meant.word == SCAN:
        return any(scan.simulate or scan.direction == OUT for scan in meant.scans)
    if meant.word == UNDO:
        return not meant.rest
    if meant.word == COUNT:
        return meant.people is not None
    if not meant.rest and not meant.scans:
        return meant.word in _ALONE
    first = understanding.plain(said.text).split(maxsplit=1)[0]
    return first not in _NAMES and _has_its_rest(meant, duty, region)


def _has_its_rest(meant: Heard, duty: Duty, region: str) -> bool:
    if meant.word == FIND:
        return bool(looked_for(meant.rest, region)) or gate_codes.is_code(meant.rest)
    if meant.word == GATE:
        return bool(named_gate(meant.rest, duty))
    if meant.word == EVENT:
        return bool(named_event(meant.rest, duty))
    return meant.word in (NEW, FORCE) or (meant.word == RELEASE and duty.is_supervisor)


def _answers(state: State, meant: Heard) -> bool:
    """Whether it may be the name of a kind of pass."""
    return state.asked == "kind" and meant.word == VISITOR
