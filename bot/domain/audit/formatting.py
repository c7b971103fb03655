"""Formats an entry of the audit log as lines for the command line."""

from collections.abc import Mapping
from typing import Any

MAX_NAMED_ROWS = 3
"""Rows to which the same happened that are named one by one."""
MAX_VALUE_LENGTH = 60
"""Characters of a value that are shown."""


def describe(about: Mapping[str, Any]) -> list[str]:
    """The facts, then each change."""
    return [*facts(about), *changes(about)]


def facts(about: Mapping[str, Any]) -> list[str]:
    """The facts of the act besides its changes: `code 7QK2-M9X5`."""
    return [f"{name} {_short(value)}" for name, value in about.items() if name not in ("changes", "more")]


def changes(about: Mapping[str, Any]) -> list[str]:
    """Each change: `gates north: closed no -> yes`. The same change of several rows is one line."""
    told = [f"{change['table']} {_listed_rows(rows)}{_change(change)}" for change, rows in grouped_changes(about)]
    return told + [f"and {number} more of {table}" for table, number in about.get("more", {}).items()]


def grouped_changes(about: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], list[str]]]:
    """Each change once, with all rows to which the same happened, as people know these."""
    found: dict[tuple[str, str], tuple[Mapping[str, Any], list[str]]] = {}
    for change in about.get("changes", ()):
        found.setdefault((change["table"], _change(change)), (change, []))[1].append(
            str(change.get("of", change["id"]))
        )
    return list(found.values())


def _change(change: Mapping[str, Any]) -> str:
    """The change of one row, as text."""
    if change["before"] is None:
        return " added"
    if change["after"] is None:
        return " removed"
    fields = (f"{name} {_short(old)} -> {_short(change['after'].get(name))}" for name, old in change["before"].items())
    return f": {', '.join(fields)}"


def _listed_rows(rows: list[str]) -> str:
    """The rows to which the same happened."""
    named = ", ".join(rows[:MAX_NAMED_ROWS])
    return named if len(rows) <= MAX_NAMED_ROWS else f"{named} and {len(rows) - MAX_NAMED_ROWS} more"


def _short(value: Any) -> str:
    match value:
        case None | "" | []:
            text = "none"
        case bool():
            text = "yes" if value else "no"
        case dict():
            text = "; ".join(f"{name}: {_short(inner)}" for name, inner in value.items()) or "none"
        case list():
            text = ", ".join(map(str, value))
        case _:
            text = str(value)
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[: MAX_VALUE_LENGTH - 1]}…"
