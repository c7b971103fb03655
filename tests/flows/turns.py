"""What a turn says and does, as tests look at it."""

from typing import Any

from flows.shapes import Say, Sentence, Turn, UserInput
from flows.text import sentence_for
from flows.text.translate import SpokenSentence


def sources(thing: Any) -> set[str]:
    """The English sources of all sentences in something, however deep."""
    if isinstance(thing, Turn):
        return sources(tuple(effect.paragraphs for effect in thing.effects if isinstance(effect, Say)))
    if isinstance(thing, SpokenSentence):
        return sources(thing.sentence)
    if isinstance(thing, Sentence):
        return {thing.source} | sources(tuple(thing.params.values()))
    return set().union(*map(sources, thing)) if isinstance(thing, tuple) else set()


def says(turn: Turn, sentence: Sentence | str) -> bool:
    """Whether a turn says a sentence, or the sentence of a code."""
    return sources(sentence_for(sentence) if isinstance(sentence, str) else sentence) <= sources(turn)


def done(turn: Turn) -> list[type]:
    return [type(effect) for effect in turn.effects if not isinstance(effect, Say)]


def tap(choice: str, step: str = "") -> UserInput:
    return UserInput("A title", choice=choice, tapped_on=step, form="choice")
