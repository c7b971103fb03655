"""The ready-made question about help that somebody needs: its words, its line in the consent, its sign at the gate.

An event asks it like a question of its own (docs/questions.md). Health is nobody's business but of those who help, so
it can always be left out, and is neither logged nor kept on scanners.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flows.shapes import Question, Sentence
from flows.text.languages import LANGUAGES
from flows.text.sentences import _, words
from flows.text.translate import render

NAME = "access_needs"
"""The question's name, by which it is told from all others."""
QUESTION = _("Does anyone on this pass need help at the event?")
NO = _("No help needed")
"""Instead of skipping it: kept nowhere."""
_ANSWERS = (
    _("Wheelchair"),
    _("Help with walking"),
    _("Help with seeing"),
    _("Help with hearing"),
    _("Several kinds of help"),
    _("Other help"),
)
ANSWERS: Mapping[str, Sentence] = {answer.source: answer for answer in _ANSWERS}
"""The answers by their English words, which are what is kept."""
CONSENT = _(
    "If you say that someone needs help, the volunteers at the gate see it, so that they can help. We use it for "
    "nothing else, and delete it with the rest."
)
"""Its own line in the consent."""
SIGN = "♿"
"""What stands before a need, or for it, where there is no room."""


def as_kept() -> dict[str, Any]:
    """The question as an event keeps it, in every language that there is."""
    return {
        "name": NAME,
        "kind": "choice",
        "labels": _in_each(QUESTION),
        "options": [_in_each(answer) for answer in _ANSWERS],
    }


def _in_each(sentence: Sentence) -> dict[str, str]:
    return {language: render(sentence, language) for language in LANGUAGES}


def is_asked(questions: Iterable[Question]) -> bool:
    """Whether it is among an event's questions."""
    return any(question.name == NAME for question in questions)


def said(need: str) -> Sentence:
    """A need that was kept, in the reader's language; as it is where an organiser has worded it."""
    return ANSWERS.get(need) or words(need)


def signed(need: str) -> Sentence:
    """A need as somebody at a gate is told: with its sign before it."""
    return Sentence(f"{SIGN} {{need}}", {"need": said(need)})
