"""Twilio's OpenAPI document as checks: the parameters it knows and the answers it promises."""

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from tests.paths import VECTORS


def document(name: str) -> dict[str, Any]:
    """Twilio's document of one API: `messages`, `content`, `verify`."""
    return dict(json.loads((VECTORS / f"twilio_openapi_{name}.json").read_text()))


DOCUMENT = document("messages")
CONTENT = document("content")
VERIFY = document("verify")
BASE = "/2010-04-01/Accounts/{AccountSid}/Messages"


def operation(path: str, method: str, of: Mapping[str, Any] = DOCUMENT) -> dict[str, Any]:
    return dict(of["paths"][path][method])


def form_schema(path: str, of: Mapping[str, Any] = DOCUMENT) -> dict[str, Any]:
    """The schema of a posted form."""
    content = operation(path, "post", of)["requestBody"]["content"]
    return dict(_modern(content["application/x-www-form-urlencoded"]["schema"], of))


def answer_schema(path: str, method: str, status: str, of: Mapping[str, Any] = DOCUMENT) -> dict[str, Any]:
    """The schema of an answer; every property that it names must be there, and no other."""
    found = operation(path, method, of)["responses"][status]["content"]["application/json"]["schema"]
    return dict(_strict(_modern(found, of)))


def content(name: str) -> dict[str, Any]:
    """A schema of the Content API's own."""
    return dict(_modern(CONTENT["components"]["schemas"][name], CONTENT))


def query_parameters(path: str, of: Mapping[str, Any] = DOCUMENT) -> set[str]:
    """The parameters of a GET."""
    return {one["name"] for one in operation(path, "get", of)["parameters"] if one["in"] == "query"}


def complaints(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value; empty: nothing."""
    checker = Draft202012Validator(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(value)]


def _modern(schema: Any, of: Mapping[str, Any] = DOCUMENT) -> Any:
    """OpenAPI 3.0's schema as JSON Schema: references followed, `nullable` as a second type."""
    if isinstance(schema, list):
        return [_modern(one, of) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _modern(of["components"]["schemas"][schema["$ref"].rpartition("/")[2]], of)
    made = {name: _modern(value, of) for name, value in schema.items() if name not in ("nullable", "description")}
    if isinstance(schema.get("properties"), dict):  # one may be called `description`
        made["properties"] = {name: _modern(value, of) for name, value in schema["properties"].items()}
    made.pop("format", None) if made.get("format") == "uri" else None  # Twilio's own are paths
    if schema.get("nullable"):
        return {"anyOf": [made, {"type": "null"}]}
    return made


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _strict(value) for name, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        made |= {"required": sorted(schema["properties"]), "additionalProperties": False}
    return made
