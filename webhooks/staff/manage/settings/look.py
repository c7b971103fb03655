"""The page of the event's look: its colour, logo and header picture, with a preview."""

from contextlib import closing
from typing import Any

from flask import Blueprint, Response, request

from bot.delivery.images import cache as image_cache
from bot.domain import audit, edit_conflict, events
from bot.domain.events import colours, identity
from bot.domain.events import validation as event_validation
from bot.errors import Refused
from bot.service import Service
from flows.text import _
from webhooks import look
from webhooks.i18n import language
from webhooks.media import png
from webhooks.staff.manage.layout import (
    Answer,
    Texts,
    admin,
    changing,
    done,
    page,
    refusal_text,
    typed,
)

FIELD_OF_REFUSAL = {"bad_colour": "colour", "colour_unreadable": "colour"}
"""The input at which a refusal is shown, by code; that of a picture names it."""


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/manage/<slug>/look`, and the pass that it shows."""

    @blueprint.get("/<slug>/look", endpoint="look")
    @admin
    def show(slug: str) -> Answer:
        return _page(service, slug)

    @blueprint.post("/<slug>/look")
    @admin
    def save_look(slug: str) -> Answer:
        event = service.database.ask(events.by_slug, slug)
        try:
            fields: Any = _fields()
            with changing(service, audit.EVENT_CHANGED, event) as db:
                events.change(db, slug, **fields)
        except Refused as no:
            field = no.params.get("picture") or FIELD_OF_REFUSAL.get(no.code, "")
            return _page(service, slug, {field: refusal_text(no)})
        return done("manage.look", _("Saved."))

    @blueprint.get("/<slug>/look/pass.png")
    @admin
    def sample_pass(slug: str) -> Response:
        with service.database.read() as db:
            event = events.by_slug(db, slug)
            return png(image_cache.sample_of(event, identity.of(db, event), service.settings.origin, language()))


def _fields() -> dict[str, Any]:
    """What the form says. A file is opened before anything is locked. Raises Refused."""
    colour = typed("colour").strip()
    given: dict[str, Any] = {"colour": "" if colour.lower() == colours.DEFAULT else colour}
    for kind in identity.KINDS:
        file = request.files.get(kind)
        if file and file.filename:
            with closing(file):
                given[kind] = file.read()
        elif request.form.get(f"no_{kind}"):
            given[kind] = None
    return event_validation.checked(given)


def _page(service: Service, slug: str, wrong: Texts | None = None) -> Answer:
    with service.database.read() as db:
        event = events.by_slug(db, slug)
        shown = look.head_of(events.shape(event))
    return page(
        "settings/look",
        wrong=wrong or {},
        colour=typed("colour").strip() or event.colour or colours.DEFAULT,
        event_look=shown,
        version=event.revision,
        seen=edit_conflict.fingerprint(event),
        megabytes=identity.MAX_FILE_BYTES // 1_000_000,
    )
