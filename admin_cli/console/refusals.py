"""Messages for refusals where the visitors' sentence would not help an operator."""

from collections.abc import Mapping
from typing import Any

from admin_cli.console.output import printable
from bot.domain.events import questions

NAMED_BY_VISITORS_TOO: Mapping[str, str] = {
    "not_a_code": "{code} is not a pass code: those have eight letters and digits, such as 7QK2-M9X5",
    "mistyped_code": "A character of {code} is mistyped: its last one does not fit the others",
    "no_such_pass": "There is no pass {code}",
    "no_such_event": "There is no event {slug}; `events list` shows those there are",
    "no_such_gate": "There is no gate {gate}; there are: {there}",
    "no_such_kind": "There is no kind of pass {kind}; there are: {there}",
    "no_such_day": "The event has no day {day}; it goes from {first} to {last}",
}
"""Codes that have a sentence for visitors or volunteers, which speaks of menus, of *words to type*, or of less."""
QUESTION_PROBLEMS: Mapping[str, str] = {
    "keys": "it needs the keys name, kind and labels; it may have required, options, least and most, and no others",
    "name": "its name must begin with a small letter, then small letters, digits and _, at most 30 in all",
    "name_taken": "its name is another question's, or one of the conversation's own (docs/questions.md lists them)",
    "kind": "its kind must be text, choice or number",
    "labels": f"its labels must be texts by language, an en among them, each of 1 to {questions.MAX_LENGTH} characters",
    "required": "required must be true or false",
    "options": f"a choice needs 2 to {questions.MAX_OPTIONS} options that differ, each by language with an en, "
    f"at most {questions.MAX_OPTION_LENGTH} characters; other kinds have none",
    "commands": "its options {words} are words that the chat itself understands, so that nobody could choose them: "
    "call them otherwise (docs/questions.md)",
    "range": "least and most must be whole numbers, least not above most",
    "too_many": f"an event has at most {questions.MAX_QUESTIONS} questions",
}
"""What is the matter with an event's own question."""


def refusal_text(code: str, params: Mapping[str, Any]) -> str:
    """The message for a Refused code: one for the command line, else the visitors' sentence in English."""
    from flows.text import render, sentence_for  # imported only after a refusal: the catalogues take a moment

    shown = {name: printable(value) for name, value in params.items()}
    if code == "bad_question":
        return f"question {shown['question']}: {QUESTION_PROBLEMS[shown['problem']].format_map(shown)}"
    try:
        return NAMED_BY_VISITORS_TOO[code].format_map(shown)
    except KeyError:
        return render(sentence_for(code, **params), "en")
