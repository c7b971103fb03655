"""Runs an export from beginning to end: a table of an event as a file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.database import Database
from bot.domain.exports.pages import Columns, ExportScope
from bot.domain.exports.tables import TABLES
from bot.domain.exports.writers import FORMATS
from bot.errors import Refused

PROGRESS_EVERY_ROWS = 500
"""Rows after which is told how far it is."""


def run(
    database: Database,
    table: str,
    scope: ExportScope,
    *,
    file_format: str,
    path: Path,
    columns: Sequence[str] = (),
    report_progress: Callable[[int], None] = lambda rows: None,
) -> int:
    """Write a table to a file; how many rows there are in it. `report_progress` hears now and then how many there are.

    What goes wrong leaves a part of a file: see `files.placed`. Raises Refused `no_such_column` (`column`,
    `columns`), OSError.
    """
    shown = chosen_columns(TABLES[table].columns(scope), columns)
    number = 0
    with FORMATS[file_format](path, list(shown)) as put:
        for number, item in enumerate(TABLES[table].items(database, scope), 1):
            put([cell(item) for cell in shown.values()])
            if number % PROGRESS_EVERY_ROWS == 0:
                report_progress(number)
    return number


def chosen_columns(available: Columns[Any], names: Sequence[str]) -> Columns[Any]:
    """These of the columns that there are, in this order; all where none is named.

    Raises Refused `no_such_column` (`column`, `columns`).
    """
    for column in names:
        if column not in available:
            raise Refused("no_such_column", column=column, columns=", ".join(available))
    return {column: available[column] for column in names} if names else available
