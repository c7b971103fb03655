"""Which languages are spoken and understood in a turn."""

from contextlib import AbstractContextManager

from flows.shapes import Answers, Facts, State
from flows.text.choices import languages_spoken
from flows.understanding import vocabulary


def spoken(state: State, facts: Facts) -> AbstractContextManager[None]:
    """A block in which the languages of the conversation's event are understood, and the person's own."""
    return understood(state.answers, facts, state.language or facts.person.language)


def understood(answers: Answers, facts: Facts, language: str | None) -> AbstractContextManager[None]:
    """Such a block for the answers of a form that somebody fills in in this language."""
    languages = languages_spoken(answers, facts)
    return vocabulary.understood((*languages, language) if language else languages)
