"""`/pass/<token>`: a pass for whoever was sent its link by SMS or in the chat, without a code for their phone.

It shows what the picture of the pass shows, and nothing can be changed from it: that takes the phone, at `/passes`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, abort, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from bot.delivery.images import cache as image_cache
from bot.domain.checkins import public_status
from bot.domain.models import Pass
from bot.domain.passes import holder_links, tokens
from bot.service import Service
from flows.shapes import Invalid
from webhooks import i18n
from webhooks.visitor import pass_page
from webhooks.visitor.pass_page import PassFiles, VisiblePass

SHOWN = (public_status.VALID, public_status.ANOTHER_DAY, public_status.USED_UP)
"""The states in which a pass is shown; in all others its public page says what became of it."""


def add_routes(blueprint: Blueprint, service: Service) -> None:
    """The page of a link, and the files that it offers."""

    @blueprint.get("/pass/<token>")
    def linked_pass(token: str) -> Answer:
        picture, entry = (url_for(f"visitor.{name}", token=token) for name in ("linked_picture", "linked_calendar"))
        with _shown(service, token, else_public=True) as visible:
            answer = pass_page.show_pass_page(service, visible, PassFiles(picture, entry))
        # The pass may be cancelled the next minute, and search engines must not list it.
        answer.headers.update({"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"})
        return answer

    @blueprint.get("/pass/<token>/picture.png")
    def linked_picture(token: str) -> Response:
        with _shown(service, token) as visible:
            return pass_page.picture_file(service, visible)

    @blueprint.get("/pass/<token>/visit.ics")
    def linked_calendar(token: str) -> Response:
        with _shown(service, token) as visible:
            return pass_page.calendar_file(service, visible)


@contextmanager
def _shown(service: Service, token: str, *, else_public: bool = False) -> Iterator[VisiblePass]:
    """The pass of a token; where it is not shown, 404, or with `else_public` the page that says what became of it."""
    with service.database.read() as db:
        row = _of_token(db, service, token)
        if public_status.status_of(db, row, service.now()).state not in SHOWN:
            abort(_public_page(service, row) if else_public else 404)
        i18n.offer(row.event.languages)
        yield VisiblePass(row, image_cache.image_facts(db, service, row.id, i18n.language()))


def _public_page(service: Service, row: Pass) -> Answer:
    return redirect(url_for("pass_page.page", token=tokens.encode(tokens.token_of(row), service.ring)), 303)


def _of_token(db: Session, service: Service, token: str) -> Pass:
    """The pass of a token, whatever became of it; 404 where there is none."""
    try:
        found = db.get(Pass, holder_links.read(token, service.settings.secret_key))
    except Invalid:
        abort(404)
    return found or abort(404)
