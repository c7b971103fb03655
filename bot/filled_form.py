"""Reads what WhatsApp sends back of a form that somebody filled in.

Twilio brings it as JSON in `InteractiveData` and as WhatsApp's own string in `FlowData`; how the JSON is laid out is
not written down, and no real one was found. So answers are read by the names of the inputs, wherever they stand in it:
as keys, or as objects that say a name and a value.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

NAMES = ("name", "id", "key", "field")
VALUES = ("value", "answer", "response", "values", "selected", "text")
"""What objects may call the two parts of an answer, the likeliest first."""
MAX_ANSWERS, MAX_DEPTH = 100, 8
_PLAIN_KEY = re.compile(r"[a-z][A-Za-z0-9_]{0,39}")
MAX_NAME_LENGTH, MAX_ANSWER_LENGTH = 80, 1001
"""Characters: of an answer one more than any question takes, so that it is told to be too long."""


def read(interactive_data: str, flow_data: str = "") -> dict[str, str]:
    """The answers by name; empty where nothing can be read. What both hold counts as Twilio has it. Never raises."""
    found: dict[str, str] = {}
    for text in (interactive_data, flow_data):
        for name, value in _pairs(_parsed(text), MAX_DEPTH):
            if len(found) < MAX_ANSWERS:
                found.setdefault(_whole(name)[:MAX_NAME_LENGTH], _whole(value)[:MAX_ANSWER_LENGTH])
    return found


def shape(interactive_data: str, flow_data: str, known: Collection[str]) -> list[str]:
    """The paths of all keys in it, for whoever looks why a form was not read. No value is among them but `known` names;
    a key that could be one, since it is no plain word in small letters, is a question mark.
    """
    told = {"InteractiveData": interactive_data, "FlowData": flow_data}
    return sorted({path for field, text in told.items() for path in _paths(_parsed(text), field, known, MAX_DEPTH)})


def _whole(text: str) -> str:
    """The text without halves of characters, which JSON can write and no database keeps."""
    return text.encode("utf-8", "replace").decode()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _pairs(part: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth == 0:
        return
    if isinstance(part, list):
        for inner in part:
            yield from _pairs(inner, depth - 1)
    elif isinstance(part, str):
        if part[:1] in ("{", "["):
            yield from _pairs(_parsed(part), depth - 1)
    elif isinstance(part, Mapping):
        yield from _of_object(part, depth)


def _of_object(part: Mapping[str, Any], depth: int) -> Iterator[tuple[str, str]]:
    named = next((str(part[key]) for key in NAMES if isinstance(part.get(key), str)), "")
    value = next((_value(part[key]) for key in VALUES if key in part), None)
    if named and value is not None:
        yield named, value
        return
    for name, inner in part.items():
        plain = _value(inner)
        if plain is not None:
            yield str(name), plain
        else:
            yield from _pairs(inner, depth - 1)


def _value(part: Any) -> str | None:
    """The value as text; of an option its id; of a list of one that one. None: it is none."""
    if isinstance(part, bool):
        return str(part).lower()
    if isinstance(part, str | int | float):
        text = str(part)
        return None if text[:1] in ("{", "[") and _parsed(text) is not None else text
    if isinstance(part, list) and len(part) == 1:
        return _value(part[0])
    if isinstance(part, Mapping) and isinstance(part.get("id"), str) and part.keys() <= {"id", "title", "description"}:
        return str(part["id"])
    return None


def _paths(part: Any, path: str, known: Collection[str], depth: int) -> Iterator[str]:
    if isinstance(part, str) and part[:1] in ("{", "["):
        part = _parsed(part)
    if depth and isinstance(part, Mapping):
        for name, inner in list(part.items())[:MAX_ANSWERS]:
            shown = name if name in known or _PLAIN_KEY.fullmatch(name) else "?"
            yield from _paths(inner, f"{path}.{shown}", known, depth - 1)
    elif depth and isinstance(part, list):
        for inner in part[:MAX_ANSWERS]:
            yield from _paths(inner, f"{path}[]", known, depth - 1)
    else:
        yield f"{path}={part}" if isinstance(part, str) and part in known else path
