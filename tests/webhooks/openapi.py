"""Twilio's OpenAPI document as checks: the parameters it knows and the answers it promises."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

DOCUMENT = json.loads((Path(__file__).parent.parent / "vectors" / "twilio_openapi_messages.json").read_text())
BASE = "/2010-04-01/Accounts/{AccountSid}/Messages"


def operation(path: str, method: str) -> dict[str, Any]:
    return dict(DOCUMENT["paths"][path][method])


def form_schema(path: str) -> dict[str, Any]:
    """The schema of a posted form."""
    content = operation(path, "post")["requestBody"]["content"]
    return dict(_modern(content["application/x-www-form-urlencoded"]["schema"]))


def answer_schema(path: str, method: str, status: str) -> dict[str, Any]:
    """The schema of an answer; every property that it names must be there, and no other."""
    found = operation(path, method)["responses"][status]["content"]["application/json"]["schema"]
    return dict(_strict(_modern(found)))


def query_parameters(path: str) -> set[str]:
    """The parameters of a GET."""
    return {one["name"] for one in operation(path, "get")["parameters"] if one["in"] == "query"}


def complaints(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value; empty: nothing."""
    checker = Draft202012Validator(schema, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(value)]


def _modern(schema: Any) -> Any:
    """OpenAPI 3.0's schema as JSON Schema: references followed, `nullable` as a second type."""
    if isinstance(schema, list):
        return [_modern(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _modern(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    made = {name: _modern(value) for name, value in schema.items() if name not in ("nullable", "description")}
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
