"""The navigation of the staff pages: the pages that a person's role opens."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, request, url_for

from flows.shapes import Sentence
from flows.text import _
from webhooks.staff import session

TEXTS = {
    "PLACES": _("Team pages"),
    "LEAVE": _("Sign out"),
}


@dataclass(frozen=True, slots=True)
class NavItem:
    """A page that people of the roster work on."""

    endpoint: str
    name: Sentence
    role: session.Access
    """Whom it lets in: who has this role or a higher one."""


NAV_ITEMS = (
    NavItem("staff.dashboard", _("Dashboard"), "supervisor"),
    NavItem("staff.scan", _("Scanner"), "volunteer"),
    NavItem("staff.desk", _("Desk"), "volunteer"),
    NavItem("manage.list", _("Manage"), "admin"),
    NavItem("staff.owners", _("Owners"), session.OWNER),
)
EVENTLESS = NAV_ITEMS[-2:]
"""Pages that an owner opens before there is an event."""


@dataclass(frozen=True, slots=True)
class NavLink:
    """A link of the navigation."""

    name: Sentence
    path: str
    here: bool
    """Whether it leads to the page that is being shown, or to one that this page is under."""


def nav_links() -> Sequence[NavLink]:
    """The links that the person of this request may open; none where nobody is signed in."""
    user = session.staff()
    if user is None:
        return ()
    return [_nav_link(place) for place in NAV_ITEMS if user.may(place.role) and (user.has_event or place in EVENTLESS)]


def attach(app: Flask) -> None:
    """Let templates ask who is signed in and where they may go (`staff/page.html` shows it)."""
    app.jinja_env.globals.update(signed_in=session.staff, ways=nav_links, nav_words=TEXTS)


def _nav_link(item: NavItem) -> NavLink:
    path = url_for(item.endpoint)
    return NavLink(item.name, path, f"{request.path}/".startswith(f"{path}/"))
