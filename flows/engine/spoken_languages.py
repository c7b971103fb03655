"""Which languages are spoken and understood in a turn."""

from contextlib import AbstractContextManager

from flows.shapes import Answers, Facts, State
from flows.text.choices import languages_spoken
from flows.text.languages import written_in
from flows.understanding import vocabulary


def spoken(state: State, facts: Facts, text: str = "") -> AbstractContextManager[None]:
    """A block in which the languages of the conversation's event are understood, and the person's own.

    Whoever has none yet is spoken to first in the one in whose letters they write, where it is offered.
    """
    language = state.language or facts.person.language
    if language:
        return understood(state.answers, facts, language)
    languages = languages_spoken(state.answers, facts)
    likely = written_in(text, languages)
    return vocabulary.understood((likely, *languages) if likely else languages)


def understood(answers: Answers, facts: Facts, language: str | None) -> AbstractContextManager[None]:
    """Such a block for the answers of a form that somebody fills in in this language."""
    languages = languages_spoken(answers, facts)
    return vocabulary.understood((*languages, language) if language else languages)
