"""Progress through a flow: begin, ask the next question, go back, end.

Each function gives the Turn as far as it has come. The rule of all: the next step is the first
applicable one without an answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flows.engine.catalogue import FLOWS, INTERRUPTING
from flows.engine.state_codec import revive
from flows.fields import DOUBTED, accept
from flows.fields.steps import answer_line, next_step, questions_of, steps_of
from flows.gate.commands import AS_VISITOR_KEY
from flows.shapes import (
    Answers,
    Effect,
    Facts,
    Flow,
    Invalid,
    Outcome,
    Say,
    Sentence,
    Start,
    State,
    Step,
    StopMessages,
    Turn,
    UserInput,
)
from flows.text import joined, sentence_for
from flows.text.phrases import LEFT_BEHIND, NOT_NOTED, NOTED, NOTHING_BEFORE
from flows.understanding import labelled_forms

FIRST_WORDS = "first words"
"""Among the answers: the words that began the flow, kept until the event that they speak of is known."""
INFERRED_STEPS = "taken by the way"
"""Among the answers: the steps that were answered by other words than an answer, until the next answer comes."""
EXPENDABLE_ANSWERS = frozenset({"language", "event", FIRST_WORDS, INFERRED_STEPS, DOUBTED, AS_VISITOR_KEY})
"""Answers that nobody misses when a conversation is left: they are known, or asked in a word."""
INTERRUPTION = "\0aside"
"""Given as the flow of a turn in which something was done that is no part of the conversation that goes on."""
NO_STEP = "\0"
"""Given as the step after which answers are looked at again: none of them is."""


def say(*paragraphs: Sentence) -> tuple[Say, ...]:
    """The paragraphs as effects; nothing where there are none."""
    return (Say(paragraphs),) if paragraphs else ()


def reworded(turn: Turn, how: Callable[[Sentence], Sentence]) -> Turn:
    """The turn with what it says put in another way."""
    effects = (
        replace(effect, paragraphs=tuple(map(how, effect.paragraphs))) if isinstance(effect, Say) else effect
        for effect in turn.effects
    )
    return replace(turn, effects=tuple(effects))


def idle(state: State) -> State:
    """The state of somebody with whom nothing is going on."""
    return State(language=state.language)


def begin(state: State, start: Start, facts: Facts, text: str = "", before: tuple[Effect, ...] = ()) -> Turn:
    """Begin a flow; the words that led to it answer whatever of it they answer beyond doubt.

    What `state` says of a conversation below this one is kept. `before` are effects that come first.
    """
    flow = FLOWS[start.flow]
    language = state.language or facts.person.language
    answers: Answers = {**_language_known(flow, language), **start.answers}
    fresh = State(flow.name, flow.version, answers, language=language, under=state.under)
    if flow.instead(answers, facts):
        return advance(fresh, facts, before)
    answers, effects = infer_answers(flow, answers, text, facts)
    answers = {**answers, **_event_known(flow, answers, facts)}
    if text and flow.questions_before and "event" not in answers:
        answers = {**answers, FIRST_WORDS: text}
    opening = say(*flow.opening(answers, facts))
    return advance(fresh.but(answers=answers), facts, (*before, *opening, *effects))


def _language_known(flow: Flow, language: str | None) -> Answers:
    asks = flow.name not in INTERRUPTING and any(step.name == "language" for step in flow.steps)
    return {"language": language} if asks and language else {}


def _event_known(flow: Flow, answers: Answers, facts: Facts) -> Answers:
    """The event of a conversation that can be about one only: it stays that one, whatever comes of it meanwhile."""
    step = next((step for step in flow.steps if step.name == "event"), None)
    given = step.given(answers, facts) if step and "event" not in answers else None
    return {} if given is None else {"event": given}


def infer_answers(flow: Flow, answers: Answers, text: str, facts: Facts) -> tuple[Answers, tuple[Effect, ...]]:
    """The answers with those that the text gives beyond doubt; the effects that those entail, and what was taken.

    No conversation ends with what was said by the way: then nothing is taken.
    """
    effects: tuple[Effect, ...] = ()
    before, taken, passed = answers, list[Step](), set[str]()
    steps = steps_of(flow, answers, facts) if text else ()
    while step := next((candidate for candidate in steps if candidate.name not in passed), None):
        passed.add(step.name)
        if step.name in answers:
            continue
        given = step.given(answers, facts)
        value = _infer_answer(flow, step, text, answers, facts) if given is None else given
        if value is not None:
            answers = {**answers, step.name: value}
            steps = steps_of(flow, answers, facts)
            effects += step.after(answers, facts) if given is None else ()
            taken += [step] if given is None and step.label and not _wrong_with(step, answers, facts) else []
    if not taken:
        return answers, effects
    if _next(flow, answers, facts)[1] is None:
        return before, ()
    return {**answers, INFERRED_STEPS: [step.name for step in taken]}, (
        *effects,
        *say(_inferred_summary(taken, answers, facts)),
    )


def _inferred_summary(inferred: Sequence[Step], answers: Answers, facts: Facts) -> Sentence:
    """Reads back what was taken, so that a mistake is seen at once."""
    return Sentence(NOTED.source, {"noted": joined(*(answer_line(step, answers, facts) for step in inferred))})


def record_answer(state: State, facts: Facts, step: Step, value: Any, text: str) -> tuple[Answers, tuple[Effect, ...]]:
    """The answers with this one and whatever else is said with it; the effects that those entail.

    `text` is what was typed; empty where nothing was. The words that began the flow count once the event is known.
    """
    flow = FLOWS[state.flow]
    answers: Answers = {
        name: known for name, known in state.answers.items() if name not in (INFERRED_STEPS, DOUBTED)
    } | {step.name: value}
    effects = (*step.after(answers, facts), *say(*step.heard(text, value)))
    for words in (str(answers.get(FIRST_WORDS, "")), "" if text == value else text):
        if "event" in answers or not flow.questions_before:
            kept = {name: known for name, known in answers.items() if name != FIRST_WORDS}
            answers, more = infer_answers(flow, kept, words, facts)
            effects += more
    return answers, effects


def _infer_answer(flow: Flow, step: Step, text: str, answers: Answers, facts: Facts) -> Any:
    """The answer to a step in a longer text: behind its label in a form, else where the field finds it; or None."""
    known = step.field.known(answers, facts)
    form = labelled_forms.read(text, [question.name for question in questions_of(flow, answers, facts)])
    if step.name not in form:
        return step.field.find(text, known)
    try:
        return accept(step.field, UserInput(form[step.name]), known)
    except Invalid:
        return None


def advance(state: State, facts: Facts, effects: tuple[Effect, ...] = (), since: str = "") -> Turn:
    """Ask the next question, or end the flow.

    Answers to steps later than `since` were given before it was answered: the first of them that holds
    no longer is asked again, with the reason. `since` empty: all are looked at; NO_STEP: none.
    """
    flow = FLOWS[state.flow]
    instead = flow.instead(state.answers, facts)
    if instead:
        return conclude(state, instead, facts, effects)
    answers, step, reasons = _next(flow, state.answers, facts, since)
    state = state.but(answers=answers)
    if step is None:
        return conclude(state, flow.finish(answers, facts, state.language or "en"), facts, effects)
    return ask(state, step, facts, (*effects, *say(*reasons)))


def _next(
    flow: Flow, answers: Answers, facts: Facts, since: str = NO_STEP
) -> tuple[Answers, Step | None, tuple[Sentence, ...]]:
    """The step to ask, with the answers that the facts give for steps before it, and why it is asked again.

    Answers beyond that step wait until it is answered: what it says may decide whether they hold.
    """
    kept, passed, look = dict(answers), set[str](), not since
    while step := next_step(flow, kept, facts, passed):
        if step.name not in kept:
            given = step.given(kept, facts)
            if given is None:
                return kept, step, ()
            kept[step.name] = given
        elif look and (reason := _wrong_with(step, kept, facts)):
            del kept[step.name]
            return kept, step, (reason,)
        passed.add(step.name)
        look = look or step.name == since
    return kept, None, ()


def _wrong_with(step: Step, answers: Answers, facts: Facts) -> Sentence | None:
    """Why the kept answer to a step holds no longer; None where it does."""
    try:
        step.field.check(answers[step.name], step.field.known(answers, facts))
    except Invalid as no:
        return sentence_for(no.code, **no.params)
    return None


def ask(state: State, step: Step, facts: Facts, effects: tuple[Effect, ...] = (), first: int = 0) -> Turn:
    """Ask a step's question, a long list from this option on; the tries are forgotten unless it stood open already."""
    answers = {**state.answers, **step.noted(state.answers, facts)}
    paragraphs = (step.ask,) if isinstance(step.ask, Sentence) else step.ask(answers, facts)
    options = step.field.options(step.field.known(answers, facts))
    tries = state.tries if state.asked == step.name else 0
    asked = Say(paragraphs, options, step.name, first)
    asking = state.but(answers=answers, asked=step.name, tries=tries)
    return Turn(asking, (*effects, asked), state.flow, answers)


def conclude(state: State, outcome: Outcome, facts: Facts, effects: tuple[Effect, ...] = ()) -> Turn:
    """End a flow with what it came to: another flow, the conversation below it, or rest.

    Whoever wants no more messages ends all that is going on.
    """
    done = (*effects, *(effect for effect in outcome if not isinstance(effect, Start)))
    start = next((effect for effect in outcome if isinstance(effect, Start)), None)
    if any(isinstance(effect, StopMessages) for effect in outcome):
        return Turn(idle(state).but(stopped=True), done, state.flow, state.answers)
    if start is None:
        turn = resume(state, facts, done)
    elif start.flow == state.flow:
        turn = advance(state.but(answers=start.answers), facts, done)
    elif start.flow in INTERRUPTING and state.flow in INTERRUPTING:
        known = {"under": state.under["flow"]} if state.under else {}
        start = replace(start, answers={**start.answers, **known})
        turn = begin(idle(state).but(under=state.under), start, facts, before=done)
    else:
        turn = begin(idle(state), start, facts, before=(*done, *abandoned_notice(revive(state.under)[0])))
    wrote = any(not isinstance(effect, Say) for effect in done)
    return replace(turn, flow=state.flow, answers=state.answers) if wrote else turn


def abandoned_notice(state: State) -> tuple[Say, ...]:
    """Says that another conversation was left; nothing where it had no answers yet."""
    beneath = revive(state.under)[0] if state.flow in INTERRUPTING else state
    return say(LEFT_BEHIND) if set(beneath.answers) - EXPENDABLE_ANSWERS else ()


def resume(state: State, facts: Facts, effects: tuple[Effect, ...] = ()) -> Turn:
    """Go on with the conversation below this one, else rest."""
    below, unreadable = revive(state.under)
    if state.under is None or unreadable or not below.flow:
        return Turn(idle(state), effects, state.flow, state.answers)
    return advance(migrated(below.but(language=state.language, under=None), facts), facts, effects, NO_STEP)


def migrated(state: State, facts: Facts) -> State:
    """The state under the present version of its flow: without the first answer that holds no longer.

    The open question stays open only if it is still the next one.
    """
    if not state.flow or state.version == FLOWS[state.flow].version:
        return state
    flow = FLOWS[state.flow]
    answers, step, _ = _next(flow, state.answers, facts, since="")
    asked = state.asked if step and step.name == state.asked else ""
    return state.but(version=flow.version, answers=answers, asked=asked)


def back(state: State, facts: Facts) -> Turn:
    """Ask the question before the open one again, or the open one where there is none before.

    What was taken by the way with the last message goes first.
    """
    flow = FLOWS[state.flow]
    if INFERRED_STEPS in state.answers:
        dropped = {INFERRED_STEPS, *map(str, state.answers[INFERRED_STEPS])}
        kept = {name: known for name, known in state.answers.items() if name not in dropped}
        return advance(state.but(answers=kept), facts, say(NOT_NOTED), NO_STEP)
    answers = _without_last(flow, state, facts)
    if answers is not None:
        return advance(state.but(answers=answers, asked=""), facts, since=NO_STEP)
    if state.under is not None:
        return resume(state, facts)
    return advance(state, facts, say(NOTHING_BEFORE), NO_STEP)


def _without_last(flow: Flow, state: State, facts: Facts) -> Answers | None:
    """The answers without the last that somebody gave before the open question; None: there is none.

    What the facts gave after that goes too, for it may have followed from it.
    """
    answers: dict[str, Any] = dict(state.answers)
    for step in reversed(_before(steps_of(flow, answers, facts), state.asked)):
        if step.name not in answers:
            continue
        given = step.given(answers, facts) is not None
        del answers[step.name]
        if not given and not step.once:
            return answers
    return None


def _before(steps: tuple[Step, ...], asked: str) -> tuple[Step, ...]:
    names = [step.name for step in steps]
    return steps[: names.index(asked)] if asked in names else steps


def without_answer(flow: Flow, answers: Answers, facts: Facts, wrong: str, just_given: str) -> Mapping[str, Any]:
    """The answers without one that was refused, and without the one just given if that comes later."""
    names = [step.name for step in steps_of(flow, answers, facts)]
    later = just_given in names and wrong in names and names.index(just_given) > names.index(wrong)
    dropped = {wrong, just_given} if later else {wrong}
    return {name: value for name, value in answers.items() if name not in dropped}
