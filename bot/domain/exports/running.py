"""An export from beginning to end: under a temporary name until it is whole."""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.database import Database
from bot.domain.exports.paging import Columns, Wanted
from bot.domain.exports.tables import TABLES
from bot.domain.exports.writing import FORMATS
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

    The file appears under its name when it is whole and on the disk; whatever goes wrong before leaves
    nothing. Raises Refused `no_such_column` (`column`, `columns`), OSError.
    """
    with whole(path) as part:
        return _write(database, table, wanted, form, part, columns, told)


@contextmanager
def whole(path: Path, mode: int = 0o600) -> Iterator[Path]:
    """Where to write a file that appears as `path` once the block has ended well.

    Nobody but its owner may read it, where no other `mode` is given: most have names and phones. Raises OSError,
    also for a path that is there and no ordinary file (a device would be gone after it), and for `-`.
    """
    if path.name == "-" or (path.exists() and not path.is_file()):
        raise OSError(errno.EINVAL, "that is no ordinary file")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.touch(mode=mode)
        yield part
        _to_disk(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write(
    database: Database,
    table: str,
    wanted: Wanted,
    form: str,
    part: Path,
    columns: Sequence[str],
    told: Callable[[int], None],
) -> int:
    shown = chosen(TABLES[table].columns(wanted), columns)
    number = 0
    with FORMATS[form](part, list(shown)) as put:
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


def _to_disk(part: Path) -> None:
    with part.open("rb") as written:
        os.fsync(written.fileno())
