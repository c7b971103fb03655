"""Recognises greetings and thanks, which need no answer of their own."""

from flows import understanding
from flows.understanding import agreement, plain, vocabulary, without_pictures, word_set
from flows.understanding.vocabulary import intents as intent_vocabulary

_POLITE = word_set(intent_vocabulary.COURTESY) | word_set(vocabulary.POLITE)
_ABOUT_PASSES = word_set(vocabulary.ABOUT_PASSES)


def is_any(text: str) -> bool:
    """Whether the text is understood although it asks for nothing that we could look up: a command, a greeting,
    thanks, a yes; or the wish for a pass in many words.
    """
    if understanding.command(text) or understanding.greeting(text) or understanding.wants_to_register(text):
        return True
    if agreement.yes_no(text) is not None:
        return True
    words = frozenset(without_pictures(plain(text)).replace(",", " ").replace(".", " ").split())
    return words <= _POLITE or ("?" not in plain(f"{text}.") and bool(words & _ABOUT_PASSES))
