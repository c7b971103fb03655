"""Who is signed in: read from the roster at every request, so that disabling somebody works at once.

The browser keeps which row of the roster (or which owner, at which event) it is, that row's session number and
when the shift began, signed; no name and no phone number.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import Literal, ParamSpec
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_login.utils import login_url
from werkzeug.wrappers import Response

from bot.domain import events
from bot.domain.models import Staff
from bot.domain.roster import sessions as staff_sessions
from bot.domain.roster import validation as roster_validation
from bot.domain.roster.sessions import SessionHolder, SessionMark
from bot.errors import Refused
from bot.service import Service
from flows.shapes import Event
from flows.shapes.duty import Role
from flows.text.languages import ADMIN_LANGUAGES
from webhooks import i18n

LOCAL_PATHS = ("/staff/", "/p/", "/P/")
"""Where somebody may be taken after signing in."""
OWNER: Literal["owner"] = "owner"
Access = Role | Literal["owner", ""]
"""The role that a page asks for; `OWNER`: owners of the installation, the empty one: everybody who is signed in."""
"""The role of those who make events; of no event."""
EXTENSION = "staff sessions"
"""Under which the application keeps the service that knows the sessions."""
KEPT_KEYS = ("language",)
"""What of a browser's session is no secret of whoever used it before."""

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):  # type: ignore[misc] # Flask-Login brings no types
    """A person of the roster, or an owner, with a valid session."""

    holder: SessionHolder = field(repr=False)
    _event: Event | None
    """The event at which they are, as flows know it."""

    @property
    def mark(self) -> SessionMark:
        """Their session."""
        return self.holder.mark

    @property
    def name(self) -> str:
        """What colleagues call them."""
        return self.holder.name

    @property
    def has_event(self) -> bool:
        """Whether they look at an event; an owner may look at none."""
        return self.holder.event is not None

    @property
    def event(self) -> Event:
        """The event at which they are; only behind a guard, or where `has_event`."""
        assert self._event is not None, "let through by the guard"  # noqa: S101 - for the type checker
        return self._event

    @property
    def event_id(self) -> int:
        """The number of that event's row."""
        assert self.holder.event is not None, "let through by the guard"  # noqa: S101 - for the type checker
        return self.holder.event.id

    @property
    def row(self) -> Staff:
        """Their row of its roster, with gate; only behind the guard of a volunteer's pages."""
        assert self.holder.staff is not None, "let through by the guard"  # noqa: S101 - for the type checker
        return self.holder.staff

    @property
    def staff_id(self) -> int | None:
        """The number of that row; None for an owner who does not work there."""
        return self.holder.staff.id if self.holder.staff else None

    @property
    def actor(self) -> str:
        """Who acts, where it is nobody of the roster; else empty."""
        return "" if self.holder.staff else self.name

    @property
    def key(self) -> str:
        """By what limits know them."""
        return f"owner {self.mark.owner_id}" if self.mark.owner_id else str(self.mark.staff_id)

    def get_id(self) -> str:
        """The session's text for the browser."""
        mark = self.mark
        own = [mark.id, mark.owner_id, mark.event_id] if mark.owner_id else [mark.id] if mark.id else []
        return ".".join(str(part) for part in (mark.staff_id, mark.number, int(mark.since.timestamp()), *own))

    def may(self, role: Access) -> bool:
        """Whether they may do what this role may; the empty one is everybody's who is signed in.

        An owner may do at every event what its admins may; at a gate works who is on its roster.
        """
        if role == OWNER or not role:
            return not role or self.holder.owner is not None
        row = self.holder.staff
        if row is not None and roster_validation.is_at_least(row.role, role):
            return True
        return self.holder.owner is not None and (row is not None or roster_validation.is_at_least(role, "supervisor"))


def attach(app: Flask, service: Service) -> None:
    """Teach the application who is signed in."""
    # An answer that changed nothing must not bring its cookie back: one that comes late would undo what another
    # page has put there meanwhile, a sign-out too.
    app.config.update(SESSION_REFRESH_EACH_REQUEST=False, PERMANENT_SESSION_LIFETIME=staff_sessions.SESSION_TTL)
    # No page asks for it, and the page of an error must not ask the database.
    manager = LoginManager(app, add_context_processor=False)
    manager.login_view = "staff.login"
    # A phone's address changes between masts: that must not sign anybody out.
    manager.session_protection = None
    app.extensions[EXTENSION] = service

    @manager.user_loader  # type: ignore[untyped-decorator] # Flask-Login brings no types
    def load(stored: str) -> SignedIn | None:
        mark = read(stored)
        if mark is None:
            return None
        with service.database.read() as db:
            holder = staff_sessions.resume(db, mark, service.now())
            return signed_in(holder) if holder else None


def read(stored: str) -> SessionMark | None:
    """The session from the browser's cookie; None where it is none of ours."""
    try:
        numbers, own = stored.split(".")[:3], stored.split(".")[3:]
        staff_id, number, since = (int(part) for part in numbers)
        owner_id, event_id = (int(part) for part in own[1:] or (0, 0))
        return SessionMark(staff_id, number, datetime.fromtimestamp(since, UTC), "".join(own[:1]), owner_id, event_id)
    except (ValueError, OverflowError, OSError):
        return None


def signed_in(holder: SessionHolder) -> SignedIn:
    """Whoever has this session, as the pages know them; to be called where its rows can be read still."""
    return SignedIn(holder, events.shape(holder.event) if holder.event else None)


def staff() -> SignedIn | None:
    """The person of this request, if signed in."""
    return current_user if current_user.is_authenticated else None


def is_kept() -> bool:
    """Whether this browser keeps a session: asked of its cookie alone, since the page of an error asks no database."""
    return "_user_id" in session


def user() -> SignedIn:
    """The person of this request, behind a guard that has let them through."""
    found = staff()
    assert found is not None, "let through by the guard"  # noqa: S101 - for the type checker
    return found


def row() -> Staff | None:
    """The roster's row of whoever makes this request, with event and gate; None where nobody is signed in, and for an
    owner who does not work there.
    """
    user = staff()
    return user.holder.staff if user else None


def begin(user: SignedIn) -> None:
    """Sign somebody in; nothing of what the session held before goes with it."""
    leave()
    # A browser closed by the phone must not end the shift; the session's own mark says how long it lasts.
    session.permanent = True
    login_user(user)


def leave() -> None:
    """Let this browser forget the session; copies of its cookie still hold (bot.domain.roster.sessions.end)."""
    logout_user()
    for name in [name for name in session if name not in KEPT_KEYS]:
        session.pop(name)


def go_to(slug: str) -> None:
    """Move the session to another of its events. Raises Refused `not_on_roster`."""
    service: Service = current_app.extensions[EXTENSION]
    with service.database.read() as db:
        mark = staff_sessions.move(db, user().mark, slug, service.now())
        holder = staff_sessions.resume(db, mark, service.now())
        found = signed_in(holder) if holder else None
    if found is None:
        raise Refused("not_on_roster")
    begin(found)


def require_role(
    role: Access = "", *, without_event: bool = False
) -> Callable[[Callable[P, Response | str]], Callable[P, Response | str]]:
    """Let through who is signed in with this role or a higher one; others go to the sign-in, or get 403.

    `OWNER` lets through owners, the empty role everybody who is signed in; an owner who looks at no event yet goes
    to the list of events, unless the page can do without one. A page that asks for a part of itself gets 401 in place
    of the sign-in, which it could not show there. What volunteers work on can be had in their event's languages, all
    else in those that admins are spoken to in.
    """
    without_event = without_event or role in ("", OWNER)

    def decorate(view: Callable[P, Response | str]) -> Callable[P, Response | str]:
        @wraps(view)
        def guarded_view(*args: P.args, **kwargs: P.kwargs) -> Response | str:
            user = staff()
            if user is None and "HX-Request" in request.headers:
                abort(401)
            if user is None:
                return redirect(login_url(url_for("staff.login"), _page()))
            if not user.may(role):
                abort(403)
            if not (user.has_event or without_event):
                return redirect(url_for("manage.list"))
            at_gate = role in ("", "volunteer") and user.has_event
            i18n.offer(user.event.languages if at_gate else ADMIN_LANGUAGES)
            return view(*args, **kwargs)

        return guarded_view

    return decorate


def _page() -> str:
    """The page that this request is of; of a form that was sent the one that it stood on, which can be opened again."""
    return request.path if request.method == "GET" else urlsplit(request.referrer or "").path or request.path


def safe_redirect(path: str) -> str:
    """The page after signing in: one of ours that was asked for, else the one on which they work."""
    parts = urlsplit(path)
    safe = not parts.scheme and not parts.netloc and "\\" not in path and parts.path.startswith(LOCAL_PATHS)
    return parts.path if safe else url_for(_own_page())


def _own_page() -> str:
    """Owners have the list of events, admins the dashboard, others the scanner."""
    if user().may(OWNER):
        return "manage.list"
    return "staff.dashboard" if user().may("admin") else "staff.scan"
