"""Errors of the JSON API: application/problem+json (RFC 9457), each with a stable code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from bot.errors import Refused
from bot.timeouts import API_RETRY_AFTER_SECONDS
from flows.shapes import Sentence
from flows.text import _, sentence_for
from webhooks import app_setup, i18n
from webhooks.api.answers import FieldProblem

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
"""Path below which every answer is for a program."""
DOCUMENT = "/api/v1/openapi.json"
FIELDS = {
    "no_such_gate": "gate",
    "no_such_kind": "kind",
    "bad_count": "count",
    "reason_missing": "reason",
    "bad_name": "full_name",
    "not_a_phone": "phone",
    "party_too_large": "party_size",
}
"""The field of which a refusal speaks."""


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its HTTP status and what it is called."""

    status: int
    title: Sentence


KINDS: Mapping[str, ProblemKind] = {
    "bad_json": ProblemKind(400, _("We cannot read this JSON.")),
    "bad_request": ProblemKind(400, _("We cannot read this request.")),
    "not_signed_in": ProblemKind(401, _("Sign in, or send the scanner's token.")),
    "bad_token": ProblemKind(401, _("This scanner's token is no longer valid.")),
    "paused": ProblemKind(403, _("Paused: too many unknown codes. Wait, or ask a supervisor.")),
    "cross_site": ProblemKind(403, _("This request came from another website.")),
    "other_event": ProblemKind(403, _("You are not in the team of this event.")),
    "supervisors_only": ProblemKind(403, _("Only a supervisor can do that.")),
    "not_found": ProblemKind(404, _("Not found.")),
    "method_not_allowed": ProblemKind(405, _("This method is not allowed here.")),
    "refused": ProblemKind(409, _("The rules of the event do not allow that.")),
    "too_large": ProblemKind(413, _("The request is too large.")),
    "not_json": ProblemKind(415, _("The body must be application/json.")),
    "invalid": ProblemKind(422, _("Some fields are not valid.")),
    "too_fast": ProblemKind(429, _("Too many requests. Please wait a little.")),
    "broken": ProblemKind(500, _("There is a problem on our side. We have recorded it.")),
    "busy": ProblemKind(503, _("We cannot answer at the moment. Please try again.")),
}
KIND_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "not_json", 429: "too_fast"}
"""The problem of an HTTP status that Flask itself answers with."""


@dataclass
class Problem(Exception):
    """A request that gets no answer but a problem; answered as such wherever it is raised in a view."""

    kind: str
    """One of KINDS."""
    errors: Sequence[FieldProblem] = ()
    detail: str = ""
    code: str = ""
    """A more exact code than the kind's: that of a refusal."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The members of the problem, in the reader's language."""
        kind = KINDS[self.kind]
        made: dict[str, Any] = {
            "type": f"{DOCUMENT}#/x-problems/{self.kind}",
            "title": i18n.say(kind.title),
            "status": kind.status,
            "code": self.code or self.kind,
            "request_id": g.get("request_id", ""),
        }
        if self.detail:
            made["detail"] = self.detail
        if self.errors:
            made["errors"] = [error.model_dump() for error in self.errors]
        return made

    def answer(self) -> Response:
        """The problem as an HTTP answer."""
        return Response(
            json.dumps(self.body(), ensure_ascii=False),
            KINDS[self.kind].status,
            dict(self.headers),
            content_type=MEDIA_TYPE,
        )


def problem_text(code: str, /, **params: Any) -> str:
    """The sentence of a refusal, in the reader's language."""
    return i18n.say(sentence_for(code, **params))


def bad_field(name: str, code: str, detail: str = "") -> Problem:
    """A problem of one field."""
    return Problem("invalid", [FieldProblem(field=name, code=code, detail=detail or problem_text(code))])


def problem_from(no: Refused) -> Problem:
    """A refusal of the domain that is no check-in result."""
    if no.code == "supervisors_only":
        return Problem("supervisors_only")
    if field := FIELDS.get(no.code):
        return bad_field(field, no.code, problem_text(no.code, **no.params))
    return Problem("refused", code=no.code, detail=problem_text(no.code, **no.params))


def refused(no: Refused) -> Response:
    """The answer where a rule refuses."""
    return problem_from(no).answer()


def answer_errors(app: Flask) -> None:
    """Answer problems as what they are, and every error below PREFIX as a problem; other pages keep theirs."""
    app.register_error_handler(Problem, Problem.answer)
    app.register_error_handler(HTTPException, _http)


def _http(error: HTTPException) -> Response:
    if not request.path.startswith(PREFIX):
        return app_setup.error_page(error)
    status = error.code or 500
    kind = KIND_OF_STATUS.get(status, "bad_request" if status < 500 else "broken")
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Problem(kind, headers=kept).answer()


def unavailable(error: Exception) -> Response:
    """The database is away or busy beyond patience: the scanner goes on without us and comes again."""
    app_setup.log.error(
        "database_away", request_id=g.get("request_id"), door=request.endpoint, error=type(error).__name__
    )
    return Problem("busy", headers={"Retry-After": str(API_RETRY_AFTER_SECONDS)}).answer()
