"""Asks once where words may mean something that is hard to take back; no answer loses anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows import understanding
from flows.fields import YesNo
from flows.fields.choice import in_each
from flows.shapes import Answers, Facts, Flow, Option, Outcome, Say, Sentence, Start, Step, StopMessages, UserInput
from flows.text import SpokenSentence, _, joined, phrases
from flows.text.sentences import spoken_at_once
from flows.understanding.intents import CANCEL_PASS, DELETE_DATA, STOP

NAME = "unsure"
COMMAND_KEY = "wish"
"""Among the answers: the command that may be meant."""
NO_LANGUAGE_KEY = "anybody"
"""Among the answers: whoever is asked has not chosen a language."""
_ASKED: Mapping[str, tuple[Sentence, Sentence]] = {
    STOP: (_("Do you want to stop all our messages?"), _("Stop messages")),
    CANCEL_PASS: (_("Do you want to cancel a pass?"), _("Cancel pass")),
    DELETE_DATA: (_("Do you want us to delete all your data?"), _("Delete my data")),
}
"""By command: the question, and what its yes is called."""
_BEGINS: Mapping[str, str] = {CANCEL_PASS: "cancellation", DELETE_DATA: "delete_data"}
"""The conversation that asks for the rest, by command."""
GO_ON = _("Continue")


@dataclass(frozen=True, slots=True)
class Meant(YesNo):
    """A yes or no whose choices say what they do."""

    def known(self, answers: Answers, facts: Facts) -> Mapping[str, Any]:
        """Which command is asked about."""
        return {COMMAND_KEY: _meant_command(answers) or STOP, NO_LANGUAGE_KEY: bool(answers.get(NO_LANGUAGE_KEY))}

    def options(self, known: Mapping[str, Any]) -> tuple[Option, ...]:
        """What may be meant, and to go on as if nothing had been said."""
        titles = (_ASKED[known[COMMAND_KEY]][1], GO_ON)
        shown = tuple(map(_in_all_languages, titles)) if known[NO_LANGUAGE_KEY] else titles
        return (Option("yes", shown[0]), Option("no", shown[1]))

    def parse(self, message: UserInput, known: Mapping[str, Any]) -> bool:
        """Yes or no, or the name of one of the choices."""
        called = [tuple(in_each(title).values()) for title in (_ASKED[known[COMMAND_KEY]][1], GO_ON)]
        places = understanding.called(message.text, called)
        return places[0] == 0 if places and not message.choice else YesNo.parse(self, message, known)


def _in_all_languages(title: Sentence) -> Sentence:
    return joined(*(SpokenSentence(title, code) for code in spoken_at_once()), between=" / ")


def _meant_command(answers: Answers) -> str:
    """The command that is asked about; empty where an older program may have kept something else."""
    return next((command for command in _ASKED if command == answers.get(COMMAND_KEY)), "")


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    if not answers["meant"]:
        return () if answers.get("under") else (Say((phrases.NOTHING_CHANGED,)),)
    if answers[COMMAND_KEY] == STOP:
        return (Say((phrases.STOPPED,)), StopMessages())
    return (Start(_BEGINS[answers[COMMAND_KEY]]),)


def _forgotten(answers: Answers, facts: Facts) -> Outcome:
    """Ends the question where the kept state has no wish."""
    return () if _meant_command(answers) else (Say((phrases.NOTHING_CHANGED,)),)


UNSURE = Flow(
    name=NAME,
    version=1,
    steps=(Step("meant", lambda answers, facts: (_ASKED[answers[COMMAND_KEY]][0],), Meant(), example=_("yes")),),
    finish=_finish,
    instead=_forgotten,
)
"""Whatever is said to it that is no answer is taken as an answer to the question below it."""
