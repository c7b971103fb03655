"""The engine: from a state, what was said and the facts to the next state and effects.

Nothing here knows a flow by name but through the catalogue, and nothing here does anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows import understanding
from flows.engine import filled_forms, gate_messages, rasa_forms
from flows.engine.catalogue import BEGUN_BY, FLOWS, HOME, INTERRUPTING, VISITING, entrance
from flows.engine.commands import (
    accept_invitation,
    ask_whether_meant,
    begin_by_command,
    command_of,
    event_greeted,
    repeated,
    run_command,
    start_conversation,
    visit,
)
from flows.engine.progress import (
    INTERRUPTION,
    NO_STEP,
    advance,
    ask,
    begin,
    conclude,
    idle,
    migrated,
    record_answer,
    resume,
    reworded,
    say,
    without_answer,
)
from flows.engine.spoken_languages import spoken
from flows.engine.state_codec import flows_of, revive, to_json
from flows.engine.submit import Submitted, submit
from flows.fields import DOUBTED, Choice, Text
from flows.fields.choice import further_options
from flows.fields.steps import questions_of, steps_of
from flows.shapes import (
    FILLED_FORM,
    Effect,
    Facts,
    Flow,
    Invalid,
    Option,
    ResumeMessages,
    Say,
    Sentence,
    Start,
    State,
    Step,
    Turn,
    UserInput,
)
from flows.text import phrases, sentence_for
from flows.text.sentences import in_every_language
from flows.understanding import intents
from flows.understanding.intents import STOP
from flows.visitor import join_team, place_offer
from flows.visitor.confirm_intent import NAME as UNSURE
from flows.visitor.undelivered import proof

__all__ = ["MAX_REFUSALS", "Submitted", "refuse", "revive", "step", "step_late", "submit", "to_json"]

NEGATIVE_CODES = frozenset({"not_agreed", "not_read_out", "type_it", "name_or_answer"})
"""Raised by a no that is understood: it does not count as an unusable answer."""
MAX_REFUSALS = 4
"""How many refusals one turn may meet before that is a bug: each sends the person to another step."""
TRIES_BEFORE_EXAMPLE = 3
"""Unusable answers to one question after which an example is given."""


def step(state: State, message: UserInput, facts: Facts, *, restarted: bool = False) -> Turn:
    """The turn that this message makes. `restarted`: what was kept could not be read (see revive)."""
    with spoken(state, facts, message.text):
        return _step(state, message, facts, restarted=restarted)


def _step(state: State, message: UserInput, facts: Facts, *, restarted: bool) -> Turn:
    turn = (_at_gate if _is_gates(state, facts) else _of_visitor)(state, message, facts)
    if restarted and not state.stopped:
        turn = _prepend(turn, say(phrases.BEGUN_AGAIN))
    return _complete(turn)


def _is_gates(state: State, facts: Facts) -> bool:
    """Whether the message may be about work at a gate: what a visitor says never comes there."""
    return facts.on_roster or not gate_messages.STAFF_ONLY.isdisjoint(flows_of(state))


def _of_visitor(state: State, said: UserInput, facts: Facts) -> Turn:
    state = migrated(state.but(language=state.language or facts.person.language), facts)
    if _is_stopped(state, facts):
        return _step_while_stopped(state, said, facts)
    return _prepend(_handle(state, said, facts), _resume_effects(said, facts))


def _at_gate(before: State, said: UserInput, facts: Facts) -> Turn:
    state = gate_messages.without_staff_flows(before, facts)
    state = migrated(state.but(language=state.language or facts.person.language), facts)
    if _is_stopped(state, facts) and not gate_messages.is_gate_work(said, facts):
        return _step_while_stopped(state, said, facts)
    turn = gate_messages.finish_turn(state, _handle(state, said, facts), said, facts)
    return _prepend(turn, (*gate_messages.off_duty_answer(before, said, facts), *_resume_effects(said, facts)))


def refuse(before: State, after: Turn, code: str, params: Mapping[str, Any], facts: Facts) -> Turn:
    """The turn to take instead of `after`, whose effects the rules refused; `before` is the state it came from.

    Says why, and goes where the flow of the refused effects says.
    """
    with spoken(before, facts):
        turn = _refused(before, after, code, params, facts)
        return _complete(gate_messages.finish_turn(before, turn, UserInput(), facts) if facts.on_roster else turn)


def _refused(before: State, after: Turn, code: str, params: Mapping[str, Any], facts: Facts) -> Turn:
    told = say(sentence_for(code, **params))
    if after.flow == INTERRUPTION:
        return advance(migrated(before.but(language=after.state.language), facts), facts, told, NO_STEP)
    flow = FLOWS.get(after.flow)
    if flow is None:
        return Turn(idle(after.state), told)
    under, language = _interrupted_state(before, flow), after.state.language
    state = State(flow.name, flow.version, after.answers, language=language, under=under)
    way = flow.refused.get(code)
    if callable(way):
        return conclude(state, way(code, params, after.answers, facts), facts, told)
    if way is None:
        return resume(state, facts, told)
    kept = without_answer(flow, after.answers, facts, way, before.asked if before.flow == flow.name else "")
    return advance(state.but(answers=kept), facts, told, NO_STEP)


def _interrupted_state(before: State, flow: Flow) -> Mapping[str, Any] | None:
    """The conversation that goes on after a flow, one message of which was refused; `before` is what it came from."""
    if before.flow == flow.name or (flow.name in INTERRUPTING and before.flow in INTERRUPTING):
        return before.under
    return to_json(before.but(under=None)) if flow.name in INTERRUPTING and before.flow else None


def step_late(state: State, facts: Facts) -> Turn:
    """The turn for a message that was found after a newer one was taken: it answers nothing any more.

    Whoever has stopped our messages meanwhile is not written to.
    """
    with spoken(state, facts):
        return _step_late(state, facts)


def _step_late(state: State, facts: Facts) -> Turn:
    state = gate_messages.without_staff_flows(state, facts) if _is_gates(state, facts) else state
    state = state.but(language=state.language or facts.person.language)
    if _is_stopped(state, facts):
        return Turn(state, ())
    if state.flow:
        return _complete(repeated(migrated(state, facts), facts, phrases.LATE_MESSAGE))
    return _complete(Turn(state, say(phrases.LATE_MESSAGE_ALONE)))


# --- stopped ------------------------------------------------------------------------------------


def _is_stopped(state: State, facts: Facts) -> bool:
    return state.stopped or (not state.flow and facts.duty is None and facts.person.stopped)


def _resume_effects(message: UserInput, facts: Facts) -> tuple[Effect, ...]:
    """Ends a stop that Twilio or WhatsApp reported, after `start` or a greeting in the middle of a conversation."""
    return (ResumeMessages(),) if _resumes_messages(message, facts) and facts.person.stopped else ()


def _resumes_messages(message: UserInput, facts: Facts) -> bool:
    """Whether it takes back a stop: `start`, a greeting, a greeting with an event's name, an accepted invitation."""
    said = command_of(message) in ("start", "hi") or join_team.invitation(message)
    return bool(said or event_greeted(message, facts))


def _step_while_stopped(state: State, message: UserInput, facts: Facts) -> Turn:
    """A turn after `stop`: only `start` or a greeting ends it."""
    state = idle(state).but(stopped=True)
    word = command_of(message)
    if _resumes_messages(message, facts):
        back_again = (ResumeMessages(), *say(phrases.RESUMED))
        return _prepend(_handle(idle(state), message, facts), back_again)
    if word == "help":
        return Turn(state, say(phrases.STILL_STOPPED, phrases.HELP))
    return Turn(state, say(phrases.STOPPED if word == "stop" else phrases.STILL_STOPPED))


# --- a message ----------------------------------------------------------------------------------


def _handle(state: State, message: UserInput, facts: Facts) -> Turn:
    if invited := join_team.invitation(message):
        return accept_invitation(state, invited, facts)
    if message.form == FILLED_FORM and (facts.duty is None or filled_forms.is_open(state, message)):
        return filled_forms.take(state, message, facts)
    at_gate = gate_messages.handle(state, message, facts) if facts.on_roster else None
    if at_gate is not None:
        return at_gate
    slug = event_greeted(message, facts)
    if slug:
        return visit(state, slug, facts)
    if proving := proof(message, facts, asked=bool(state.flow)):
        return _handle_interruption(state, proving, facts)
    if state.flow in ("", HOME) and state.under is None:
        state = place_offer.offered(state, facts)
    if not state.flow:
        return start_conversation(state, message, facts)
    step = _open_step(state, facts)
    word = command_of(message)
    turn = None if word != STOP and _is_a_choice(state, step, message, facts) else run_command(state, step, word, facts)
    if (
        turn is None
        and step
        and isinstance(step.field, Text)
        and message.form == "text"
        and intents.read(message.text).addressed
    ):
        turn = ask_whether_meant(state, message, facts)
    if turn is not None:
        return turn
    if step is None:
        return repeated(state, facts, phrases.CHANGED)
    if message.form == "choice" and not _belongs(message, step, state, facts):
        return (
            _answer_question_below(state, message, facts)
            if state.flow == UNSURE
            else repeated(state, facts, phrases.OLD_TAP)
        )
    return _answer(state, step, message, facts)


def _handle_interruption(state: State, effects: tuple[Effect, ...], facts: Facts) -> Turn:
    """Something is done that is no part of the conversation, which goes on."""
    if not state.flow:
        return Turn(idle(state), effects)
    return replace(advance(state, facts, effects, NO_STEP), flow=INTERRUPTION)


def _is_a_choice(state: State, step: Step | None, message: UserInput, facts: Facts) -> bool:
    """Whether the words are the name of one of the choices that stand open: then they are no command.

    The menu's are called as the commands that they are.
    """
    if step is None or state.flow == HOME or not isinstance(step.field, Choice) or message.form != "text":
        return False
    return step.field.place_of(message.text, step.field.known(state.answers, facts)) is not None


def _answer_question_below(state: State, message: UserInput, facts: Facts) -> Turn:
    """Leaves a question about a wish unanswered: the words are for the question below it."""
    below, unreadable = revive(state.under)
    beneath = idle(state) if state.under is None or unreadable else below.but(language=state.language, under=None)
    return _handle(migrated(beneath, facts), message, facts)


def _open_step(state: State, facts: Facts) -> Step | None:
    """The step whose question stands open; None where the flow does not ask it any more."""
    steps = steps_of(FLOWS[state.flow], state.answers, facts)
    return next((step for step in steps if step.name == state.asked and step.name not in state.answers), None)


# --- answers ------------------------------------------------------------------------------------


def _belongs(message: UserInput, step: Step, state: State, facts: Facts) -> bool:
    """Whether a tap was made on the question that stands open."""
    if message.tapped_on:
        return message.tapped_on == step.name
    ids = [option.id for option in _options(step, state, facts)]
    return message.choice in ids or further_options(message.choice, len(ids)) > 0


def _options(step: Step, state: State, facts: Facts) -> tuple[Option, ...]:
    return step.field.options(step.field.known(state.answers, facts))


def _answer(state: State, step: Step, message: UserInput, facts: Facts) -> Turn:
    flow = FLOWS[state.flow]
    if message.form == "choice" and (first := further_options(message.choice, len(_options(step, state, facts)))):
        return ask(state, step, facts, first=first)
    try:
        value = _validate(flow, state, step, message, facts)
    except Invalid as no:
        return _ask_again(state, step, message, no, facts)
    text = understanding.cleaned(message.text) if message.form == "text" else ""
    answers, effects = record_answer(state, facts, step, value, text)
    language = value if step.name == "language" else state.language
    return advance(state.but(answers=answers, language=language), facts, effects, step.name)


def _validate(flow: Flow, state: State, step: Step, message: UserInput, facts: Facts) -> Any:
    questions = questions_of(flow, state.answers, facts)
    question = next((question for question in questions if question.name == step.name), None)
    return rasa_forms.validate(flow, step.name, message, step.field.known(state.answers, facts), question)


def _ask_again(state: State, step: Step, message: UserInput, no: Invalid, facts: Facts) -> Turn:
    """Why the answer cannot be used, and the question again; it may be no answer but something else."""
    if state.flow == UNSURE:
        return _answer_question_below(state, message, facts)
    beginning = _other_meaning(state, message, facts)
    if beginning is not None:
        return beginning
    tries = state.tries + (no.code not in NEGATIVE_CODES)
    notes = [sentence_for(no.code, **no.params)]
    if tries >= TRIES_BEFORE_EXAMPLE and no.code not in NEGATIVE_CODES:
        notes += [*_example(step), phrases.ASK_HELP]
    doubted = {DOUBTED: no.params[DOUBTED]} if DOUBTED in no.params else {}
    return repeated(state.but(tries=tries, answers={**state.answers, **doubted}), facts, *notes)


def _example(step: Step) -> tuple[Sentence, ...]:
    """An answer that would do. Choices stand below as they are: a number would fit no button."""
    if step.example is None or isinstance(step.field, Choice):
        return ()
    return (Sentence(phrases.EXAMPLE.source, {"example": step.example}),)


def _other_meaning(state: State, message: UserInput, facts: Facts) -> Turn | None:
    """The turn for words that are no answer: a wish that must be asked about, or in the menu a new conversation."""
    asked = ask_whether_meant(state, message, facts) if message.form == "text" else None
    return asked or _new_beginning(state, message, facts)


def _new_beginning(state: State, message: UserInput, facts: Facts) -> Turn | None:
    if state.flow != HOME or state.under is not None or message.form != "text":
        return None
    text = understanding.cleaned(message.text)[: understanding.MAX_GUESS_LENGTH]
    word = understanding.near_command(text)
    if word in BEGUN_BY and BEGUN_BY[word] != HOME:
        return begin_by_command(state, BEGUN_BY[word], facts)
    start = Start(VISITING) if understanding.wants_to_register(text) else entrance(text, facts, state.language)
    return None if start.flow == HOME else begin(idle(state), start, facts, text)


# --- the whole turn -----------------------------------------------------------------------------


def _prepend(turn: Turn, effects: tuple[Effect, ...]) -> Turn:
    return Turn(turn.state, (*effects, *turn.effects), turn.flow, turn.answers)


def _complete(turn: Turn) -> Turn:
    """The turn with at least one sentence, and in every language for somebody whose language is not known."""
    if not any(isinstance(effect, Say) and effect.paragraphs for effect in turn.effects):
        turn = _prepend(turn, say(phrases.DONE))
    return turn if turn.state.language else reworded(turn, in_every_language)
