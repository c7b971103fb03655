"""The navigation of the staff pages: the pages that a person's role opens, and those of the event they look at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for

from flows.shapes import Sentence
from flows.text import _
from webhooks.staff import session
from webhooks.staff.manage.layout import SECTIONS, NavItem

TEXTS = {
    "PLACES": _("Team pages"),
    "SIGN_IN": _("Team sign-in"),
    "LEAVE": _("Sign out"),
}
STATES = {
    "open": _("Registration open"),
    "closed": _("Registration closed"),
    "cancelled": _("cancelled"),
    "stopped": _("Entry is stopped"),
}
"""The state of the event beside its name. Volunteers read it too, so it stands here, in every language."""
NAV_ITEMS = (
    NavItem("staff.dashboard", _("Dashboard"), "chart-column", "supervisor"),
    NavItem("staff.scan", _("Scanner"), "scan-line", "volunteer"),
    NavItem("staff.desk", _("Desk"), "user-plus", "volunteer"),
    NavItem("manage.list", _("Manage"), "list"),
    NavItem("staff.owners", _("Owners"), "key-round", session.OWNER),
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
    icon: str


def nav_links() -> Sequence[Sequence[NavLink]]:
    """The links that the person of this request may open, in groups: the work, the event, all events; none where nobody
    is signed in.
    """
    user = session.staff()
    if user is None:
        return ()
    open_ = [item for item in NAV_ITEMS if user.may(item.role) and (user.has_event or item in EVENTLESS)]
    work, above = ([item for item in open_ if (item in EVENTLESS) == late] for late in (False, True))
    sections = SECTIONS if user.has_event and user.may("admin") else ()
    event = [_link(section, slug=user.event.slug) for section in sections]
    return [group for group in _one_here([list(map(_link, work)), event, list(map(_link, above))]) if group]


def event_state() -> Mapping[str, Sentence | str]:
    """How the event of whoever makes this request is now, behind a guard: the words, and how their badge looks."""
    row = session.user().holder.event
    state = "stopped" if row and row.entry_paused_at and row.status == "open" else session.user().event.status
    return {"text": STATES[state], "look": state}


def team_words() -> Sentence:
    """What the foot of a page calls the way to the team's pages."""
    return TEXTS["PLACES" if session.is_kept() else "SIGN_IN"]


def attach(app: Flask) -> None:
    """Let templates ask who is signed in and where they may go (`staff/page.html` shows it)."""
    app.jinja_env.globals.update(
        signed_in=session.staff, ways=nav_links, nav_words=TEXTS, nav_state=event_state, team_words=team_words
    )


def _link(item: NavItem, **values: Any) -> NavLink:
    path = url_for(item.endpoint, **values)
    return NavLink(item.name, path, f"{request.path}/".startswith(f"{path}/"), item.icon)


def _one_here(groups: Iterable[Sequence[NavLink]]) -> list[list[NavLink]]:
    """Of links that lead to pages above this one only the nearest counts as here."""
    groups = [list(group) for group in groups]
    nearest = max((len(link.path) for group in groups for link in group if link.here), default=0)
    return [
        [NavLink(link.name, link.path, link.here and len(link.path) == nearest, link.icon) for link in group]
        for group in groups
    ]
