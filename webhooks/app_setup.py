"""What all answers share: a request id, safe headers, short error pages."""

import re
import traceback
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from flask import Flask, Response, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFError, CSRFProtect
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response as BaseResponse

from bot import __version__
from bot.timeouts import PAGE_RETRY_AFTER_SECONDS
from flows.fields.phone import grouped
from flows.text import _, ngettext_
from webhooks import assets, i18n
from webhooks.visitor import text_size

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])
Headers = Mapping[bool, list[tuple[str, str]]]
"""Headers of an answer, by whether we are called by https."""

MAX_BODY_BYTES = 1_000_000
"""Bytes of a request's body at most: Twilio's longest form and a batch of 500 scans stay well below."""
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    # Pico draws the arrows of its lists from data addresses.
    "img-src": "'self' blob: data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PERMISSIONS_POLICY = {"camera": "()", "microphone": "()", "geolocation": "()"}
DEFAULT_HEADERS = {"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store"}
"""Headers that Talisman does not know, set where the view has not set them."""
UNREDIRECTED_ENDPOINTS = ("health.", "twilio.")
"""Prefixes of the endpoints whose callers follow no redirect: platforms, and Twilio, which signs the address."""
MACHINES = ("twilio.", "api.", "media.", "assets.")
"""Prefixes of the endpoints that programs call: by signature or bearer token, and without a form of ours; and of files,
which are alike for everybody: a session that was looked at would make every cache keep one a reader.
"""
OF_PAGES = ("flask_talisman", "flask_wtf")
"""Libraries whose work is for pages."""
AROUND_PAGES = (*OF_PAGES, "flask_login", "webhooks.i18n", "webhooks.uploads")
"""Libraries, and modules of ours, whose work before and after a request is for pages; error pages use some of them."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_OWN_FOLDER = Path(__file__).parent.parent

log = structlog.get_logger(__name__)


class App(Flask):
    """A Flask that logs a bug as one line without a word of what anybody wrote. Files are `webhooks.assets`'."""

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)

    def ensure_sync(self, func: View) -> View:
        """The function itself: none of ours is asynchronous, and Flask would look at each one at every request."""
        return func

    def log_exception(
        self,
        exc_info: tuple[type[BaseException] | None, BaseException | None, TracebackType | None] | Any,
    ) -> None:
        """Log which error broke which endpoint, and where; messages of exceptions may quote people."""
        _, error, trace = exc_info
        log.error("broken", request_id=g.get("request_id"), door=request.endpoint, at=_place(trace), error=_name(error))


def _name(error: BaseException | None) -> str:
    return type(error).__qualname__


def _place(trace: TracebackType | None) -> str:
    """File and line of the innermost frame of our own code."""
    frames = traceback.extract_tb(trace)
    ours = [frame for frame in frames if _is_ours(Path(frame.filename))] or list(frames)
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""


def _is_ours(file: Path) -> bool:
    return file.is_relative_to(_OWN_FOLDER) and "site-packages" not in file.parts


def allow(permissions: Mapping[str, str] | None = None, **sources: str) -> Callable[[View], View]:
    """A decorator for a view that needs more than pages may by default.

    `allow({"camera": "(self)"}, script_src="'self' 'wasm-unsafe-eval'")`: the permissions, and parts
    of the Content-Security-Policy with underscores for hyphens.
    """
    policy = CONTENT_SECURITY_POLICY | {name.replace("_", "-"): value for name, value in sources.items()}
    options = {"content_security_policy": policy, "permissions_policy": PERMISSIONS_POLICY | dict(permissions or {})}

    def decorated(view: View) -> View:
        view.talisman_view_options = dict(options)  # type: ignore[attr-defined]  # where Talisman looks for it
        return view

    return decorated


def guard(app: Flask, origin: str) -> CSRFProtect:
    """Give every request an id and every answer the headers; errors become short pages; forms need a token.

    `origin` is where the world reaches us. Gives the protection, from which blueprints can be exempted.
    """
    app.register_error_handler(HTTPException, error_page)
    for away in (RedisError, OperationalError, InterfaceError):
        app.register_error_handler(away, _unavailable)
    app.jinja_env.globals.update(
        say=i18n.say,
        say_bold=i18n.say_bold,
        page_language=i18n.language,
        languages=i18n.offered,
        _=_,
        ngettext_=ngettext_,
        asset=assets.asset,
        icon=assets.icon,
        text_size=text_size.text_size,
        other_size=text_size.other_size,
        version=__version__,
    )
    app.jinja_env.filters["grouped"] = grouped
    app.jinja_env.finalize = i18n.localized
    _name_requests(app)
    _keep_redirects_at(app, origin)
    Talisman(
        app,
        force_https=False,  # it would redirect to whatever the Host header says
        strict_transport_security_include_subdomains=False,
        frame_options="DENY",
        referrer_policy="same-origin",  # addresses carry tokens: no other site may see them
        content_security_policy=CONTENT_SECURITY_POLICY,
        permissions_policy=PERMISSIONS_POLICY,
        session_cookie_secure=origin.startswith("https://"),
    )
    # The check of the Referer would need the Host that the browser saw, which not every proxy hands on.
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    return CSRFProtect(app)


def spare_machines(app: Flask) -> Headers:
    """Run what pages alone need for pages alone: the endpoints of MACHINES get their headers by one function.

    To be called last, when all extensions have hung in their own. Gives the headers that such an answer gets besides
    its own and the request's id.
    """
    before: list[Any] = app.before_request_funcs[None]
    after: list[Any] = app.after_request_funcs[None][::-1]  # as Flask runs them
    of_pages = next(hook for hook in after if _module(hook).startswith("flask_talisman"))
    made = {secure: _made_for_pages(app, of_pages, secure=secure) for secure in (False, True)}
    few_before, few_after = _without_pages(before), [partial(_as_pages_have_them, made), *_without_pages(after)]
    all_before = list(before)

    def begin() -> ResponseReturnValue | None:
        hooks = few_before if _is_for_machines() else all_before
        return next((answer for hook in hooks if (answer := hook()) is not None), None)

    def finish(response: Response) -> Response:
        for hook in few_after if _is_for_machines() else after:
            response = hook(response)
        return response

    app.before_request_funcs[None] = [begin]
    app.after_request_funcs[None] = [finish]
    return {secure: [*DEFAULT_HEADERS.items(), *pairs] for secure, pairs in made.items()}


def _without_pages(hooks: Iterable[Any]) -> list[Any]:
    return [hook for hook in hooks if not _module(hook).startswith(AROUND_PAGES)]


def _module(hook: Any) -> str:
    return str(getattr(hook, "func", hook).__module__)


def _is_for_machines() -> bool:
    return (request.endpoint or "").startswith(MACHINES)


def _made_for_pages(app: Flask, of_pages: Callable[[Response], Response], *, secure: bool) -> list[tuple[str, str]]:
    """The headers that this function gives to an answer, to who calls us by https or not."""
    with app.test_request_context(base_url="https://localhost" if secure else "http://localhost"):
        bare = Response()
        return [pair for pair in of_pages(Response()).headers if pair[0] not in bare.headers]


def _as_pages_have_them(made: Headers, response: Response) -> Response:
    """Give the answer the headers of pages that it lacks."""
    there = {name.lower() for name, _ in response.headers}
    response.headers.extend([pair for pair in made[request.is_secure] if pair[0].lower() not in there])
    return response


def begin_request(given_id: str) -> str:
    """Let the log's lines of this thread have the request's id from now on: the one that a proxy gave, or a new one."""
    request_id = given_id if _REQUEST_ID.fullmatch(given_id) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


def _name_requests(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.request_id = begin_request(request.headers.get("X-Request-ID", ""))

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in DEFAULT_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-ID"] = g.get("request_id", "")
        return response

    @app.teardown_request
    def forget(_problem: BaseException | None) -> None:
        # The thread serves other requests next, whose log lines must not have this id.
        structlog.contextvars.clear_contextvars()


def _keep_redirects_at(app: Flask, origin: str) -> None:
    """Redirects of ours lead to `origin`, whatever Host a caller names: it may be anybody's."""
    https = origin.startswith("https://")

    @app.before_request
    def come_by_https() -> BaseResponse | None:
        if not https or request.is_secure or (request.endpoint or "").startswith(UNREDIRECTED_ENDPOINTS):
            return None
        # 308 keeps method and body of a form.
        code = 302 if request.method in ("GET", "HEAD") else 308
        return redirect(origin + request.full_path.rstrip("?"), code)

    @app.after_request
    def stay(response: Response) -> Response:
        location = response.location
        if location and location.startswith(here := request.host_url):
            response.location = f"{origin}/{location.removeprefix(here)}"
        return response


def put_first(app: Flask, first: "WSGIApplication") -> None:
    """Let every request reach this before the application, which it calls itself."""
    app.wsgi_app = first  # type: ignore[method-assign, assignment]  # as Flask says to


def by_origin(app: "WSGIApplication", origin: str) -> "WSGIApplication":
    """Tell the application what the proxy before us took off, where the world reaches us by https; one that says that
    it was http is believed.
    """

    def wrapped(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("HTTP_X_FORWARDED_PROTO", "https") != "http":
            environ["wsgi.url_scheme"] = "https"
        return app(environ, start_response)

    return wrapped if origin.startswith("https://") else app


def _unavailable(error: Exception) -> ResponseReturnValue:
    """Redis or the database is away: nothing was confirmed, and whoever asked may ask again in a moment."""
    what = "redis_away" if isinstance(error, RedisError) else "database_away"
    log.error(what, request_id=g.get("request_id"), door=request.endpoint, error=_name(error))
    return current_app.handle_http_exception(ServiceUnavailable(retry_after=PAGE_RETRY_AFTER_SECONDS))


def error_page(error: HTTPException) -> Response:
    """A short page for an error: what it means, and for a bug the id under which it was logged.

    What the error itself brings (the methods that are allowed, when to try again) stays.
    """
    code = error.code or 500
    words = i18n.OLD_FORM if isinstance(error, CSRFError) else i18n.error(code)
    page = render_template(
        "error.html",
        code=code,
        words=words,
        first_page=i18n.FIRST_PAGE,
        reference=i18n.REFERENCE,
        request_id=g.get("request_id", ""),
    )
    kept = [pair for pair in error.get_headers() if pair[0] != "Content-Type"]
    return Response(page, code, kept, content_type="text/html; charset=utf-8")
