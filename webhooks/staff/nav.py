"""The navigation of the staff pages: the pages that a person's role opens."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, request, url_for

from flows.shapes import Sentence
from flows.text import _
from webhooks.staff import session

SAID = {
    "PLACES": _("Staff pages"),
    "LEAVE": _("Sign out"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A page that people of the roster work on."""

    endpoint: str
    name: Sentence
    role: str
    """Whom it lets in: who has this role or a higher one."""


PLACES = (
    Place("staff.dashboard", _("Dashboard"), "supervisor"),
    Place("staff.scan", _("Scanner"), "volunteer"),
    Place("staff.desk", _("Desk"), "volunteer"),
    Place("manage.list", _("Manage"), "admin"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """A link of the navigation."""

    name: Sentence
    path: str
    here: bool
    """Whether it leads to the page that is being shown, or to one that this page is under."""


def ways() -> Sequence[Way]:
    """The links that the person of this request may open; none where nobody is signed in."""
    user = session.staff()
    return [_way(place) for place in PLACES if user is not None and user.may(place.role)]


def attach(app: Flask) -> None:
    """Let templates ask who is signed in and where they may go (`staff/page.html` shows it)."""
    app.jinja_env.globals.update(signed_in=session.staff, ways=ways, nav_words=SAID)


def _way(place: Place) -> Way:
    path = url_for(place.endpoint)
    return Way(place.name, path, f"{request.path}/".startswith(f"{path}/"))
