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


def joined(*parts: Any, between: str = ", ") -> Sentence:
    """Sentences one after the other, in one line."""
    named = {f"part{place}": part for place, part in enumerate(parts)}
    return Sentence(between.join(f"{{{name}}}" for name in named), named)


MAX_SPOKEN_AT_ONCE = 3
"""Languages in which a sentence is said at once at most."""


def spoken_at_once() -> tuple[str, ...]:
    """The languages in which somebody is spoken to who has not chosen: all that are offered, of many the likely two."""
    offered = vocabulary.current().offered
    return offered if len(offered) <= MAX_SPOKEN_AT_ONCE else offered[:2]


def in_all_languages(sentence: Sentence) -> Sentence:
    """The sentence in the languages that are offered here, below each other: for who has not chosen yet."""
    said = [SpokenSentence(sentence, language) for language in spoken_at_once()]
    if "lines" not in sentence.params:
        return lines(*said)
    return lines(said[0], *(part for spoken in said[1:] for part in ("", spoken)))


def in_every_language(sentence: Sentence) -> Sentence:
    """The sentence in every language. One that is in every language already stays as it is."""
    parts = sentence.params.get("lines", ())
    return sentence if any(isinstance(part, SpokenSentence) for part in parts) else in_all_languages(sentence)
