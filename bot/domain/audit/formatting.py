"""Formats an entry of the audit log as lines for the command line."""

from collections.abc import Mapping
from typing import Any

MOST_NAMED = 3
"""Rows to which the same happened that are named one by one."""
LONGEST = 60
"""Characters of a value that are shown."""


def in_words(about: Mapping[str, Any]) -> list[str]:
    """The facts, then each change."""
    return [*facts(about), *changes(about)]


def facts(about: Mapping[str, Any]) -> list[str]:
    """The facts of the act besides its changes: `code 7QK2-M9X5`."""
    return [f"{name} {_short(value)}" for name, value in about.items() if name not in ("changes", "more")]


def changes(about: Mapping[str, Any]) -> list[str]:
    """Each change: `gates north: closed no -> yes`. The same change of several rows is one line."""
    told = [f"{one['table']} {_some(rows)}{_change(one)}" for one, rows in alike(about)]
    return told + [f"and {number} more of {table}" for table, number in about.get("more", {}).items()]


def alike(about: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], list[str]]]:
    """Each change once, with all rows to which the same happened, as people know these."""
    found: dict[tuple[str, str], tuple[Mapping[str, Any], list[str]]] = {}
    for one in about.get("changes", ()):
        found.setdefault((one["table"], _change(one)), (one, []))[1].append(str(one.get("of", one["id"])))
    return list(found.values())


def _change(one: Mapping[str, Any]) -> str:
    """The change of one row, as text."""
    if one["before"] is None:
        return " added"
    if one["after"] is None:
        return " removed"
    fields = (f"{name} {_short(old)} -> {_short(one['after'].get(name))}" for name, old in one["before"].items())
    return f": {', '.join(fields)}"


def _some(rows: list[str]) -> str:
    """The rows to which the same happened."""
    named = ", ".join(rows[:MOST_NAMED])
    return named if len(rows) <= MOST_NAMED else f"{named} and {len(rows) - MOST_NAMED} more"


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
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
