"""The form of one of the event's own questions: its inputs, and the question that they come to."""

import re
from collections.abc import Mapping
from typing import Any

from bot.domain.events import questions
from bot.domain.models import Event, JsonDict
from bot.errors import Refused
from flows.shapes import Sentence
from flows.text import _
from flows.text.languages import SOURCE
from webhooks.i18n import say
from webhooks.staff.manage import display, inputs
from webhooks.staff.manage.layout import Texts, judged, refusal_text, typed

KINDS: Mapping[str, Sentence] = {
    "text": _("free text"),
    "choice": _("one of several choices"),
    "number": _("a number"),
}
"""What each kind of answer is called."""
MAX_NAME_LENGTH = 30
DEFAULT_RANGE = {"least": 0, "most": 1_000_000}
PROBLEMS: Mapping[str, tuple[str, Sentence]] = {
    "name": (
        "name",
        _("Enter a short name that begins with a letter: small letters a to z, digits and _, at most 30 characters."),
    ),
    "name_taken": ("name", _("This short name is taken: another question, or the registration itself, has it.")),
    "kind": ("kind", _("Choose how it is answered.")),
    "labels": (
        f"label-{SOURCE}",
        _("Enter the question in English, and in each language in at most 300 characters."),
    ),
    "options": (
        f"options-{SOURCE}",
        _("Enter 2 to 20 choices in English, each on a line of its own, all different, of at most 72 characters."),
    ),
    "commands": (
        f"options-{SOURCE}",
        _("The chat understands these words as commands: {words}. Use other words for these choices."),
    ),
    "range": ("most", _("Enter the smallest number first.")),
    "too_many": ("", _("An event asks at most 10 questions of its own.")),
}
"""For each problem of bot.domain.events.questions the input at which it is shown, and what is said."""


def labels(languages: Mapping[str, str]) -> dict[str, Sentence]:
    """What each input is called."""
    asked = {f"label-{code}": _("Question in {language}", language=name) for code, name in languages.items()}
    chosen = {f"options-{code}": _("Choices in {language}", language=name) for code, name in languages.items()}
    plain = {"name": _("Short name"), "kind": _("Answer"), "least": _("Smallest number"), "most": _("Largest number")}
    return {**asked, **chosen, **plain}


def texts(question: JsonDict | None, languages: Mapping[str, str]) -> dict[str, str]:
    """The inputs' values from a question; of a new one, None, they are empty."""
    if question is None:
        empty = [f"{name}-{code}" for name in ("label", "options") for code in languages]
        return {**dict.fromkeys((*empty, "name", "required", "least", "most"), ""), "kind": "text"}
    numbers = {name: question[name] if question["kind"] == "number" else "" for name in DEFAULT_RANGE}
    return {
        "name": question["name"],
        "kind": question["kind"],
        "required": "1" if question["required"] else "",
        **{name: "" if numbers[name] == unset else str(numbers[name]) for name, unset in DEFAULT_RANGE.items()},
        **{f"label-{code}": question["labels"].get(code, "") for code in languages},
        **{f"options-{code}": _lines_in(question["options"], code) for code in languages},
    }


def given(event: Event) -> dict[str, str]:
    """The inputs of this request."""
    return {name: typed(name).strip() for name in texts(None, display.spoken(event))}


def read(form: Texts, event: Event, name: str) -> tuple[JsonDict, dict[str, str]]:
    """The question that the form comes to, and what is wrong, by input; `name` is that of the one that is changed."""
    wrong: dict[str, str] = {}
    question = {
        "name": name or form["name"] or _name_from(form[f"label-{SOURCE}"]),
        "kind": form["kind"],
        "labels": {code: form[f"label-{code}"] for code in display.spoken(event) if form[f"label-{code}"]},
        "required": form["required"] == "1",
        "options": _options(form, event, wrong) if form["kind"] == "choice" else [],
        **DEFAULT_RANGE,
    }
    if form["kind"] == "number":
        filled = [name for name in DEFAULT_RANGE if form[name]]
        numbers, wrong = judged(filled, lambda name: inputs.whole(form[name]))
        question |= numbers
    if wrong:
        return question, wrong
    try:
        return questions.checked([question])[0], {}
    except Refused as no:
        at, told = place_of(no)
        return question, {at: told}


def place_of(no: Refused) -> tuple[str, str]:
    """The input at which a refusal is shown, and what is said there."""
    at, sentence = PROBLEMS.get(str(no.params.get("problem", "")), ("", None))
    return at, say(sentence, **no.params) if sentence else refusal_text(no)


def _name_from(label: str) -> str:
    """A name for exports from the English question; empty where it has no Latin letter."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).lstrip("_0123456789")[:MAX_NAME_LENGTH].strip("_")


def _lines_in(options: Any, code: str) -> str:
    found = [option.get(code, "") for option in options]
    return "\n".join(found) if any(found) else ""


def _options(form: Texts, event: Event, wrong: dict[str, str]) -> list[dict[str, str]]:
    """The choices by line; a language that has other lines than the English ones is wrong."""
    in_english = _lines(form[f"options-{SOURCE}"])
    options = [{SOURCE: title} for title in in_english]
    for code in display.spoken(event):
        lines = _lines(form[f"options-{code}"])
        if lines and len(lines) != len(in_english):
            wrong[f"options-{code}"] = say(
                _("Enter as many lines as in English, in the same order, or leave this empty.")
            )
        for option, title in zip(options, lines, strict=False):
            option[code] = title
    return options


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]
