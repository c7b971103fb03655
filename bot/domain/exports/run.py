"""Runs an export from beginning to end: a table of an event as a file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.database import Database
from bot.domain.exports.pages import Columns, Wanted
from bot.domain.exports.tables import TABLES
from bot.domain.exports.writers import FORMATS
from bot.errors import Refused

EVERY = 500
"""Rows after which is told how far it is."""


def run(
    database: Database,
    table: str,
    wanted: Wanted,
    *,
    form: str,
    path: Path,
    columns: Sequence[str] = (),
    told: Callable[[int], None] = lambda rows: None,
) -> int:
    """Write a table to a file; how many rows there are in it. `told` hears now and then how many there are.

    What goes wrong leaves a part of a file: see `files.placed`. Raises Refused `no_such_column` (`column`,
    `columns`), OSError.
    """
    shown = chosen(TABLES[table].columns(wanted), columns)
    number = 0
    with FORMATS[form](path, list(shown)) as put:
        for number, one in enumerate(TABLES[table].items(database, wanted), 1):
            put([cell(one) for cell in shown.values()])
            if number % EVERY == 0:
                told(number)
    return number


def chosen(there: Columns[Any], wanted: Sequence[str]) -> Columns[Any]:
    """These of the columns that there are, in this order; all where none is named.

    Raises Refused `no_such_column` (`column`, `columns`).
    """
    for column in wanted:
        if column not in there:
            raise Refused("no_such_column", column=column, columns=", ".join(there))
    return {column: there[column] for column in wanted} if wanted else there
