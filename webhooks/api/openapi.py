"""The API's OpenAPI 3.1 document, made from its routes and their types."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from webhooks.api.answers import ProblemAnswer
from webhooks.api.problems import KINDS, MEDIA_TYPE
from webhooks.api.requests import BatchScan
from webhooks.api.routes import Route

API_VERSION = "1"
Mode = Literal["validation", "serialization"]
COMMON_PROBLEMS = ("not_signed_in", "bad_token", "cross_site", "other_event", "too_fast", "busy")
"""Problems that every route may answer with."""
BODY_PROBLEMS = ("bad_json", "too_large", "not_json", "invalid", "paused", "supervisors_only")
SCHEMES = {
    "device": {"type": "http", "scheme": "bearer", "description": "A scanner's token: `pravesh devices add`."},
    "session": {"type": "apiKey", "in": "cookie", "name": "session", "description": "Signed in at /staff/login."},
}
SECURITY: Sequence[dict[str, list[str]]] = ({"device": []}, {"session": []})


def openapi_document(routes: Sequence[Route], base: str, origin: str) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {}
    for route in routes:
        path = base + re.sub(r"<(\w+)>", r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pravesh: the gate", "version": API_VERSION},
        "servers": [{"url": origin}],
        "security": list(SECURITY),
        "paths": paths,
        "components": {"schemas": _schemas(routes), "securitySchemes": SCHEMES},
        "x-problems": {name: {"status": kind.status, "title": kind.title.source} for name, kind in KINDS.items()},
    }


def _operation(route: Route) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "responses": {"200": {"description": "Done.", **_json("application/json", route.answer)}, **_problems(route)},
    }
    if parameters := [*_path_parameters(route.path), *route.parameters]:
        made["parameters"] = parameters
    if route.body:
        made["requestBody"] = {"required": True, **_json("application/json", route.body)}
    if route.method == "GET":
        made["responses"]["304"] = {"description": "As the caller has it (If-None-Match)."}
    return made


def _problems(route: Route) -> dict[str, Any]:
    kinds = (*COMMON_PROBLEMS, *(BODY_PROBLEMS if route.body else ()), *route.problems)
    by_status: dict[int, list[str]] = {}
    for name in kinds:
        by_status.setdefault(KINDS[name].status, []).append(name)
    return {
        str(status): {"description": ", ".join(names), **_json(MEDIA_TYPE, ProblemAnswer)}
        for status, names in sorted(by_status.items())
    }


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"<(\w+)>", path)
    ]


def _json(media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    return {"content": {media_type: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}}


def _schemas(routes: Iterable[Route]) -> dict[str, Any]:
    asked = {route.body for route in routes if route.body} | {BatchScan}
    given = {route.answer for route in routes} | {ProblemAnswer}
    both: list[tuple[type[BaseModel], Mode]] = [(model, "validation") for model in asked]
    both += [(model, "serialization") for model in given]
    both.sort(key=lambda pair: pair[0].__name__)
    return _described(tuple(both))


@cache
def _described(models: tuple[tuple[type[BaseModel], Mode], ...]) -> dict[str, Any]:
    """The schemas, made once for all applications of a process, since that takes long."""
    _, made = models_json_schema(models, ref_template="#/components/schemas/{model}")
    return dict(made["$defs"])
