"""Scans of scanners with a token, answered without Flask: whatever is usual about them.

Flask, with its contexts and headers, was a fifth of an admission (docs/figures.md). Who asks, the limits, the parsing,
the view, the headers, the counts and the request's id are the same as by Flask, which gets every other request, and
whatever was refused or failed: there is one place that answers errors.
"""

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING, cast

import structlog
from pydantic import BaseModel
from werkzeug.wsgi import ClosingIterator

from bot.metrics import MetricCounters
from webhooks import app_setup, i18n, limits, metrics
from webhooks.api import parse_json
from webhooks.api.auth import SCHEME, Callers
from webhooks.api.routes import JSON, RAISED, Route
from webhooks.serving import whole_posts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY_BYTES = 8 * 1024
"""Bytes of a usual body at most: a scan has under 1,000."""
MORE_HEADERS = (("Content-Type", JSON), ("Vary", "Cookie"))
"""Of an answer in the reader's language, which a session may name."""


class ScannerPosts:
    """A WSGI application that answers usual scans itself, and has `others` answer the rest."""

    def __init__(
        self,
        origin: str,
        routes: Mapping[str, Route],
        callers: Callers,
        windows: limits.Windows,
        counts: MetricCounters,
        headers: app_setup.Headers,
        others: "WSGIApplication",
    ) -> None:
        """`origin` is where the world reaches us; `routes` by path."""
        self._only_https = origin.startswith("https://")
        self._routes = routes
        self._callers = callers
        self._windows = windows
        self._counts = counts
        self._headers = headers
        self._others = others

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The answer."""
        route = self._routes.get(environ["PATH_INFO"])
        if route is None or not self._is_usual(environ):
            return self._others(environ, start_response)
        begun, raw = perf_counter(), environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        request_id = app_setup.begin_request(environ.get("HTTP_X_REQUEST_ID", ""))
        try:
            with i18n.speaking(environ.get("HTTP_ACCEPT_LANGUAGE", "")):
                body, afterwards = self._answer(route, environ["HTTP_AUTHORIZATION"], raw)
        except Exception as problem:
            environ |= {"wsgi.input": BytesIO(raw), RAISED: problem, "HTTP_X_REQUEST_ID": request_id}
            return self._others(environ, start_response)
        finally:
            structlog.contextvars.clear_contextvars()
        metrics.count_answer(self._counts, f"api.{route.name}", "POST", 200, perf_counter() - begun)
        own = [("Content-Length", str(len(body))), ("X-Request-ID", request_id)]
        start_response("200 OK", [*MORE_HEADERS, *own, *self._headers[environ["wsgi.url_scheme"] == "https"]])
        return ClosingIterator([body], afterwards) if afterwards else [body]

    def _answer(self, route: Route, authorization: str, raw: bytes) -> tuple[bytes, Callable[[], None] | None]:
        """The body of the answer, and what is to be done when it has left."""
        caller, afterwards = self._callers.of_token(authorization.partition(" ")[2].strip())
        limits.spend(route.limit, route.name, caller.key, self._windows)
        said = parse_json.checked(cast("type[BaseModel]", route.body), parse_json.parsed(raw))
        answer = cast("BaseModel", route.view(caller, said))
        return answer.model_dump_json().encode(), afterwards

    def _is_usual(self, environ: "WSGIEnvironment") -> bool:
        """Whether it comes as scanners with a token send it: JSON, whole, not too long, and no browser's."""
        return (
            whole_posts.is_whole(environ, JSON, MAX_BODY_BYTES)
            and environ.get("HTTP_AUTHORIZATION", "").partition(" ")[0].lower() == SCHEME
            and "HTTP_COOKIE" not in environ
            and not environ["QUERY_STRING"]  # it could name a language
            and (environ["wsgi.url_scheme"] == "https" or not self._only_https)  # else led there
        )
