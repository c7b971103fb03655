"""The navigation of the staff pages: the pages that a person's role opens, and those of the event they look at."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask import Flask, request, url_for

from flows.shapes import Sentence
from flows.text import _
from webhooks.staff import session
from webhooks.staff.manage.layout import SECTIONS

TEXTS = {
    "PLACES": _("Team pages"),
    "LEAVE": _("Sign out"),
}
STATES = {
    "open": _("Registration open"),
    "closed": _("Registration closed"),
    "cancelled": _("cancelled"),
    "stopped": _("Entry is stopped"),
}
"""The state of the event beside its name."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """A page that people of the roster work on."""

    endpoint: str
    name: Sentence
    role: session.Access
    """Whom it lets in: who has this role or a higher one."""
    icon: str


NAV_ITEMS = (
    NavItem("staff.dashboard", _("Dashboard"), "supervisor", "chart-column"),
    NavItem("staff.scan", _("Scanner"), "volunteer", "scan-line"),
    NavItem("staff.desk", _("Desk"), "volunteer", "user-plus"),
    NavItem("manage.list", _("Manage"), "admin", "list"),
    NavItem("staff.owners", _("Owners"), session.OWNER, "key-round"),
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


@dataclass(frozen=True, slots=True)
class EventState:
    """How the event is now: the words, and how their badge looks."""

    text: Sentence
    look: str


def nav_links() -> Sequence[Sequence[NavLink]]:
    """The links that the person of this request may open, in groups: the work, the event, all events; none where nobody
    is signed in.
    """
    user = session.staff()
    if user is None:
        return ()
    open_ = [item for item in NAV_ITEMS if user.may(item.role) and (user.has_event or item in EVENTLESS)]
    work, above = ([item for item in open_ if (item in EVENTLESS) == late] for late in (False, True))
    event = _sections(user.event.slug) if user.has_event and user.may("admin") else ()
    links = [list(map(_nav_link, work)), list(event), list(map(_nav_link, above))]
    return [group for group in _one_here(links) if group]


def event_state() -> EventState:
    """The state of the event of whoever makes this request, behind a guard."""
    row = session.user().holder.event
    state = "stopped" if row and row.entry_paused_at and row.status == "open" else session.user().event.status
    return EventState(STATES[state], state)


def attach(app: Flask) -> None:
    """Let templates ask who is signed in and where they may go (`staff/page.html` shows it)."""
    app.jinja_env.globals.update(signed_in=session.staff, ways=nav_links, nav_words=TEXTS, nav_state=event_state)


def _nav_link(item: NavItem) -> NavLink:
    return _link(item.name, url_for(item.endpoint), item.icon)


def _sections(slug: str) -> Iterator[NavLink]:
    for section in SECTIONS:
        yield _link(section.name, url_for(section.endpoint, slug=slug), section.icon)


def _link(name: Sentence, path: str, icon: str) -> NavLink:
    return NavLink(name, path, f"{request.path}/".startswith(f"{path}/"), icon)


def _one_here(groups: Iterable[Sequence[NavLink]]) -> list[list[NavLink]]:
    """Of links that lead to pages above this one only the nearest counts as here."""
    groups = [list(group) for group in groups]
    nearest = max((len(link.path) for group in groups for link in group if link.here), default=0)
    return [
        [NavLink(link.name, link.path, link.here and len(link.path) == nearest, link.icon) for link in group]
        for group in groups
    ]
