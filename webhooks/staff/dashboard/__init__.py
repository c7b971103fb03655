"""The dashboard of an event's day for supervisors and admins, refreshed every few seconds.

All who ask within two seconds share one reading of the database, however many screens are open; what a screen
shows already is not sent again.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, render_template, request
from markupsafe import Markup

from bot.domain import events, setup
from bot.domain.roster import sessions as staff_sessions
from bot.domain.stats import conflicts, dashboard_query
from bot.domain.stats.dashboard import Dashboard
from bot.service import Service
from flows.shapes import Event
from flows.text import words
from webhooks import assets, i18n, limits
from webhooks.api import etag
from webhooks.api.single_flight import SingleFlight
from webhooks.staff.dashboard import tables, tiles
from webhooks.staff.dashboard.texts import TEXTS
from webhooks.staff.session import require_role, user

CACHE_SECONDS = 2.0
"""How old the figures may be that are shown."""
POLL_SECONDS = 5
"""How often an open page asks."""
RATE_LIMIT = "300 per minute"
"""Requests of one person: 25 open screens."""
MOMENT_HEADER = "X-Looked-At"
"""The response header with the moment of the figures. It is not in the body, so unchanged figures keep their ETag."""
HOUR_HEADER = "X-As-Of"
"""The response header with the same moment as people say it, percent-encoded: headers hold no letters of India."""
PAGE_HEADER = "X-Page"
"""The header that says for which page the figures are. A page of which that is not true any more is loaded anew: its
person has moved to another event or language in another window, there is a new release, or a chart has come."""
TABLE_ORDER = (
    "entries",
    "gates",
    "refused",
    "registrations",
    "funnel",
    "days",
    "needs",
    "failures",
    "stands_out",
    "unheard",
)
"""The tables in the order in which the page has them, as far as the event has them."""
AT_THE_GATES = ("entries", "gates", "refused")
"""Of these the ones that come first, beside one another."""


@dataclass(frozen=True, slots=True)
class RenderedDashboard:
    """A dashboard in one language: each part of the page that changes, by its name."""

    dashboard: Dashboard
    html: dict[str, Markup]
    fragment: bytes
    """All parts as htmx puts them into the page."""
    packed: bytes
    """The fragment, compressed by gzip."""
    tag: str
    key: str
    """Which page these parts belong to: its event, language, release, and which of its charts have anything to show."""


class DashboardCache:
    """The dashboards that are shown now: all who ask within CACHE_SECONDS share one reading."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._flights: defaultdict[tuple[str, date | None], SingleFlight[Dashboard]] = defaultdict(
            lambda: SingleFlight(CACHE_SECONDS)
        )
        self._parts: dict[tuple[str, str, date | None], RenderedDashboard] = {}

    def get(self, event: Event, day: date | None) -> RenderedDashboard:
        """The event's dashboard in the page's language, of a day (None: the one in progress).

        Raises Refused `no_such_event`.
        """
        dashboard = self._flights[event.slug, day].get(lambda: self._render(event.slug, day))
        key = event.slug, i18n.language(), day
        kept = self._parts.get(key)
        if kept is None or kept.dashboard is not dashboard:
            kept = self._parts[key] = _render_parts(dashboard, event)
        return kept

    def _render(self, slug: str, day: date | None) -> Dashboard:
        with self._service.database.read() as db:
            return conflicts.with_clocks(db, dashboard_query.get_dashboard(db, slug, self._service.now(), on=day))


def routes(blueprint: Blueprint, service: Service) -> None:
    """`/staff/dashboard` and the fragment that it asks for anew."""
    shared = DashboardCache(service)

    @blueprint.get("/dashboard", endpoint="dashboard")
    @require_role("supervisor")
    def page() -> str:
        day = _chosen(user().event)
        parts = shared.get(user().event, day)
        shown = tables.all_of(parts.dashboard, user().event)
        return render_template(
            "staff/dashboard.html",
            words=TEXTS,
            chosen=day and {"day": day.isoformat()},
            days=tiles.days(parts.dashboard),
            dashboard=parts.dashboard,
            name=words(parts.dashboard.name),
            parts=parts.html,
            tag=parts.tag,
            key=parts.key,
            as_of=_as_of(parts.dashboard),
            several=len(service.database.ask(staff_sessions.list_events, user().holder, service.now())) > 1,
            steps=_steps(service, parts.dashboard),
            wall="wall" in request.args,
            tables=shown,
            cards=[name for name in TABLE_ORDER if name in shown],
            first=AT_THE_GATES,
            every=POLL_SECONDS,
            plain="tables" in request.args,
        )

    @blueprint.get("/dashboard/figures")
    @require_role("supervisor")
    def figures() -> Response:
        limits.spend(RATE_LIMIT, "dashboard", user().key)
        parts = shared.get(user().event, _chosen(user().event))
        packed = request.accept_encodings["gzip"] > 0
        answer = Response(parts.packed if packed else parts.fragment, content_type="text/html; charset=utf-8")
        answer.vary.add("Accept-Encoding")
        answer.headers[PAGE_HEADER] = parts.key
        answer.headers[MOMENT_HEADER] = parts.dashboard.as_of.isoformat()
        answer.headers[HOUR_HEADER] = quote(_as_of(parts.dashboard))
        if packed:
            answer.content_encoding = "gzip"
        return etag.with_etag(answer, parts.tag)


def _chosen(event: Event) -> date | None:
    """The day that the page is asked for; None: the one in progress, also where the event has no such day.

    Whoever looks at a day and moves to another event goes on with that one's.
    """
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return day if event.starts_on <= day <= event.ends_on else None


def _as_of(dashboard: Dashboard) -> str:
    return tables.hour(tables.local(dashboard, dashboard.as_of))


def _page(event: Event, drawn: Iterable[str]) -> str:
    return " ".join((event.slug, i18n.language(), assets.digest(), *drawn))


def _steps(service: Service, dashboard: Dashboard) -> Sequence[tiles.NextStep]:
    """What is to do, while nothing has happened yet."""
    if not tiles.is_empty(dashboard):
        return ()
    with service.database.read() as db:
        has_team = setup.has_team(db, events.by_slug(db, dashboard.slug))
    return tiles.next_steps(dashboard, has_team=has_team)


def _render_parts(dashboard: Dashboard, event: Event) -> RenderedDashboard:
    macros: Any = current_app.jinja_env.get_template("staff/dashboard_parts.html").module  # its macros have no types
    html = {
        "state": macros.state(tiles.state(dashboard), tiles.stopped(dashboard), dashboard.is_open),
        "hero": macros.hero(tiles.hero(dashboard), i18n.say(TEXTS["ADMITTED"])),
        "alerts": macros.alerts(tiles.alerts(dashboard)),
        "tiles": macros.tiles(tiles.tiles(dashboard)),
    }
    shown = tables.all_of(dashboard, event)
    for name, table in shown.items():
        html[name] = macros.table(table)
    key = _page(event, (name for name, table in shown.items() if table.is_drawn))
    whole = "".join(f'<div id="{name}" hx-swap-oob="innerHTML">{part}</div>' for name, part in html.items()).encode()
    return RenderedDashboard(dashboard, html, whole, gzip.compress(whole, mtime=0), sha256(whole).hexdigest()[:32], key)
