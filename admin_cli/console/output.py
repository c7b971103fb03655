"""Output of lists: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
PIPE_WIDTH = 240
"""Columns of the output where no terminal says how wide it is: nothing is cut there."""


def as_json_too(command: Command) -> Command:
    """Give a command the option `--json`, as its parameter `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="JSON for programs instead of a table.")(command)


def listing(rows: Sequence[Mapping[str, Any]], *, as_json: bool, nothing: str) -> None:
    """Print rows with equal keys; `nothing` is what people read where there are none."""
    if as_json:
        click.echo(as_json_text(list(rows), default=_json))
    elif rows:
        _table(list(rows[0]), [[_text(value) for value in row.values()] for row in rows])
    else:
        click.echo(nothing, err=True)


def details(record: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: a line for each of its fields."""
    if as_json:
        click.echo(as_json_text(record, default=_json))
    else:
        _table(None, [[name.replace("_", " "), _text(value)] for name, value in record.items()])


def details_and_rows(
    record: Mapping[str, Any], name: str, rows: Sequence[Mapping[str, Any]], *, as_json: bool, nothing: str
) -> None:
    """Print one thing and the rows that belong to it: in JSON one object, with the rows under `name`."""
    if as_json:
        details({**record, name: rows}, as_json=True)
    else:
        details(record, as_json=False)
        listing(rows, as_json=False, nothing=nothing)


def as_json_text(value: Any, *, indent: int | None = 2, default: Callable[[Any], str] = str) -> str:
    """JSON that reads the same for programs, and of which nothing moves a terminal or turns its lines around."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)
    return "".join(
        character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1] for character in text
    )


def printable(value: Any) -> str:
    """The value in one line, without what would move a terminal."""
    return "".join(character for character in str(value) if character.isprintable())


def _json(value: Any) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _text(value: Any) -> str:
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M %z")
        case time():
            return value.strftime("%H:%M")
        case list() | tuple():
            return ", ".join(_text(inner) for inner in value) or "-"
        case dict():
            return ", ".join(f"{name}: {_text(inner)}" for name, inner in value.items()) or "-"
        case _:
            return printable(value)


def _table(heads: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE if heads else None, show_header=bool(heads), pad_edge=False)
    for head in heads or ("", ""):
        table.add_column(head.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # Text: what people typed is not markup
    Console(width=None if sys.stdout.isatty() else PIPE_WIDTH).print(table)
