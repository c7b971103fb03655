"""Renders an answer as WhatsApp text: paragraphs, numbered options, at most 1,600 characters.

Buttons and lists take the place of the numbers where a template carries them; the words stay these.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from bot.domain import pass_days
from bot.domain.models import Event, Pass
from flows.shapes import Option, Say, Sentence
from flows.text import ngettext_, render, words
from flows.text.pass_days import describe_days
from flows.text.translate import SpokenSentence

MAX_BODY_LENGTH = 1600
"""Twilio's limit for a body, counted here as it counts at worst: in UTF-16 units."""
MAX_TYPED_LENGTH = 80
"""Characters of each typed text that stay where a message is too long."""
MAX_FIXED_TEXTS = 4096
"""Sentences without parameters whose texts are kept, in any language: more than chats say in a day."""
ELLIPSIS = "…"

_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot carry; the answer to a webhook is XML."""
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of all that follows them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a message: paragraphs, then the options' titles."""

    paragraphs: tuple[str, ...]
    titles: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole: an empty line between paragraphs, options numbered from 1."""
        numbered = "\n".join(f"{number}. {title}" for number, title in enumerate(self.titles, start=1))
        return "\n\n".join([*self.paragraphs, numbered] if numbered else self.paragraphs)

    @property
    def size(self) -> int:
        """The length of the text as Twilio may count it."""
        return size(self.text)

    def squeezed(self) -> "Layout":
        """The layout with the ends of its longest parts cut off until it fits."""
        layout, most = self, MAX_BODY_LENGTH
        while layout.size > MAX_BODY_LENGTH and most > 1:
            most -= max(most // 8, 1)
            layout = Layout(
                tuple(shortened(text, most) for text in self.paragraphs),
                tuple(shortened(title, max(most // 4, 1)) for title in self.titles),
            )
        return layout


def message(says: Sequence[Say], language: str | None, results: Mapping[str, Any] | None = None) -> str:
    """All that a turn says, as one text; empty where nothing is said.

    What does not fit is left out in this order: the options' details, the ends of texts that people
    typed, the ends of the longest paragraphs. The numbers stay.
    """
    speak = partial(spoken, language=language, results=results)
    for details, typed in ((True, MAX_BODY_LENGTH), (False, MAX_BODY_LENGTH), (False, MAX_TYPED_LENGTH)):
        whole = Layout(
            _paragraphs(says, speak, typed),
            tuple(_title(option, speak, details) for say in says for option in say.options),
        )
        if whole.size <= MAX_BODY_LENGTH:
            return whole.text
    return shortened(whole.squeezed().text, MAX_BODY_LENGTH)


def visit(pass_: Pass) -> Sentence:
    """The days of a pass and for how many it is, in one line."""
    days, count = describe_days(pass_days.days_of_pass(pass_)), pass_.party_size
    return ngettext_("{day}, {count} person", "{day}, {count} people", day=days, count=count)


def name_in(event: Event, language: str) -> str:
    """The event's name in this language, or as it was first given."""
    return str(event.names.get(language) or event.name)


def venue_in(event: Event, language: str) -> str:
    """The place in this language, or as it was first given."""
    return str(event.venues.get(language) or event.venue)


def clean(text: str) -> str:
    """The text without what XML 1.0 forbids and without space at either end."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _paragraphs(says: Sequence[Say], speak: Callable[[Sentence, int], str], typed: int) -> tuple[str, ...]:
    texts = (speak(sentence, typed) for say in says for sentence in say.paragraphs)
    return tuple(text for text in texts if text)


def _title(option: Option, speak: Callable[[Sentence, int], str], details: bool) -> str:
    title, detail = (
        " ".join(speak(part if isinstance(part, Sentence) else words(part), MAX_BODY_LENGTH).split())
        for part in (option.title, option.detail)
    )
    return f"{title} ({detail})" if detail and details else title


def spoken(
    sentence: Sentence, typed: int = MAX_BODY_LENGTH, *, language: str | None, results: Mapping[str, Any] | None = None
) -> str:
    """A sentence as it is sent: each text in it that somebody typed on one line and at most so long."""
    if not sentence.params and not results:
        return _fixed(sentence.source, sentence.plural, language)
    return clean(render(_escaped(sentence, typed), language, results))


@lru_cache(maxsize=MAX_FIXED_TEXTS)
def _fixed(source: str, plural: str, language: str | None) -> str:
    """A sentence into which nothing is put, as it is sent."""
    return clean(render(Sentence(source, plural=plural), language))


def _escaped(value: Any, max_length: int) -> Any:
    """The value with each typed text in it on one line, without direction marks, at most `max_length` characters
    long.
    """
    match value:
        case Sentence():
            return Sentence(
                value.source, {name: _escaped(part, max_length) for name, part in value.params.items()}, value.plural
            )
        case SpokenSentence():
            return SpokenSentence(_escaped(value.sentence, max_length), value.language)
        case tuple() | list():
            return tuple(_escaped(part, max_length) for part in value)
        case str():
            return shortened(" ".join(_FORBIDDEN.sub(" ", _TURNING.sub("", value)).split()), max_length)
        case _:
            return value


def shortened(text: str, max_length: int) -> str:
    """The text, or as much of it as fits into `max_length` UTF-16 units with an ellipsis at its end."""
    if size(text) <= max_length:
        return text
    units = text.encode("utf-16-le", errors="surrogatepass")
    kept = units[: max(max_length - len(ELLIPSIS), 0) * 2].decode("utf-16-le", errors="ignore")
    return kept.rstrip() + ELLIPSIS


def size(text: str) -> int:
    """The length of a text as WhatsApp and Twilio count it: in UTF-16 units."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
