"""What a log or a report to Sentry may say of an error: an allow-list that keeps personal data out.

It may say the class of the error, the places in the code, the endpoint, ids and our own codes; nothing else of an
exception, a request or a library's message.
"""

import re
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

MAX_FRAMES = 12
"""Frames of a traceback that are reported, the innermost."""
MAX_CAUSES = 5
"""Causes of an error that are reported."""
REDACTED = "•••"
CODE_PATTERN = re.compile(r"[a-z][a-z0-9_]{0,60}")
"""Our log events and codes. No name, number or address of a person has this form."""
NAME_PATTERN = re.compile(r"[A-Za-z_][\w.<>]{0,120}")
"""The name of a view, a module or a function."""
ID_PATTERN = re.compile(r"[A-Za-z0-9:_.-]{1,64}")
ID_FIELDS = frozenset(
    (
        "sid",
        "delivery",
        "event_id",
        "job",
        "request_id",
        "export",
        "erasure",
        "broadcast",
        "device",
        "pass_id",
        "staff_id",
    )
)
CODE_FIELDS = frozenset(
    ("reason", "code", "error_code", "status", "task", "door", "at", "problem", "error", "process", "kind")
)
"""Keys of our own log lines whose values are codes or names in the code."""
_STACK = ("filename", "function", "module", "lineno", "in_app")
_EVENT = ("event_id", "timestamp", "level", "platform", "release", "environment", "sdk", "server_name", "modules")


def describe(problem: BaseException) -> str:
    """An error without its words: each class with the places in the code that it came through."""
    return " < ".join(f"{type(error).__qualname__} at {', '.join(_places(error)) or '?'}" for error in _causes(problem))


def template(message: Any, arguments: Any) -> str:
    """A library's message with nothing filled in but numbers and classes of errors."""
    if isinstance(message, BaseException):
        return type(message).__qualname__
    given = arguments if isinstance(arguments, tuple) else (arguments,) if arguments else ()
    try:
        return str(message) % tuple(map(_harmless, given)) if given else str(message)
    except (TypeError, ValueError):  # a format string of another style, or a wrong one
        return str(message)


def scrub(event: "Event", hint: "Hint") -> "Event":
    """The report of an error, made anew of what may be told."""
    found: dict[str, Any] = {name: event[name] for name in _EVENT if name in event}  # type: ignore[literal-required]  # all of them its keys
    found["contexts"] = {name: value for name, value in event.get("contexts", {}).items() if name in ("runtime", "os")}
    values = (event.get("exception") or {}).get("values") or []
    found["exception"] = {"values": [_exception(exception) for exception in values if isinstance(exception, Mapping)]}
    for name in ("transaction", "logger"):
        if _matches(NAME_PATTERN, event.get(name)):
            found[name] = event.get(name)
    record = hint.get("log_record")
    ours = record.msg if record is not None and isinstance(record.msg, Mapping) else {}
    if _matches(CODE_PATTERN, ours.get("event")):
        found["logentry"] = {"message": ours["event"]}
    tags = {str(name): value for name, value in dict(event.get("tags") or {}).items()}
    found["tags"] = dict(_ids({**tags, **ours}))
    return found  # type: ignore[return-value]  # the same keys as before, fewer of them


def _causes(problem: BaseException) -> Iterator[BaseException]:
    error: BaseException | None = problem
    for _ in range(MAX_CAUSES):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _places(problem: BaseException) -> list[str]:
    frames = traceback.extract_tb(problem.__traceback__)[-MAX_FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]


def _harmless(argument: Any) -> Any:
    if isinstance(argument, int | float):
        return argument
    return type(argument).__qualname__ if isinstance(argument, BaseException) else REDACTED


def _exception(value: Mapping[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or []
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "stacktrace": {"frames": [{name: frame[name] for name in _STACK if name in frame} for frame in frames]},
    }


def _ids(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if name in ID_FIELDS | CODE_FIELDS and isinstance(value, str | int) and _matches(ID_PATTERN, str(value)):
            yield name, str(value)


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
