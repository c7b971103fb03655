"""Renders an answer as WhatsApp text: paragraphs, numbered options, at most 1,600 characters.

Buttons and lists take the place of the numbers where a template carries them; the words stay these.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.domain.models import Event, Pass
from bot.domain.passes import days as pass_days
from flows.shapes import Option, Say, Sentence
from flows.text import _, lines, ngettext_, render, words
from flows.text.pass_days import said
from flows.text.translate import Spoken
from flows.understanding import codes

MOST = 1600
"""Twilio's limit for a body, counted here as it counts at worst: in UTF-16 units."""
TYPED_MOST = 80
"""Characters of each typed text that stay where a message is too long."""
CUT = "…"

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
        return _size(self.text)

    def squeezed(self) -> "Layout":
        """The layout with the ends of its longest parts cut off until it fits."""
        layout, most = self, MOST
        while layout.size > MOST and most > 1:
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
    for details, typed in ((True, MOST), (False, MOST), (False, TYPED_MOST)):
        whole = Layout(_paragraphs(says, speak, typed), _titles(says, speak, details))
        if whole.size <= MOST:
            return whole.text
    return shortened(whole.squeezed().text, MOST)


def caption(pass_: Pass, language: str) -> str:
    """The words under a pass image: code, day, party, place. The same pass always has the same ones."""
    event = pass_.event
    where = words(_in_all(event.venue, event.venues)) if event.venue else None
    parts = (
        _("Your entry pass: *{code}*", code=codes.shown(pass_.code)),
        words(_in_all(event.name, event.names)),
        visit(pass_),
        where,
        words(event.map_url) if event.map_url else None,
    )
    return clean(render(lines(*(part for part in parts if part is not None)), language))


def visit(pass_: Pass) -> Sentence:
    """The days of a pass and for how many it is, in one line."""
    days, count = said(pass_days.of(pass_)), pass_.party_size
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


def _in_all(source: str, others: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"en": source, **others}


def _paragraphs(says: Sequence[Say], speak: Callable[[Sentence, int], str], typed: int) -> tuple[str, ...]:
    texts = (speak(sentence, typed) for say in says for sentence in say.paragraphs)
    return tuple(text for text in texts if text)


def _titles(says: Sequence[Say], speak: Callable[[Sentence, int], str], details: bool) -> tuple[str, ...]:
    """The options' titles; all of the message share one row of numbers."""
    return tuple(_title(option, speak, details) for say in says for option in say.options)


def _title(option: Option, speak: Callable[[Sentence, int], str], details: bool) -> str:
    title, detail = (
        " ".join(speak(part if isinstance(part, Sentence) else words(part), MOST).split())
        for part in (option.title, option.detail)
    )
    return f"{title} ({detail})" if detail and details else title


def spoken(sentence: Sentence, typed: int = MOST, *, language: str | None, results: Mapping[str, Any] | None) -> str:
    """A sentence as it is sent: each text in it that somebody typed on one line and at most so long."""
    return clean(render(_tamed(sentence, typed), language, results))


def _tamed(value: Any, most: int) -> Any:
    """The value with each typed text in it on one line, without direction marks, at most `most` characters long."""
    match value:
        case Sentence():
            return Sentence(
                value.source, {name: _tamed(part, most) for name, part in value.params.items()}, value.plural
            )
        case Spoken():
            return Spoken(_tamed(value.sentence, most), value.language)
        case tuple() | list():
            return tuple(_tamed(part, most) for part in value)
        case str():
            return shortened(" ".join(_FORBIDDEN.sub(" ", _TURNING.sub("", value)).split()), most)
        case _:
            return value


def shortened(text: str, most: int) -> str:
    """The text, or as much of it as fits into `most` UTF-16 units with an ellipsis at its end."""
    if _size(text) <= most:
        return text
    units = text.encode("utf-16-le", errors="surrogatepass")
    kept = units[: max(most - len(CUT), 0) * 2].decode("utf-16-le", errors="ignore")
    return kept.rstrip() + CUT


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
