"""Files of the pages that do not lie in `static`: the Hindi font, and the icon that browsers ask for unasked."""

import fontpkg
from flask import Blueprint, Response, current_app, send_file

A_MONTH = 30 * 24 * 3600


def blueprint() -> Blueprint:
    """`GET /fonts/devanagari.ttf` and `GET /favicon.ico`."""
    door = Blueprint("assets", __name__)

    @door.get("/fonts/devanagari.ttf")
    def font() -> Response:
        return send_file(fontpkg.path("Noto Sans Devanagari"), mimetype="font/ttf", max_age=A_MONTH)

    @door.get("/favicon.ico")
    def icon() -> Response:
        return current_app.send_static_file("icon.svg")

    return door
