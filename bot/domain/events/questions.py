"""An event's own questions: checked when they are set, and their form in the database."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.events.validation import known_language
from bot.domain.models import JsonDict
from bot.errors import Refused
from flows import understanding
from flows.shapes import Question
from flows.text import access_needs
from flows.understanding import intents

MAX_QUESTIONS = 10
"""Questions an event may add: the chat asks them one by one."""
MAX_OPTIONS = 20
MAX_LENGTH = 300
"""Characters of a question."""
MAX_OPTION_LENGTH = 72
"""Characters of an option: what a row of a WhatsApp list shows of its description (docs/field-notes.md#limits)."""
KINDS = ("text", "choice", "number")
NAME_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,29}")
_STEPS = {"language", "event", "full_name", "visit_date", "party_size", "agree", "phone", "otp", "choice", "wait"}
RESERVED_NAMES = frozenset({*_STEPS, "event_slug", "code", "under", "resend"})
"""Names of the flows' own steps and slots."""
_KEYS = frozenset(("name", "kind", "labels", "required", "options", "least", "most"))


def checked(questions: Sequence[Mapping[str, Any]]) -> list[JsonDict]:
    """The questions as they are kept, every key present.

    Raises Refused `bad_question` with the `question`'s name or place and the `problem`: one of keys,
    name, name_taken, kind, labels, required, options, range, commands (with the `words` to avoid), too_many.
    """
    if len(questions) > MAX_QUESTIONS:
        raise Refused("bad_question", question=str(MAX_QUESTIONS + 1), problem="too_many")
    kept = [_checked(question, place) for place, question in enumerate(questions, 1)]
    names = [question["name"] for question in kept]
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled:
        raise Refused("bad_question", question=doubled, problem="name_taken")
    return kept


def shape(question: Mapping[str, Any]) -> Question:
    """A kept question as the flows know it."""
    return Question(**{**question, "options": tuple(question["options"])})


def _checked(question: Mapping[str, Any], place: int) -> JsonDict:
    kept: JsonDict = {"required": False, "options": [], "least": 0, "most": 1_000_000, **question}
    name = kept.get("name")
    problem = next((problem for problem, good in PROBLEMS.items() if not good(kept)), None)
    if problem:
        raise Refused("bad_question", question=name if isinstance(name, str) and name else str(place), problem=problem)
    taken = ", ".join(_commands_among(kept["options"]))
    if taken:
        raise Refused("bad_question", question=name, problem="commands", words=taken)
    return kept


def _commands_among(options: Sequence[Mapping[str, str]]) -> list[str]:
    """The options that the chat would read as a command, or as leaving the question out, each as it is written."""
    titles = dict.fromkeys(title for option in options for title in option.values())
    return [title for title in titles if intents.command(title) or understanding.skips(title)]


def _is_about_needs(question: JsonDict) -> bool:
    """Whether it is the question about help: one with choices, which everybody may leave out."""
    return bool(question["name"] == access_needs.NAME)


def _are_labels(labels: Any, max_length: int) -> bool:
    if not isinstance(labels, Mapping) or "en" not in labels:
        return False
    for language in labels:
        known_language(language)
    return all(isinstance(text, str) and text.strip() and len(text) <= max_length for text in labels.values())


def _are_options(question: JsonDict) -> bool:
    options = question["options"]
    if question["kind"] != "choice":
        return options in ([], ())
    if not isinstance(options, list | tuple) or not 2 <= len(options) <= MAX_OPTIONS:
        return False
    if not all(_are_labels(option, MAX_OPTION_LENGTH) for option in options):
        return False
    return len({option["en"].strip().casefold() for option in options}) == len(options)


def _is_range(question: JsonDict) -> bool:
    least, most = question["least"], question["most"]
    whole = all(isinstance(bound, int) and not isinstance(bound, bool) for bound in (least, most))
    return whole and least <= most


PROBLEMS = {
    "keys": lambda question: {"name", "kind", "labels"} <= question.keys() <= _KEYS,
    "name": lambda question: isinstance(question["name"], str) and NAME_PATTERN.fullmatch(question["name"]) is not None,
    "name_taken": lambda question: question["name"] not in RESERVED_NAMES,
    "kind": lambda question: question["kind"] in (("choice",) if _is_about_needs(question) else KINDS),
    "labels": lambda question: _are_labels(question["labels"], MAX_LENGTH),
    "required": lambda question: (
        isinstance(question["required"], bool) and not (question["required"] and _is_about_needs(question))
    ),
    "options": _are_options,
    "range": _is_range,
}
"""What can be the matter, and what must hold: in this order, for a later one reads what an earlier one made sure of."""
