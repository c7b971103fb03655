"""Why a file cannot be imported, warnings about files that can, and the largest sizes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.exports.workbook import MAX_CELL_LENGTH as MAX_CELL_LENGTH
from bot.domain.exports.workbook import MAX_SHEET_ROWS
from flows.shapes import Coded

MAX_FILE_BYTES = 256 << 20
"""Bytes of a file at most, and of a workbook's sheet once it is unpacked."""
MAX_ROWS = 200_000
"""The number of the last row that may hold something: an import of so many takes minutes."""
LAST_SHEET_ROW = MAX_SHEET_ROWS
"""Where a whole column has a format, empty rows go on to here."""
MAX_COLUMNS = 1_000
MAX_CELLS = 3_000_000
CHUNK_BYTES = 1 << 16
"""Bytes of a file that are read at once."""
MAX_RECORD_LENGTH = 1 << 20
"""Characters of a row of CSV."""


class UnreadableFile(Coded):
    """The file, or what was said about its columns, cannot be used; `code` says why, `params` what is meant."""


@dataclass(frozen=True, slots=True)
class ImportNote:
    """A note on how a file is read, for the organiser to see before anything is made."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
