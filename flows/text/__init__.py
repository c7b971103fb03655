"""Texts: mark a sentence, render it in a language, find the sentence of a code."""

from typing import Any

from flows.shapes import Sentence
from flows.text import refusals
from flows.text.languages import LANGUAGES
from flows.text.sentences import _, in_all_languages, joined, lines, ngettext_, words
from flows.text.translate import MISSING, SpokenSentence, render

__all__ = [
    "LANGUAGES",
    "MISSING",
    "SpokenSentence",
    "_",
    "in_all_languages",
    "joined",
    "lines",
    "ngettext_",
    "render",
    "sentence_for",
    "words",
]


def sentence_for(code: str, /, **params: Any) -> Sentence:
    """The sentence for an Invalid or Refused code; a general one for a code without its own."""
    return refusals.filled(refusals.SENTENCES.get(code, refusals.ANYTHING_ELSE), code, params)
