"""The first page: the events that people can register for, with links to WhatsApp and the web."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from bot.conversation.web_submissions import Asker
from bot.service import Service
from flows.text import _
from flows.text.choices import open_events
from flows.visitor.registration import none_open
from webhooks import i18n, look, trial
from webhooks.chat_links import chat_link
from webhooks.look import EventHead

TEXTS = {
    "TITLE": _("Entry passes"),
    "LEAD": _(
        "Send hi on WhatsApp, or answer the questions here. Your entry pass with its QR code comes to your phone."
    ),
    "NONE_OPEN": _("No event is open for registration at the moment."),
    "REGISTER": _("Register on WhatsApp"),
    "ON_THE_WEB": _("Register here"),
    "FIND": _("Already registered? Find your pass"),
}


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event as the page shows it."""

    head: EventHead
    slug: str
    whatsapp: str
    """The link to a chat with us; empty where there is no number to write to."""


def blueprint(service: Service) -> Blueprint:
    """`GET /`."""
    routes = Blueprint("front", __name__)

    @routes.get("/")
    def page() -> str:
        facts = service.web_submissions.facts(Asker(""))
        opened = open_events(facts)
        i18n.offer(dict.fromkeys(code for event in opened for code in event.languages))
        cards = [
            EventCard(look.head_of(event), event.slug, chat_link(service.settings, f"hi {event.slug}"))
            for event in opened
        ]
        why = [] if cards else [i18n.say(sentence) for sentence in none_open(facts)]
        ways = trial.ways(service, cards[0].whatsapp if cards else "")
        sheets = list(dict.fromkeys(card.head.colours for card in cards if card.head.colours))
        words = {**TEXTS, **trial.TEXTS}
        return render_template("front.html", cards=cards, why=why, words=words, ways=ways, sheets=sheets)

    return routes
