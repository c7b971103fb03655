"""What every answer of every door has in common: a request id, safe headers, short error pages."""

import re
import traceback
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException

from webhooks import wording

MOST_BYTES = 1_000_000
"""Of one request's body: Twilio's longest form and a batch of 500 scans stay well below."""
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Set where the view has not said something else. Addresses carry tokens: no other site may see them."""
A_YEAR = 31_536_000
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_OURS = Path(__file__).parent.parent

log = structlog.get_logger(__name__)


class Edge(Flask):
    """A Flask that logs a bug as one line without a word of what anybody wrote."""

    def log_exception(
        self,
        exc_info: tuple[type[BaseException] | None, BaseException | None, TracebackType | None] | Any,
    ) -> None:
        """Say which error broke which door, and where; messages of exceptions may quote people."""
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
    return file.is_relative_to(_OURS) and "site-packages" not in file.parts


def guard(app: Flask, *, https: bool) -> None:
    """Give every request an id and every answer the headers; errors become short pages."""

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
        response.headers["X-Request-ID"] = g.get("request_id", "")
        return response

    @app.teardown_request
    def forget(_problem: BaseException | None) -> None:
        # The thread goes on to other work, whose lines are not this request's.
        structlog.contextvars.clear_contextvars()

    app.register_error_handler(HTTPException, error_page)


def error_page(error: HTTPException) -> Response:
    """A short page for an error: what it means, and for a bug the id under which it was logged.

    What the error itself brings (the methods that are allowed, when to try again) stays.
    """
    code = error.code or 500
    page = render_template("error.html", code=code, words=wording.error(code), request_id=g.get("request_id", ""))
    kept = [pair for pair in error.get_headers() if pair[0] != "Content-Type"]
    return Response(page, code, kept, content_type="text/html; charset=utf-8")
