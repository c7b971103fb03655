"""Everything that is said about refusals and unusable answers, and the words to say anything else with.

`_` and `ngettext_` mark a sentence for translation; `sentence_for` gives the one of a code.
"""

from typing import Any

from flows.rendering import LANGUAGES, MISSING, Spoken, render
from flows.shapes import Sentence

__all__ = ["LANGUAGES", "MISSING", "Spoken", "_", "lines", "ngettext_", "render", "sentence_for", "words"]


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


_SENTENCES: dict[str, Sentence] = {}


def sentence_for(code: str, **params: Any) -> Sentence:
    """What a person hears for an Invalid or Refused code; a code without words gets a general sentence."""
    known = _SENTENCES.get(code)
    if known is None:
        return _("That did not work. Please try again, or type *help*.")
    return Sentence(known.source, {**known.params, **params}, known.plural)
