"""Reads the rows of a CSV file in its encoding; every line and field is bounded."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any, NamedTuple

from bot.domain.imports.cells import BROKEN
from bot.domain.imports.unreadable import (
    CHUNK_BYTES,
    LAST_SHEET_ROW,
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_RECORD_LENGTH,
    MAX_ROWS,
    UnreadableFile,
)

Rows = Iterator[tuple[int, list[Any]]]
"""The number of each row as a spreadsheet counts it, and its cells."""
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WINDOWS = {f"windows-{number}": f"cp{number}" for number in range(1250, 1259)}
ENCODINGS = {
    **{"utf-8": "utf-8", "utf-16": "utf-16", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be"},
    **_WINDOWS,
    **{"iso-8859-1": "latin-1", "iso-8859-15": "iso8859-15", "mac-roman": "mac-roman", "cp437": "cp437"},
}
"""What may be told, and how Python calls it."""
LEGACY_ENCODING = "windows-1252"
"""What files without a byte order mark mostly are that are not UTF-8; too many others look alike to take it unasked."""
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
SAMPLE_ROWS, SAMPLE_LINES = 20, 1_000
"""Rows at the beginning by which a file's separator is found; among so many, empty ones too."""
MAX_EXAMPLES = 3
"""Examples of how a file would read."""
_SEPARATOR = re.compile(r"sep=([,;\t])\r?\n?", re.IGNORECASE)
"""The line by which Excel tells the separator of a CSV."""


class CsvFormat(NamedTuple):
    """How a file is to be read."""

    encoding: str
    """One of ENCODINGS."""
    repairs: bool
    """Whether BROKEN is read for bytes that are no letters."""


def read(file: IO[bytes], chosen: str) -> tuple[Callable[[], Rows], str]:
    """The rows, to be read as often as wanted, and in words as what; `chosen` is the encoding, else it must be sure.

    Raises UnreadableFile: `no_text`, `encoding`, `encoding_mark` (`encoding`, `told`), `encoding_told` (`told`),
    `encoding_broken` (`line`, `number`, `shown`), `encoding_unclear` (`encoding`, `shown`).
    """
    form = _detect_format(file, chosen)
    with _opened(file, form) as lines:
        line = _SEPARATOR.fullmatch(lines.readline(MAX_RECORD_LENGTH))
    delimiter = line[1] if line else _delimiter(file, form)
    said = f"CSV in {_name(form.encoding)}, separated by {DELIMITERS[delimiter]}"
    return lambda: _records(file, form, delimiter, skip=bool(line)), said


# --- encodings ------------------------------------------------------------------------------------


def _detect_format(file: IO[bytes], chosen: str) -> CsvFormat:
    file.seek(0)
    start = file.read(4)
    mark = next((encoding for mark, encoding in BYTE_ORDER_MARKS if start.startswith(mark)), "")
    if chosen and mark and not chosen.startswith(mark):
        raise UnreadableFile("encoding_mark", encoding=_name(mark), told=chosen)
    wanted = chosen or mark or "utf-8"
    if _fits(file, wanted):
        return CsvFormat(wanted, False)
    if chosen == "utf-8":
        return CsvFormat(chosen, True)
    raise UnreadableFile("encoding_told", told=chosen) if chosen else _unclear(file, mark)


def _fits(file: IO[bytes], encoding: str) -> bool:
    """Whether the whole file can be read in an encoding. Raises UnreadableFile `no_text`."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(ENCODINGS[encoding])()
    try:
        while chunk := file.read(CHUNK_BYTES):
            if "\0" in decoder.decode(chunk):
                raise UnreadableFile("no_text")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _unclear(file: IO[bytes], byte_order_mark: str) -> UnreadableFile:
    """The note for a file in which something is not UTF-8."""
    if byte_order_mark == "utf-16":
        return UnreadableFile("encoding")
    letters, broken, lines = 0, 0, list[int]()
    with _opened(file, CsvFormat("utf-8", True)) as reading:
        for number, line in enumerate(iter(lambda: reading.readline(MAX_RECORD_LENGTH), ""), 1):
            if not line.isascii():
                letters += sum(not character.isascii() for character in line)
                broken += line.count(BROKEN)
                lines += [number] if BROKEN in line and len(lines) < MAX_EXAMPLES else []
    if byte_order_mark or letters > 2 * broken:
        shown = _examples(file, CsvFormat("utf-8", True), lines)
        return UnreadableFile("encoding_broken", line=lines[0], number=broken, shown=shown)
    if not _fits(file, LEGACY_ENCODING):
        return UnreadableFile("encoding")
    return UnreadableFile(
        "encoding_unclear", encoding=LEGACY_ENCODING, shown=_examples(file, CsvFormat(LEGACY_ENCODING, False), lines)
    )


def _examples(file: IO[bytes], csv_format: CsvFormat, lines: list[int]) -> list[str]:
    """From each of these lines, the first cell that is broken or not ASCII, as it would be read."""
    with _opened(file, csv_format) as reading:
        wanted = (line for number, line in enumerate(islice(reading, lines[-1]), 1) if number in lines)
        cells = [re.split(r"[,;\t\r\n]", line) for line in wanted]
    return [next((cell.strip('" ') for cell in row if _shows_encoding(cell, csv_format)), "")[:40] for row in cells]


def _shows_encoding(cell: str, csv_format: CsvFormat) -> bool:
    return BROKEN in cell if csv_format.repairs else not cell.isascii()


def _name(encoding: str) -> str:
    return encoding.upper() if encoding.startswith(("utf", "iso")) else encoding.capitalize()


@contextmanager
def _opened(file: IO[bytes], csv_format: CsvFormat) -> Iterator[io.TextIOWrapper]:
    """A file of bytes as text, from its beginning and without its byte order mark; the file stays open."""
    file.seek(0)
    encoding = "utf-8-sig" if csv_format.encoding == "utf-8" else ENCODINGS[csv_format.encoding]
    lines = io.TextIOWrapper(file, encoding, errors="replace" if csv_format.repairs else "strict", newline="")
    try:
        yield lines
    finally:
        lines.detach()


# --- rows -----------------------------------------------------------------------------------------


def _delimiter(file: IO[bytes], csv_format: CsvFormat) -> str:
    """The separator that splits most of the first rows into the same number of columns; a title above them counts for
    little.
    """

    def rows_alike(delimiter: str) -> tuple[int, int]:
        widths = Counter[int]()
        try:
            begun = islice(_records(file, csv_format, delimiter), SAMPLE_LINES)
            rows = (len(cells) for _, cells in begun if any(cells))
            widths.update(islice(rows, SAMPLE_ROWS))
        except UnreadableFile:  # cells in quotes, between which something else stands
            return 0, 0
        return max(((number, width) for width, number in widths.items() if width > 1), default=(0, 0))

    return max(DELIMITERS, key=rows_alike)


class _Lines:
    """Lines of a file, as long as one row may be: `begin` says that a new row begins."""

    def __init__(self, lines: io.TextIOWrapper) -> None:
        self._lines, self.row, self._left = lines, 0, MAX_RECORD_LENGTH

    def begin(self) -> None:
        self.row += 1
        self._left = MAX_RECORD_LENGTH

    def __iter__(self) -> Iterator[str]:
        while line := self._lines.readline(self._left + 1):
            self._left -= len(line)
            if self._left < 0:
                raise UnreadableFile("row_too_long", row=self.row + 1, most=MAX_RECORD_LENGTH)
            yield line


def _records(file: IO[bytes], csv_format: CsvFormat, delimiter: str, *, skip: bool = False) -> Rows:
    with _opened(file, csv_format) as opened:
        lines = _Lines(opened)
        if skip:
            opened.readline()
            lines.begin()
        try:
            for cells in csv.reader(lines, delimiter=delimiter, strict=True):
                lines.begin()
                if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
                    raise UnreadableFile("too_many_columns", row=lines.row, most=MAX_COLUMNS)
                if lines.row > LAST_SHEET_ROW or (lines.row > MAX_ROWS and any(cells)):
                    raise UnreadableFile("too_many_rows", row=lines.row, most=MAX_ROWS)
                if max(map(len, cells), default=0) > MAX_CELL_LENGTH:
                    raise UnreadableFile("cell_too_long", row=lines.row, most=MAX_CELL_LENGTH)
                yield lines.row, cells[:MAX_COLUMNS]
        except csv.Error as problem:
            if "field larger" in str(problem):
                raise UnreadableFile("cell_too_long", row=lines.row + 1, most=MAX_CELL_LENGTH) from None
            raise UnreadableFile("bad_csv", row=lines.row + 1) from None
