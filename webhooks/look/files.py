"""An event's colour as a style sheet, and its pictures: each under an address that has one content for good."""

from flask import Blueprint, Response, abort, request

from bot.domain.events import colours, identity
from bot.errors import Refused
from bot.service import Service
from webhooks.assets import ONE_YEAR_SECONDS

TYPES = {"png": "image/png", "jpg": "image/jpeg"}
STYLE = """.event-{name} {{ --event: {colour}; --event-ink: {ink}; {day} }}
@media (prefers-color-scheme: dark) {{ .event-{name} {{ {night} }} }}
"""
ACCENT = "--brand: {one.colour}; --brand-strong: {one.strong}; --brand-ink: {one.ink}; --brand-tint: {one.tint};"


def blueprint(service: Service) -> Blueprint:
    """`GET /look/<colour>.css` and `GET /look/<event>/<picture>`."""
    made = Blueprint("look", __name__)

    @made.get("/look/<colour>.css")
    def style(colour: str) -> Response:
        try:
            known = colours.checked(colour)
        except Refused:
            abort(404)
        return _for_good(style_sheet(known), "text/css", colour)

    @made.get("/look/<slug>/<digest>.<suffix>")
    def picture(slug: str, digest: str, suffix: str) -> Response:
        found = service.database.ask(identity.find, slug, digest)
        if found is None or TYPES.get(suffix) != found.mime:
            abort(404)
        return _for_good(found.data, found.mime, digest)

    return made


def _for_good(body: bytes | str, mime: str, tag: str) -> Response:
    answer = Response(body, mimetype=mime)
    answer.set_etag(tag)
    answer.cache_control.public = True
    answer.cache_control.max_age = ONE_YEAR_SECONDS
    answer.cache_control.immutable = True
    answer.make_conditional(request)
    return answer


def style_sheet(colour: str) -> str:
    """The class that puts a colour in the place of ours, by day and by night, in shades that can be read."""
    day, night = (colours.accent(colour, grounds) for grounds in (colours.LIGHT_GROUNDS, colours.DARK_GROUNDS))
    accents = {"day": ACCENT.format(one=day), "night": ACCENT.format(one=night)}
    return STYLE.format(name=colour[1:], colour=colour, ink=colours.ink_on(colour), **accents)
