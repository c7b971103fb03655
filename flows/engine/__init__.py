"""The engine: from a state, what was said and the facts to the next state and effects.

Nothing here knows a flow by name but through the catalogue, and nothing here does anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows import understanding
from flows.engine import gate_messages, rasa_forms
from flows.engine.catalogue import BEGUN_BY, FLOWS, HOME, INTERRUPTING, VISITING, entrance
from flows.engine.commands import (
    ask_whether_meant,
    at_rest,
    begin_by_command,
    command_of,
    event_greeted,
    obey,
    repeated,
    visit,
)
from flows.engine.progress import (
    ASIDE,
    NOTHING,
    answered,
    begin,
    come_back,
    conclude,
    go_on,
    idle,
    renewed,
    say,
    without,
)
from flows.engine.state_codec import revive, to_json
from flows.engine.submit import Submitted, submit
from flows.fields import DOUBTED, Choice, Text
from flows.fields.steps import questions_of, steps_of
from flows.shapes import (
    Effect,
    Facts,
    Flow,
    Invalid,
    ResumeMessages,
    Said,
    Say,
    Sentence,
    Start,
    State,
    Step,
    Turn,
)
from flows.text import phrases, sentence_for
from flows.text.sentences import for_anybody
from flows.understanding import intents
from flows.understanding.intents import STOP
from flows.visitor.confirm_intent import NAME as UNSURE
from flows.visitor.undelivered import proof

__all__ = ["Submitted", "late", "refuse", "revive", "submit", "take", "to_json"]

A_NO = frozenset({"not_agreed", "not_read_out", "type_it", "name_or_answer"})
"""Raised by a no that is understood: it does not count as an unusable answer."""
PATIENCE = 3
"""Unusable answers to one question after which an example is given."""


def take(state: State, said: Said, facts: Facts, *, restarted: bool = False) -> Turn:
    """The turn that this message makes. `restarted`: what was kept could not be read (see revive)."""
    turn = (_at_gate if _is_gates(state, facts) else _of_visitor)(state, said, facts)
    if restarted and not state.stopped:
        turn = _with(turn, say(phrases.BEGUN_AGAIN))
    return _answered(turn)


def _is_gates(state: State, facts: Facts) -> bool:
    """Whether the message may be about work at a gate: what a visitor says never comes there."""
    return facts.on_roster or not gate_messages.STAFF_ONLY.isdisjoint(gate_messages.flows_of(state))


def _of_visitor(state: State, said: Said, facts: Facts) -> Turn:
    state = renewed(state.but(language=state.language or facts.person.language), facts)
    if _is_stopped(state, facts):
        return _stopped(state, said, facts)
    return _with(_heard(state, said, facts), _lifted(said, facts))


def _at_gate(before: State, said: Said, facts: Facts) -> Turn:
    state = gate_messages.released(before, facts)
    state = renewed(state.but(language=state.language or facts.person.language), facts)
    if _is_stopped(state, facts) and not gate_messages.works(said, facts):
        return _stopped(state, said, facts)
    turn = gate_messages.finished(state, _heard(state, said, facts), said, facts)
    return _with(turn, (*gate_messages.not_working(before, said, facts), *_lifted(said, facts)))


def refuse(before: State, after: Turn, code: str, params: Mapping[str, Any], facts: Facts) -> Turn:
    """The turn to take instead of `after`, whose effects the rules refused; `before` is the state it came from.

    Says why, and goes where the flow of the refused effects says.
    """
    turn = _refused(before, after, code, params, facts)
    return _answered(gate_messages.finished(before, turn, Said(), facts) if facts.on_roster else turn)


def _refused(before: State, after: Turn, code: str, params: Mapping[str, Any], facts: Facts) -> Turn:
    told = say(sentence_for(code, **params))
    if after.flow == ASIDE:
        return go_on(renewed(before.but(language=after.state.language), facts), facts, told, NOTHING)
    flow = FLOWS.get(after.flow)
    if flow is None:
        return Turn(idle(after.state), told)
    under, language = _beneath(before, flow), after.state.language
    state = State(flow.name, flow.version, after.answers, language=language, under=under)
    way = flow.refused.get(code)
    if callable(way):
        return conclude(state, way(code, params, after.answers, facts), facts, told)
    if way is None:
        return come_back(state, facts, told)
    kept = without(flow, after.answers, facts, way, before.asked if before.flow == flow.name else "")
    return go_on(state.but(answers=kept), facts, told, NOTHING)


def _beneath(before: State, flow: Flow) -> Mapping[str, Any] | None:
    """The conversation that goes on after a flow, one message of which was refused; `before` is what it came from."""
    if before.flow == flow.name or (flow.name in INTERRUPTING and before.flow in INTERRUPTING):
        return before.under
    return to_json(before.but(under=None)) if flow.name in INTERRUPTING and before.flow else None


def late(state: State, facts: Facts) -> Turn:
    """The turn for a message that was found after a newer one was taken: it answers nothing any more.

    Whoever has stopped our messages meanwhile is not written to.
    """
    state = gate_messages.released(state, facts) if _is_gates(state, facts) else state
    state = state.but(language=state.language or facts.person.language)
    if _is_stopped(state, facts):
        return Turn(state, ())
    if state.flow:
        return _answered(repeated(renewed(state, facts), facts, phrases.LATE))
    return _answered(Turn(state, say(phrases.LATE_ALONE)))


# --- stopped ------------------------------------------------------------------------------------


def _is_stopped(state: State, facts: Facts) -> bool:
    return state.stopped or (not state.flow and facts.duty is None and facts.person.stopped)


def _lifted(said: Said, facts: Facts) -> tuple[Effect, ...]:
    """Ends a stop that Twilio or WhatsApp reported, after `start` or a greeting in the middle of a conversation."""
    return (ResumeMessages(),) if _lifts(said, facts) and facts.person.stopped else ()


def _lifts(said: Said, facts: Facts) -> bool:
    """Whether it takes back a stop: `start`, a greeting, a greeting with an event's name."""
    return command_of(said) in ("start", "hi") or bool(event_greeted(said, facts))


def _stopped(state: State, said: Said, facts: Facts) -> Turn:
    """A turn after `stop`: only `start` or a greeting ends it."""
    state = idle(state).but(stopped=True)
    word = command_of(said)
    if _lifts(said, facts):
        back_again = (ResumeMessages(), *say(phrases.RESUMED))
        return _with(_heard(idle(state), said, facts), back_again)
    if word == "help":
        return Turn(state, say(phrases.STILL_STOPPED, phrases.HELP))
    return Turn(state, say(phrases.STOPPED if word == "stop" else phrases.STILL_STOPPED))


# --- a message ----------------------------------------------------------------------------------


def _heard(state: State, said: Said, facts: Facts) -> Turn:
    at_gate = gate_messages.heard(state, said, facts) if facts.on_roster else None
    if at_gate is not None:
        return at_gate
    slug = event_greeted(said, facts)
    if slug:
        return visit(state, slug, facts)
    if proving := proof(said, facts, asked=bool(state.flow)):
        return _aside(state, proving, facts)
    if not state.flow:
        return at_rest(state, said, facts)
    step = _open_step(state, facts)
    word = command_of(said)
    turn = None if word != STOP and _is_a_choice(state, step, said, facts) else obey(state, step, word, facts)
    if turn is None and step and isinstance(step.field, Text) and _is_to_us(said):
        turn = ask_whether_meant(state, said, facts)
    if turn is not None:
        return turn
    if step is None:
        return repeated(state, facts, phrases.CHANGED)
    if said.form == "choice" and not _belongs(said, step, state, facts):
        return _let_be(state, said, facts) if state.flow == UNSURE else repeated(state, facts, phrases.OLD_TAP)
    return _answer(state, step, said, facts)


def _aside(state: State, done: tuple[Effect, ...], facts: Facts) -> Turn:
    """Something is done that is no part of the conversation, which goes on."""
    if not state.flow:
        return Turn(idle(state), done)
    return replace(go_on(state, facts, done, NOTHING), flow=ASIDE)


def _is_a_choice(state: State, step: Step | None, said: Said, facts: Facts) -> bool:
    """Whether the words are the name of one of the choices that stand open: then they are no command.

    The menu's are called as the commands that they are.
    """
    if step is None or state.flow == HOME or not isinstance(step.field, Choice) or said.form != "text":
        return False
    return step.field.place_of(said.text, step.field.known(state.answers, facts)) is not None


def _is_to_us(said: Said) -> bool:
    """Whether it can only be said to us, although any words would do as an answer."""
    return said.form == "text" and intents.read(said.text).addressed


def _let_be(state: State, said: Said, facts: Facts) -> Turn:
    """Leaves a question about a wish unanswered: the words are for the question below it."""
    below, unreadable = revive(state.under)
    beneath = idle(state) if state.under is None or unreadable else below.but(language=state.language, under=None)
    return _heard(renewed(beneath, facts), said, facts)


def _open_step(state: State, facts: Facts) -> Step | None:
    """The step whose question stands open; None where the flow does not ask it any more."""
    steps = steps_of(FLOWS[state.flow], state.answers, facts)
    return next((step for step in steps if step.name == state.asked and step.name not in state.answers), None)


# --- answers ------------------------------------------------------------------------------------


def _belongs(said: Said, step: Step, state: State, facts: Facts) -> bool:
    """Whether a tap was made on the question that stands open."""
    if said.tapped_on:
        return said.tapped_on == step.name
    options = step.field.options(step.field.known(state.answers, facts))
    return said.choice in [option.id for option in options]


def _answer(state: State, step: Step, said: Said, facts: Facts) -> Turn:
    flow = FLOWS[state.flow]
    try:
        value = _judged(flow, state, step, said, facts)
    except Invalid as no:
        return _unusable(state, step, said, no, facts)
    text = understanding.cleaned(said.text) if said.form == "text" else ""
    answers, effects = answered(state, facts, step, value, text)
    language = value if step.name == "language" else state.language
    return go_on(state.but(answers=answers, language=language), facts, effects, step.name)


def _judged(flow: Flow, state: State, step: Step, said: Said, facts: Facts) -> Any:
    questions = questions_of(flow, state.answers, facts)
    question = next((question for question in questions if question.name == step.name), None)
    return rasa_forms.judge(flow, step.name, said, step.field.known(state.answers, facts), question)


def _unusable(state: State, step: Step, said: Said, no: Invalid, facts: Facts) -> Turn:
    """Why the answer cannot be used, and the question again; it may be no answer but something else."""
    if state.flow == UNSURE:
        return _let_be(state, said, facts)
    beginning = _something_else(state, said, facts)
    if beginning is not None:
        return beginning
    tries = state.tries + (no.code not in A_NO)
    notes = [sentence_for(no.code, **no.params)]
    if tries >= PATIENCE and no.code not in A_NO:
        notes += [*_example(step), phrases.ASK_HELP]
    doubted = {DOUBTED: no.params[DOUBTED]} if DOUBTED in no.params else {}
    return repeated(state.but(tries=tries, answers={**state.answers, **doubted}), facts, *notes)


def _example(step: Step) -> tuple[Sentence, ...]:
    """An answer that would do. Choices stand below as they are: a number would fit no button."""
    if step.example is None or isinstance(step.field, Choice):
        return ()
    return (Sentence(phrases.EXAMPLE.source, {"example": step.example}),)


def _something_else(state: State, said: Said, facts: Facts) -> Turn | None:
    """The turn for words that are no answer: a wish that must be asked about, or in the menu a new conversation."""
    asked = ask_whether_meant(state, said, facts) if said.form == "text" else None
    return asked or _new_beginning(state, said, facts)


def _new_beginning(state: State, said: Said, facts: Facts) -> Turn | None:
    if state.flow != HOME or state.under is not None or said.form != "text":
        return None
    text = understanding.cleaned(said.text)[: understanding.LONGEST]
    word = understanding.near_command(text)
    if word in BEGUN_BY and BEGUN_BY[word] != HOME:
        return begin_by_command(state, BEGUN_BY[word], facts)
    start = Start(VISITING) if understanding.wants_to_register(text) else entrance(text, facts, state.language)
    return None if start.flow == HOME else begin(idle(state), start, facts, text)


# --- the whole turn -----------------------------------------------------------------------------


def _with(turn: Turn, effects: tuple[Effect, ...]) -> Turn:
    return Turn(turn.state, (*effects, *turn.effects), turn.flow, turn.answers)


def _answered(turn: Turn) -> Turn:
    """The turn with at least one sentence, and in every language for somebody whose language is not known."""
    if not any(isinstance(effect, Say) and effect.paragraphs for effect in turn.effects):
        turn = _with(turn, say(phrases.DONE))
    return turn if turn.state.language else replace(turn, effects=tuple(map(_in_all, turn.effects)))


def _in_all(effect: Effect) -> Effect:
    if not isinstance(effect, Say):
        return effect
    return replace(effect, paragraphs=tuple(map(for_anybody, effect.paragraphs)))
