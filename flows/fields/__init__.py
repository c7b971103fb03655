"""Typed fields: read what is said to a question into a value that survives JSON.

A field judges by itself and by what it is told is `known`, which is JSON: so the same judgement can be
had in this process, in a rasa-sdk action server, and from a web form. Codes of Invalid raised here:
not_text, empty, too_long, too_short, no_letter, not_a_name, name_or_answer, type_it, not_an_option, several_options,
day_unclear, several_days, day_contradicts, day_closed, day_full, day_over, day_outside, not_a_number, number_too_small,
number_too_large, not_yes_no, not_a_phone, own_number, not_an_otp, and those that a flow names itself.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flows import understanding
from flows.fields.choice import Choice
from flows.fields.day import Day
from flows.fields.number import Number
from flows.fields.phone import Otp, Phone
from flows.fields.text import DOUBTED, SKIPPED, SUGGESTED, Text
from flows.fields.yes_no import TICKED, YesNo, is_ticked
from flows.shapes import Field, Invalid, Option, Question, Step, UserInput
from flows.text import _, access_needs, lines, words

__all__ = [
    "DOUBTED",
    "MAX_ANSWER_LENGTH",
    "SKIPPED",
    "SUGGESTED",
    "TICKED",
    "Choice",
    "Day",
    "Number",
    "Otp",
    "Phone",
    "Text",
    "YesNo",
    "accept",
    "is_ticked",
    "question_step",
]

MAX_ANSWER_LENGTH = 1000
"""Characters of the longest answer; a text field says its own limit."""


def accept(field: Field, message: UserInput, known: Mapping[str, Any]) -> Any:
    """The value of what was said, empty where an optional question is left out; the one way in for every channel.

    Raises Invalid.
    """
    if message.form not in ("text", "choice"):
        raise Invalid("not_text", form=message.form)
    text = understanding.cleaned(message.text)
    if not text and not message.choice:
        raise Invalid("empty")
    if len(text) > (field.max_input_length if isinstance(field, Text) else MAX_ANSWER_LENGTH):
        raise Invalid("too_long", most=field.most if isinstance(field, Text) else MAX_ANSWER_LENGTH)
    said = UserInput(text, message.choice if message.form == "choice" else "", message.tapped_on, message.form)
    if (
        isinstance(field, Text | Number | Phone)
        and field.optional
        and (said.choice == SKIPPED or understanding.skips(text))
    ):
        return ""
    return field.parse(said, known)


@lru_cache(256)
def question_step(question: Question) -> Step:
    """The step that asks one of the event's own questions; its slot is the question's name."""
    asked = words(question.labels)
    leave_out = _("If you prefer not to say, send *skip*.")
    ask = asked if question.required or question.name == access_needs.NAME else lines(asked, leave_out)
    label = words({language: text.rstrip(" ?:।") for language, text in question.labels.items()})
    return Step(question.name, ask, _field_of(question), label=label)


def _field_of(question: Question) -> Field:
    optional = not question.required
    if question.kind == "choice":
        options = tuple(Option(option["en"], words(option)) for option in question.options)
        no = access_needs.NO if question.name == access_needs.NAME else None
        return Choice(lambda answers, facts: options, optional=optional, no=no)
    if question.kind == "number":
        return Number(question.least, question.most, people=False, optional=optional)
    return Text(optional=optional)
