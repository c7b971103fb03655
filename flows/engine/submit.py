"""Submits a form: answers of a whole page, judged by the same fields as in the chat."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.engine import rasa_forms
from flows.engine.spoken_languages import understood
from flows.fields import SKIPPED
from flows.fields.steps import next_step, questions_of, steps_of
from flows.shapes import Answers, Effect, Facts, Flow, Invalid, Outcome, Say, Step, UserInput


@dataclass(frozen=True, slots=True)
class Submitted:
    """The result of a form."""

    values: Answers
    """Every answer that can be used: those known before that still hold, and those given now."""
    errors: Mapping[str, Invalid] = field(default_factory=dict)
    """By slot: why an answer cannot be used, or does not hold any more."""
    missing: tuple[str, ...] = ()
    """The steps that nobody has answered yet, in order."""
    effects: tuple[Effect, ...] = ()
    """What the answers given now entail by themselves (send an OTP, check it); nothing while there are errors."""
    outcome: Outcome = ()
    """What all answers come to, once there is nothing missing or wrong; or why the flow cannot go on at all."""

    @property
    def wanted(self) -> tuple[Effect, ...]:
        """What is to be done of the outcome, besides what it says."""
        return tuple(effect for effect in self.outcome if isinstance(effect, Effect) and not isinstance(effect, Say))

    @property
    def says(self) -> tuple[Say, ...]:
        """What the outcome says."""
        return tuple(effect for effect in self.outcome if isinstance(effect, Say))


def submit(flow: Flow, given: Mapping[str, str], facts: Facts, language: str, known: Answers) -> Submitted:
    """Judge the answers of a form. `given` are the inputs by slot, as typed or the id of the option chosen.

    `known` are answers that were accepted before: they are looked at again, for a day may have filled
    since. What is given and not a slot of the flow is left alone. Never raises.
    """
    with understood(known, facts, language):
        return _submit(flow, given, facts, language, known)


def _submit(flow: Flow, given: Mapping[str, str], facts: Facts, language: str, known: Answers) -> Submitted:
    values, errors, missing = dict(known), dict[str, Invalid](), list[str]()
    instead = flow.instead(known, facts)
    if instead:
        return Submitted(known, outcome=instead)
    for step in _walk(flow, values, facts):
        try:
            value = _answer(flow, step, given, values, facts)
        except Invalid as no:
            errors[step.name] = no
            values.pop(step.name, None)
        else:
            if value is None:
                missing.append(step.name)
            else:
                values[step.name] = value
    done = Submitted(values, errors, tuple(missing))
    if errors:
        return done
    entailed = (step for step in steps_of(flow, values, facts) if step.name in given)
    effects = tuple(effect for step in entailed for effect in step.after(values, facts))
    outcome = (flow.instead(values, facts) or flow.finish(values, facts, language)) if not missing else ()
    return Submitted(values, errors, tuple(missing), effects, outcome)


def _walk(flow: Flow, values: Answers, facts: Facts) -> Iterator[Step]:
    """The steps that apply, each once; what is answered on the way decides about those that follow."""
    passed = set[str]()
    while step := next_step(flow, values, facts, passed):
        passed.add(step.name)
        yield step


def _answer(flow: Flow, step: Step, given: Mapping[str, str], values: Answers, facts: Facts) -> Any:
    """The answer to a step: given now, kept from before, or following from the facts; None: none yet."""
    if step.name in given:
        return _validate(flow, step, given[step.name], values, facts)
    if step.name in values:
        step.field.check(values[step.name], step.field.known(values, facts))
        return values[step.name]
    return step.given(values, facts)


def _validate(flow: Flow, step: Step, text: str, values: Answers, facts: Facts) -> Any:
    question = next((candidate for candidate in questions_of(flow, values, facts) if candidate.name == step.name), None)
    known = step.field.known(values, facts)
    return rasa_forms.validate(flow, step.name, input_from(step, text, known), known, question)


def input_from(step: Step, text: str, known: Mapping[str, Any]) -> UserInput:
    """An input as a message: the id of an option is a tap on it, nothing at all leaves an optional question out."""
    ids = [option.id for option in step.field.options(known)]
    if not text.strip() and is_optional(step):
        return UserInput(choice=SKIPPED, form="choice")
    return UserInput(choice=text, form="choice") if text in ids else UserInput(text)


def is_optional(step: Step) -> bool:
    """Whether the question may be left out."""
    return bool(getattr(step.field, "optional", False))
