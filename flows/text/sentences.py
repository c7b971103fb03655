"""Marks sentences in the code, so that they are found for translation."""

from typing import Any

from flows.shapes import Sentence
from flows.text.translate import SpokenSentence
from flows.understanding import vocabulary


def _(source: str, /, **params: Any) -> Sentence:
    """A sentence by its English source, with `{name}` where a parameter belongs."""
    return Sentence(source, params)


def ngettext_(source: str, plural: str, /, **params: Any) -> Sentence:
    """A sentence with a plural, chosen by the parameter `count`."""
    return Sentence(source, params, plural)


def words(text: Any) -> Sentence:
    """A text that is not ours (a name, an event's own question), as a sentence; nothing in it is a field."""
    return Sentence("{words}", {"words": text})


def lines(*parts: Any) -> Sentence:
    """Sentences below each other, as one paragraph."""
    return Sentence("{lines}", {"lines": parts})


def in_all_languages(sentence: Sentence) -> Sentence:
    """The sentence in every language that is offered here, below each other: for who has not chosen yet."""
    said = [SpokenSentence(sentence, language) for language in vocabulary.current().offered]
    if "lines" not in sentence.params:
        return lines(*said)
    return lines(said[0], *(part for spoken in said[1:] for part in ("", spoken)))


def in_every_language(sentence: Sentence) -> Sentence:
    """The sentence in every language. One that is in every language already stays as it is."""
    parts = sentence.params.get("lines", ())
    return sentence if any(isinstance(part, SpokenSentence) for part in parts) else in_all_languages(sentence)
