"""Who is signed in: read from the roster at every request, so that disabling somebody works at once.

The browser keeps which row of the roster it is, that row's session number and when the shift began,
signed; no name and no phone number.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import Flask, abort, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_login.utils import login_url
from werkzeug.wrappers import Response

from bot.domain import events
from bot.domain.models import Staff
from bot.domain.roster import sessions as staff_sessions
from bot.domain.roster import validation as roster_validation
from bot.domain.roster.sessions import SessionMark
from bot.service import Service
from flows.shapes import Event

LOCAL_PATHS = ("/staff/", "/p/", "/P/")
"""Where somebody may be taken after signing in."""
KEPT_KEYS = ("language",)
"""What of a browser's session is no secret of whoever used it before."""

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):  # type: ignore[misc] # Flask-Login brings no types
    """A person of the roster with a valid session."""

    mark: SessionMark
    row: Staff = field(repr=False)
    """The person's row of the roster, with event and gate."""
    event: Event

    def get_id(self) -> str:
        """The session's text for the browser."""
        mark = self.mark
        return f"{mark.staff_id}.{mark.number}.{int(mark.since.timestamp())}.{mark.id}".removesuffix(".")

    def may(self, role: str) -> bool:
        """Whether they may do what this role may."""
        return roster_validation.is_at_least(self.row.role, role)


def attach(app: Flask, service: Service) -> None:
    """Teach the application who is signed in."""
    # An answer that changed nothing must not bring its cookie back: one that comes late would undo what another
    # page has put there meanwhile, a sign-out too.
    app.config.update(SESSION_REFRESH_EACH_REQUEST=False, PERMANENT_SESSION_LIFETIME=staff_sessions.SESSION_TTL)
    manager = LoginManager(app)
    manager.login_view = "staff.login"
    # A phone's address changes between masts: that must not sign anybody out.
    manager.session_protection = None

    @manager.user_loader  # type: ignore[untyped-decorator] # Flask-Login brings no types
    def load(stored: str) -> SignedIn | None:
        mark = read(stored)
        if mark is None:
            return None
        with service.database.read() as db:
            row = staff_sessions.resume(db, mark, service.now())
            return signed_in(row, mark) if row else None


def read(stored: str) -> SessionMark | None:
    """The session from the browser's cookie; None where it is none of ours."""
    try:
        numbers, own = stored.split(".")[:3], stored.split(".")[3:]
        staff_id, number, since = (int(part) for part in numbers)
        return SessionMark(staff_id, number, datetime.fromtimestamp(since, UTC), "".join(own))
    except (ValueError, OverflowError, OSError):
        return None


def signed_in(row: Staff, mark: SessionMark) -> SignedIn:
    """A row of the roster, with event and gate, as the pages know it."""
    return SignedIn(mark, row, events.shape(row.event))


def staff() -> SignedIn | None:
    """The person of this request, if signed in."""
    return current_user if current_user.is_authenticated else None


def user() -> SignedIn:
    """The person of this request, behind a guard that has let them through."""
    found = staff()
    assert found is not None, "let through by the guard"  # noqa: S101 - for the type checker
    return found


def row() -> Staff | None:
    """The roster's row of whoever makes this request, with event and gate; None where nobody is signed in."""
    user = staff()
    return user.row if user else None


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


def require_role(role: str) -> Callable[[Callable[P, Response | str]], Callable[P, Response | str]]:
    """Let through who is signed in with this role or a higher one; others go to the sign-in, or get 403.

    A page that asks for a part of itself gets 401 in place of the sign-in, which it could not show there.
    """

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
            return view(*args, **kwargs)

        return guarded_view

    return decorate


def _page() -> str:
    """The page that this request is of; of a form that was sent the one that it stood on, which can be opened again."""
    return request.path if request.method == "GET" else urlsplit(request.referrer or "").path or request.path


def safe_redirect(path: str) -> str:
    """The page after signing in: one of ours that was asked for, else the scanner."""
    parts = urlsplit(path)
    safe = not parts.scheme and not parts.netloc and "\\" not in path and parts.path.startswith(LOCAL_PATHS)
    return parts.path if safe else url_for("staff.scan")
