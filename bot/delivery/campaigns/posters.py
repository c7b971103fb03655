"""The poster of an event: what it says in the event's languages."""

from dataclasses import replace
from typing import IO

import phonenumbers

from bot.address import Address
from bot.delivery.images import poster
from bot.delivery.images.poster import Poster, PosterText
from bot.delivery.outbox.whatsapp_text import name_in, venue_in
from bot.domain.events import links as event_links
from bot.domain.events.identity import PLAIN, Identity
from bot.domain.models import Event
from bot.settings import Settings
from flows.text import _, render
from flows.text.pass_days import full_days

HEADING = _("Get your entry pass")
BY_WHATSAPP = _("Scan this code with your phone camera. WhatsApp opens: send the message that is already there.")
BY_WEB = _("Scan this code with your phone camera and answer the questions there.")


def poster_of(event: Event, settings: Settings, look: Identity = PLAIN) -> Poster:
    """The poster without a logo. With the simulator its code leads to the simulator's phone."""
    languages = event.languages or ["en"]
    links = event_links.links_of_event(
        event.slug, settings.origin, settings.whatsapp_number, simulated=settings.simulated
    )
    told = BY_WHATSAPP if "whatsapp" in links else BY_WEB
    venues = " · ".join(dict.fromkeys(filter(None, (venue_in(event, language) for language in languages))))
    return Poster(
        identity=look,
        names=tuple(dict.fromkeys(name_in(event, language) for language in languages)),
        facts=tuple(filter(None, (full_days([day.day for day in event.days], languages[0]), venues))),
        link=links.get("whatsapp", links["web"]),
        texts=tuple(PosterText(render(HEADING, language), render(told, language)) for language in languages),
        addresses=(links["web"].removeprefix("https://").removeprefix("http://"), *_whom_to_write(event, settings)),
    )


def write_poster(
    out: IO[bytes], event: Event, look: Identity, settings: Settings, paper: str, logo: IO[bytes] | None = None
) -> None:
    """The poster as a PDF of one page; `logo` in place of the event's own. Raises Refused `bad_logo`, OSError."""
    drawn = replace(poster_of(event, settings, look), logo=poster.read_logo(logo) if logo else None)
    poster.write_pdf(out, drawn, paper)


def _whom_to_write(event: Event, settings: Settings) -> tuple[str, ...]:
    """The number and the words that the code types, for phones that cannot scan."""
    number = Address.parse(settings.whatsapp_number).phone
    if number is None:
        return ()
    shown = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return (f"WhatsApp {shown} · hi {event.slug}",)
