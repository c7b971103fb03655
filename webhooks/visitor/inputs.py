"""The questions of a flow as inputs of a form: label, help, value and error of each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.engine.submit import is_optional
from flows.fields import SKIPPED, Choice, Day, Number, Otp, Phone, Text, YesNo
from flows.fields.steps import questions_of, steps_of
from flows.shapes import Answers, Facts, Field, Flow, Invalid, Sentence, Step
from flows.text import _, words
from flows.text.page_refusals import on_page
from flows.visitor.waiting_question import WAIT
from webhooks import i18n

MAX_SIDE_BY_SIDE = 4
"""Options that are shown side by side; more are a list to open."""
QUESTION = re.compile(r"[^?؟]+[?؟]")
"""A title up to the end of its question, in any language."""
STYLE_OF_SLOT = {"language": "list", "party_size": "stepper"}
"""How a question looks whatever its field."""
FIELD_LABELS: Mapping[str, Sentence] = {
    "language": _("Language"),
    "agree": _("Yes, I agree"),
    "wait": _("Yes, put me on the waiting list"),
    "otp": _("Code"),
}
"""Where the chat's question would not do as a label."""
FIELD_HELP: Mapping[str, Sentence] = {
    "phone": _("We send a 6-digit code to this number to check that it is yours."),
    "otp": _("6 digits. The code works for 5 minutes."),
}
EMPTY_ERRORS: Mapping[str, Sentence] = {
    "language": _("Choose a language."),
    "full_name": _("Enter your full name."),
    "visit_date": _("Choose the day of your visit."),
    "party_size": _("Enter how many people will come."),
    "phone": _("Enter your mobile number."),
    "otp": _("Enter the 6-digit code."),
}
"""What is to be done where nothing was given: such a sentence says by itself which question it belongs to."""
AUTOFILL_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "full_name": {"autocomplete": "name", "autocapitalize": "words"},
    "party_size": {"autocomplete": "off"},
    "phone": {"autocomplete": "tel-national"},
    "otp": {"autocomplete": "one-time-code", "maxlength": "12"},
}
"""How browsers may help."""


@dataclass(frozen=True, slots=True)
class FlowInput:
    """A question of a form."""

    slot: str
    style: str
    """text, number, stepper, phone, code, list, buttons or tick."""
    label: str
    help: str = ""
    value: str = ""
    error: str = ""
    code: str = ""
    """The stable name of what is wrong."""
    summary: str = ""
    """The error as the list above the form says it, away from its question."""
    options: tuple[tuple[str, str], ...] = ()
    """Id and title of each."""
    optional: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


def inputs_of(
    flow: Flow,
    slots: Sequence[str] | None,
    values: Answers,
    facts: Facts,
    typed: Mapping[str, str],
    errors: Mapping[str, Invalid],
) -> tuple[FlowInput, ...]:
    """The questions of these slots (None: all that belong to the details) in the flow's order."""
    steps = [step for step in steps_of(flow, values, facts) if _belongs(step.name, slots)]
    labels = {question.name: words(question.labels) for question in questions_of(flow, values, facts)}
    return tuple(_input(step, labels.get(step.name), values, facts, typed, errors.get(step.name)) for step in steps)


def _belongs(slot: str, slots: Sequence[str] | None) -> bool:
    return slot not in ("event", "otp", "agree") if slots is None else slot in slots


def _input(
    step: Step, label: Sentence | None, values: Answers, facts: Facts, typed: Mapping[str, str], no: Invalid | None
) -> FlowInput:
    known = step.field.known(values, facts)
    options = tuple((option.id, _titled(option.title, option.detail)) for option in step.field.options(known))
    style = STYLE_OF_SLOT.get(step.name) or _input_style(step.field, len(options))
    optional = is_optional(step)
    if style == "list" and optional:
        options = tuple(choice for choice in options if choice[0] != SKIPPED)
    title = _spoken(FIELD_LABELS.get(step.name) or label or _first(step, values, facts))
    error = _wrong(step.name, no, style) if no else ""
    return FlowInput(
        slot=step.name,
        style=style,
        label=title,
        help=_help(step, values, facts),
        value=_value(step.name, values, typed),
        error=error,
        code=no.code if no else "",
        summary=error if _is_named(step.name, no) else _of_question(title, error),
        options=options,
        optional=optional,
        attributes={**AUTOFILL_ATTRIBUTES.get(step.name, {}), **_bounds(step.field, known)},
    )


def _of_question(title: str, error: str) -> str:
    """The error behind what it is about: of a title that says more after its question only the question."""
    asked = QUESTION.match(title)
    return f"{asked[0]} {error}" if asked else f"{title}: {error}"


def _is_named(slot: str, no: Invalid | None) -> bool:
    """Whether the error names its question, so that it is understood alone."""
    return no is None or (no.code == "empty" and slot in EMPTY_ERRORS) or no.code == "not_agreed"


def _wrong(slot: str, no: Invalid, style: str) -> str:
    if no.code == "empty" and slot in EMPTY_ERRORS:
        return _spoken(EMPTY_ERRORS[slot])
    code = "not_an_option" if no.code == "empty" and style in ("list", "buttons") else no.code
    return _spoken(on_page(code, no.params))


def _value(slot: str, values: Answers, typed: Mapping[str, str]) -> str:
    if slot in typed:
        return typed[slot]
    return "" if values.get(slot) is None else str(values[slot])


def _titled(title: Sentence | str, detail: Sentence | str) -> str:
    named = _spoken(title)
    return f"{named} · {_spoken(detail)}" if detail else named


def _spoken(text: Sentence | str) -> str:
    return i18n.say(text) if isinstance(text, Sentence) else text


def _help(step: Step, values: Answers, facts: Facts) -> str:
    """What is said above a question; above the box for the waiting list, that the day is full."""
    if step.name == WAIT:
        return _spoken(_first(step, values, facts))
    return _spoken(FIELD_HELP[step.name]) if step.name in FIELD_HELP else ""


def _first(step: Step, values: Answers, facts: Facts) -> Sentence:
    """The question itself; what follows it in the chat says what can be typed."""
    return step.ask if isinstance(step.ask, Sentence) else step.ask(values, facts)[0]


def _input_style(kind: Field, options: int) -> str:
    match kind:
        case Phone():
            return "phone"
        case Otp():
            return "code"
        case YesNo():
            return "tick"
        case Number():
            return "number"
        case Choice() if options <= MAX_SIDE_BY_SIDE and options > 0:
            return "buttons"
        case Choice() | Day():
            return "list"
        case _:
            return "text"


def _bounds(kind: Field, known: Mapping[str, Any]) -> Mapping[str, str]:
    if isinstance(kind, Number):
        return {"data-least": str(kind.least), "data-most": str(known["most"])}
    return {"maxlength": str(kind.most)} if isinstance(kind, Text) else {}


def answered(flow: Flow, values: Answers, facts: Facts) -> tuple[tuple[str, str], ...]:
    """Each answer by its label, as somebody reads it before the last step."""
    return tuple(
        _line(step, values, facts)
        for step in steps_of(flow, values, facts)
        if step.label is not None and values.get(step.name, "") != ""
    )


def _line(step: Step, values: Answers, facts: Facts) -> tuple[str, str]:
    shown: Any = step.field.shown(values[step.name], step.field.known(values, facts))
    return _spoken(step.label or ""), i18n.say(words(shown))
