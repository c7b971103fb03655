"""What an entry of the audit log is about, as lines for people."""

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
    """What is said of the act besides its changes: `code 7QK2-M9X5`."""
    return [f"{name} {_short(value)}" for name, value in about.items() if name not in ("changes", "more")]


def changes(about: Mapping[str, Any]) -> list[str]:
    """Each change: `gates north: closed no -> yes`. The same change of several rows is one line."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in about.get("changes", ()):
        alike.setdefault((one["table"], _change(one)), []).append(str(one.get("of", one["id"])))
    told = [f"{table} {_some(rows)}{how}" for (table, how), rows in alike.items()]
    return told + [f"and {number} more of {table}" for table, number in about.get("more", {}).items()]


def _change(one: Mapping[str, Any]) -> str:
    """What happened to a row."""
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
        case None | "" | [] | {}:
            text = "none"
        case bool():
            text = "yes" if value else "no"
        case dict():
            text = "; ".join(f"{name}: {inner}" for name, inner in value.items())
        case list():
            text = ", ".join(map(str, value))
        case _:
            text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
