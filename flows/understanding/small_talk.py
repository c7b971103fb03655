"""Recognises greetings and thanks, which need no answer of their own."""

from flows import understanding
from flows.understanding import agreement, plain, without_pictures
from flows.understanding.vocabulary import current


def is_any(text: str) -> bool:
    """Whether the text is understood although it asks for nothing that we could look up: a command, a greeting,
    thanks, a yes; or the wish for a pass in many words.
    """
    if understanding.command(text) or understanding.greeting(text) or understanding.wants_to_register(text):
        return True
    if agreement.yes_no(text) is not None:
        return True
    words = frozenset(without_pictures(plain(text)).replace(",", " ").replace(".", " ").split())
    return words <= current().words("intents.courtesy", "answers.polite") or (
        "?" not in plain(f"{text}.") and bool(words & current().words("answers.about_passes"))
    )
