"""The page of texts for visitors: welcome, instructions, notice and consent, in every language."""

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, abort

from bot.domain import audit, edit_conflict, events
from bot.domain.events import validation as event_validation
from bot.domain.events.rows import get_event
from bot.domain.events.validation import EventFields
from bot.domain.models import Event
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Sentence
from flows.text import LANGUAGES, _
from webhooks.i18n import say
from webhooks.staff.manage import display
from webhooks.staff.manage.layout import Answer, Texts, admin, changing, done, page, refusal_text, typed


@dataclass(frozen=True, slots=True)
class EventText:
    """A text that visitors read: what it is called and what it is for."""

    name: Sentence
    about: Sentence


EVENT_TEXTS = {
    "notice": EventText(
        _("Notice"),
        _("Shown immediately in the chat, on passes and on the web page. It is not sent as a message."),
    ),
    "welcome": EventText(_("Welcome"), _("Shown below the greeting.")),
    "instructions": EventText(_("Instructions"), _("Sent with the pass: what to bring, where to go.")),
    "consent": EventText(
        _("Consent"), _("What people agree to. If you change it, new registrations agree to the new text.")
    ),
}
"""The event's texts by name, in the order of the page."""


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/texts`."""

    @blueprint.get("/<slug>/texts")
    @admin
    def texts(slug: str) -> Answer:
        return _page(service.database.ask(events.by_slug, slug))

    @blueprint.post("/<slug>/texts/<name>")
    @admin
    def save_text(slug: str, name: str) -> Answer:
        if name not in EVENT_TEXTS:
            abort(404)
        shown = service.database.ask(events.by_slug, slug)
        given = {code: typed(code).strip() for code in shown.languages}
        wanted = {code: text for code, text in given.items() if text}
        try:
            event_validation.checked({name: wanted})
            with changing(service, audit.NOTICE_SET if name == "notice" else audit.TEXTS_SET, shown) as db:
                kept = get_event(db, slug, lock=True).texts.get(name, {})
                events.change(db, slug, **cast("EventFields", {name: {**_other_languages(kept, shown), **wanted}}))
        except Refused as no:
            return _refused(service, slug, name, given, no)
        return done("manage.texts", _("Saved: {what}", what=EVENT_TEXTS[name].name))


def _other_languages(stored: Texts, event: Event) -> dict[str, str]:
    """Texts in languages that this page has no input for."""
    return {code: text for code, text in stored.items() if code not in event.languages}


def _refused(service: Service, slug: str, name: str, given: Texts, no: Refused) -> Answer:
    event = service.database.ask(events.by_slug, slug)
    now = {code: event.texts.get(name, {}).get(code, "") for code in event.languages}
    if no.code == "changed_meanwhile" and now == given:
        return done("manage.texts", _("Saved: {what}", what=EVENT_TEXTS[name].name))  # sent twice
    return _page(event, name, given, refusal_text(no), beside=no.code == "changed_meanwhile")


def _page(
    event: Event, name: str = "", given: Texts | None = None, problem: str = "", *, beside: bool = False
) -> Answer:
    now = {text: {code: event.texts.get(text, {}).get(code, "") for code in event.languages} for text in EVENT_TEXTS}
    shown = {**now, **({name: given} if given else {})}
    differ = {
        code: text or say(display.EMPTY_NAME)
        for code, text in now.get(name, {}).items()
        if beside and shown[name][code] != text
    }
    return page(
        "texts",
        about=EVENT_TEXTS,
        texts=shown,
        wrong=name,
        problem=problem,
        differ=differ,
        inputs={code: LANGUAGES.get(code, code) for code in event.languages},
        seen=edit_conflict.fingerprint(event),
    )
