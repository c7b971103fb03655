"""Twilio's forms, answered without Flask: whatever is usual about them.

A pass is seven messages and three statuses, and Flask with its forms, contexts and headers was a fifth of a message and
half of a status (docs/figures.md). The views, the check of the signature, the headers, the counts and the request's id
are the same as by Flask, which gets every request that is not quite as Twilio sends it, and whatever met an error:
there is one place that refuses, and one that answers errors.
"""

from collections.abc import Iterable
from io import BytesIO
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import unquote

import structlog

from bot.metrics import MetricCounters
from bot.service import Service
from webhooks import app_setup, local_requests, metrics, twilio
from webhooks.serving import whole_posts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORM_TYPE = "application/x-www-form-urlencoded"


class Form(dict[str, str]):
    """The fields of a form, in which none comes twice."""

    def getall(self, name: str) -> list[str]:
        """The values of a field, as Twilio's library asks for them."""
        return [self[name]]


class SignedPosts:
    """A WSGI application that answers Twilio's usual forms itself, and has `others` answer the rest."""

    def __init__(
        self, service: Service, counts: MetricCounters, headers: app_setup.Headers, others: "WSGIApplication"
    ) -> None:
        self._others = others
        self._counts = counts
        self._headers = headers
        self._views = {f"{twilio.PREFIX}/{name}": (name, view) for name, view in twilio.views(service).items()}
        self._signatures = twilio.Signatures(service.settings)
        self._simulated = service.settings.simulated

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The answer."""
        name, view = self._views.get(environ["PATH_INFO"], ("", None))
        if view is None or not self._is_usual(environ):
            return self._others(environ, start_response)
        begun, body = perf_counter(), environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = BytesIO(body)
        form, args = parsed(body), parsed(environ["QUERY_STRING"].encode("latin-1"))
        if form is None or args is None or not self._is_signed(environ, form):
            return self._others(environ, start_response)
        request_id = app_setup.begin_request(environ.get("HTTP_X_REQUEST_ID", ""))
        try:
            answer = view(form, args)
        except Exception as problem:
            environ |= {twilio.RAISED: problem, "HTTP_X_REQUEST_ID": request_id}
            return self._others(environ, start_response)
        finally:
            structlog.contextvars.clear_contextvars()
        metrics.count_answer(self._counts, f"twilio.{name}", "POST", answer.status_code, perf_counter() - begun)
        start_response(answer.status, [*answer.headers, *self._more(environ), ("X-Request-ID", request_id)])
        return [answer.get_data()]

    def _is_usual(self, environ: "WSGIEnvironment") -> bool:
        """Whether it comes as Twilio sends it: a form, whole, with a signature, and not too long."""
        return (
            whole_posts.is_whole(environ, FORM_TYPE, twilio.MAX_BODY_BYTES)
            and "HTTP_X_TWILIO_SIGNATURE" in environ  # else no body is worth reading
            and not (self._simulated and local_requests.FORWARDED_KEYS & environ.keys())
        )

    def _is_signed(self, environ: "WSGIEnvironment", form: Form) -> bool:
        signature = environ["HTTP_X_TWILIO_SIGNATURE"]
        return self._signatures.fit(environ["PATH_INFO"], environ["QUERY_STRING"], form, signature)

    def _more(self, environ: "WSGIEnvironment") -> list[tuple[str, str]]:
        return self._headers[environ["wsgi.url_scheme"] == "https"]


def parsed(raw: bytes) -> Form | None:
    """The fields of a form or query as Flask reads them; None where one comes twice or is no text: that is its part."""
    form, count = Form(), 0
    try:
        for pair in raw.decode().replace("+", " ").split("&"):
            if pair:
                name, _, value = pair.partition("=")
                name = unquote(name, errors="strict") if "%" in name else name
                form[name] = unquote(value, errors="strict") if "%" in value else value
                count += 1
    except UnicodeDecodeError:
        return None
    return form if len(form) == count else None
