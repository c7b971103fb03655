"""The texts of a broadcast in every language, and the values of its template's variables."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.delivery.outbox import whatsapp_text
from bot.delivery.templates import notices
from bot.domain.models import Event
from bot.errors import Refused
from flows.shapes import Sentence
from flows.text import LANGUAGES, _
from flows.text import render as speak

MAX_TEXT_LENGTH = 1000
"""Characters of an organiser's own text: with our words around it a message has 1,600."""
DO_NOT_COME = _("Please do not come.")
ANOTHER_DAY = _("To choose another day, send *change* here.")
WITHOUT_A_TEXT: Mapping[str, Sentence] = {
    notices.EVENT_CANCELLED: DO_NOT_COME,
    notices.DAY_CANCELLED: ANOTHER_DAY,
}
"""What stands in the place of the organiser's text where there is none."""


def broadcast_texts(
    event: Event, purpose: str, *, texts: Mapping[str, str], day: date | None = None
) -> dict[str, dict[str, Any]]:
    """`body` and `values` of a notice in every language; a language without a text of its own gets the English one.

    Raises Refused `nothing_to_say` where the notice needs a text and there is none, `day_needed` where it
    needs a day, `too_long` (`most`).
    """
    places = notices.NOTICES[purpose].samples
    if "day" in places and day is None:
        raise Refused("day_needed")
    if any(len(text) > MAX_TEXT_LENGTH for text in texts.values()):
        raise Refused("too_long", most=MAX_TEXT_LENGTH)
    return {language: _sentence(event, purpose, texts, day, language) for language in LANGUAGES}


def _sentence(event: Event, purpose: str, texts: Mapping[str, str], day: date | None, language: str) -> dict[str, Any]:
    known = {
        "event": lambda: whatsapp_text.name_in(event, language),
        "day": lambda: speak(Sentence("{day}", {"day": day}), language),
        "text": lambda: _text(purpose, texts, language),
    }
    values = {name: known[name]() for name in notices.NOTICES[purpose].samples}
    return {"body": whatsapp_text.clean(notices.NOTICES[purpose].text(language, values)), "values": values}


def _text(purpose: str, texts: Mapping[str, str], language: str) -> str:
    text = whatsapp_text.clean(texts.get(language) or texts.get("en") or next(iter(texts.values()), ""))
    if text:
        return text
    if purpose not in WITHOUT_A_TEXT:
        raise Refused("nothing_to_say")
    return speak(WITHOUT_A_TEXT[purpose], language)
