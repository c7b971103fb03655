"""A route of the JSON API: what it takes, gives and does. The OpenAPI document is made from it too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel

from webhooks import limits
from webhooks.api import parse_json
from webhooks.api.auth import Caller, Callers

SCAN_LIMIT = "50 per second"
"""How often one caller may send a scan or a count (docs/contract.md#http)."""
LARGE_LIMIT = "20 per second"
"""How often one caller may ask for what takes long: a batch, a list."""
JSON = "application/json"
RAISED = "pravesh.api.raised"
"""In the environment of a request that was begun without Flask: what it met, for Flask to answer as any other."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the API."""

    method: str
    path: str
    """Flask's rule."""
    summary: str
    answer: type[BaseModel]
    view: Callable[..., BaseModel | Response]
    """Called with the caller, the body where there is one, and the parts of the path."""
    limit: str
    """How often one caller may come: see webhooks.limits."""
    body: type[BaseModel] | None = None
    problems: tuple[str, ...] = ()
    """Kinds of problem besides those that every route has."""
    parameters: tuple[dict[str, Any], ...] = ()
    """Parameters of the query and the header, as OpenAPI describes them."""
    without_flask: bool = False
    """Whether it is asked so often that it is answered before Flask where it can be: its view, called with a caller and
    a body, asks nothing of Flask's, and gives an answer of the API."""

    @property
    def name(self) -> str:
        """The operation's id."""
        return self.view.__name__


def add_route(blueprint: Blueprint, route: Route, callers: Callers) -> None:
    """Add a route with what all have in common: authentication, the rate limit and the parsing of the body."""

    def handle(**path: str) -> Response:
        if problem := request.environ.get(RAISED):
            raise problem
        caller = callers.of_request().at(path.pop("event", None))
        limits.spend(route.limit, route.name, caller.key)
        return _to_response(_call_view(route, caller, path))

    # No answer to OPTIONS: other websites' pages have no business here.
    blueprint.add_url_rule(route.path, route.name, handle, methods=[route.method], provide_automatic_options=False)


def _call_view(route: Route, caller: Caller, path: dict[str, str]) -> BaseModel | Response:
    said = (parse_json.read(route.body),) if route.body else ()
    return route.view(caller, *said, **path)


def _to_response(result: BaseModel | Response) -> Response:
    if isinstance(result, Response):
        return result
    return Response(result.model_dump_json(), content_type=JSON)
