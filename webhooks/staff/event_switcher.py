"""The event at which somebody is, on top of every staff page, and the others to which one click leads."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, request, url_for

from bot.domain.models import Event
from bot.domain.roster import sessions as staff_sessions
from bot.service import Service
from flows.shapes import Sentence
from flows.shapes.duty import Role
from flows.text import _
from webhooks.staff import nav, session
from webhooks.staff.manage import display

TEXTS = {
    "CHANGE": _("Change event"),
    "CHOOSE": _("Choose an event"),
    "ALL": _("See all events"),
}
MAX_LISTED = 8
"""Events that the switch lists; an owner of more finds the others on the page of all events."""


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """An event to which they can go."""

    slug: str
    name: str
    next: str
    """Where it leads: to this page there; empty where they may not open it there: to their own first page."""


@dataclass(frozen=True, slots=True)
class EventSwitcher:
    """What the switch shows."""

    here: Sentence | str
    """The event at which they are; else that they choose one."""
    others: Sequence[OtherEvent]
    """None where they work at this event alone."""
    more: bool
    """Whether there are events that are not listed."""


def attach(app: Flask, service: Service) -> None:
    """Let templates ask for the switch (`staff/page.html` shows it)."""

    def event_switcher() -> EventSwitcher | None:
        user = session.staff()
        return _switcher(service, user) if user else None

    app.jinja_env.globals.update(event_switcher=event_switcher, event_words=TEXTS)


def _switcher(service: Service, user: session.SignedIn) -> EventSwitcher | None:
    role = _role_here()
    with service.database.read() as db:
        everything = staff_sessions.list_events(db, user.holder, service.now())
        fitting = staff_sessions.list_events(db, user.holder, service.now(), role)
    # At a gate an owner works only where a team has them.
    open_here = set() if user.may(session.OWNER) and role == "volunteer" else {event.slug for event in fitting}
    here = user.event.slug if user.has_event else ""
    others = [event for event in everything if event.slug != here]
    name: Sentence | str = next((display.name(event) for event in everything if event.slug == here), TEXTS["CHOOSE"])
    shown = [OtherEvent(row.slug, display.name(row), _there(row) if row.slug in open_here else "") for row in others]
    return EventSwitcher(name, shown[:MAX_LISTED], len(shown) > MAX_LISTED) if everything else None


def _role_here() -> Role:
    """The least role that the page of this request asks for."""
    here = f"{request.path}/"
    item = next((item for item in nav.NAV_ITEMS if here.startswith(f"{url_for(item.endpoint)}/")), None)
    if item is None or not item.role:
        return "volunteer"
    return "admin" if item.role == session.OWNER else item.role


def _there(event: Event) -> str:
    """The address of this page at another event; of a page of one day, gate or person the event's own page."""
    arguments = request.view_args or {}
    if "slug" not in arguments:
        return request.path
    endpoint = request.endpoint if set(arguments) == {"slug"} else None
    return url_for(endpoint or "manage.event", slug=event.slug)
