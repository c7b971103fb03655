"""Tables out of files: CSV in whatever encoding a spreadsheet writes it, and XLSX; row by row, as often as wanted."""

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from bot.domain.exports.writing import FORMULA
from flows.understanding import cleaned

Rows = Iterator[tuple[int, list[Any]]]
"""The number of each row as a spreadsheet counts it, and its cells."""
XLSX, XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How the files begin: a zip archive, and the workbooks of before 2007 (also new ones with a password)."""
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
GUESSED = ("utf-8", "cp1252")
"""Without a mark, in this order: hardly any other text is valid UTF-8."""
NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_SEPARATOR = re.compile(r"sep=([,;\t])\r?\n?", re.IGNORECASE)
"""The line by which Excel tells the separator of a CSV."""
CHUNK = 1 << 16


class Unreadable(Exception):
    """The file, or what was said about its columns, cannot be used; `code` says why, `params` what is meant."""

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was looked at: the first row that is not empty has the names of the columns."""

    heads: tuple[str, ...]
    form: str
    """What it was taken for, in words."""
    rows: Callable[[], Rows]
    """Reads all rows below the heads that are not empty, from the beginning. Raises Unreadable."""


def table(file: IO[bytes], worksheet: str = "") -> Table:
    """The table in an open file that can be read from anywhere; of a workbook this sheet, else the first.

    Raises Unreadable: `old_workbook`, `no_workbook`, `no_worksheet` (`worksheet`, `there`), `encoding`, `no_text`,
    `no_rows`, `bad_csv` (`row`).
    """
    file.seek(0)
    start = file.read(4)
    if start == XLS:
        raise Unreadable("old_workbook")
    all_rows, form = _workbook(file, worksheet) if start == XLSX else _text(file)
    first = next(((number, cells) for number, cells in all_rows() if not is_empty(cells)), None)
    if first is None:
        raise Unreadable("no_rows")
    return Table(_named(first[1]), form, lambda: _below(all_rows(), first[0]))


def text(cell: Any) -> str:
    """A cell as text on one line: whole numbers without a point, dates as YYYY-MM-DD.

    The apostrophe goes by which spreadsheets, and our own files, keep a text from being taken for a formula.
    """
    match cell:
        case None:
            return ""
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
    said = cleaned(str(cell))
    return said[1:] if said.startswith("'") and FORMULA.match(said[1:]) else said


def is_empty(cells: Sequence[Any]) -> bool:
    """Whether nothing stands in a row."""
    return not any(text(cell) for cell in cells)


def _named(heads: Sequence[Any]) -> tuple[str, ...]:
    names = [text(head) for head in heads]
    while not names[-1]:
        names.pop()
    return tuple(name or f"column {place}" for place, name in enumerate(names, 1))


def _below(rows: Rows, heads: int) -> Rows:
    return ((number, cells) for number, cells in rows if number > heads and not is_empty(cells))


# --- text -----------------------------------------------------------------------------------------


def _text(file: IO[bytes]) -> tuple[Callable[[], Rows], str]:
    encoding = _encoding(file)
    with _opened(file, encoding) as lines:
        told = _SEPARATOR.fullmatch(lines.readline())
    delimiter = told[1] if told else _delimiter(file, encoding)
    form = f"CSV in {NAMES[encoding]}, separated by {DELIMITERS[delimiter]}"
    return lambda: _records(file, encoding, delimiter, skip=bool(told)), form


def _encoding(file: IO[bytes]) -> str:
    """The encoding in which the whole file can be read."""
    file.seek(0)
    start = file.read(4)
    marked = [encoding for mark, encoding in MARKS if start.startswith(mark)]
    fits = next((encoding for encoding in marked or GUESSED if _fits(file, encoding)), None)
    if fits is None:
        raise Unreadable("encoding")
    return fits


def _fits(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(CHUNK):
            if "\0" in decoder.decode(chunk):
                raise Unreadable("no_text")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def _opened(file: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    """A file of bytes as text, from its beginning; the file stays open."""
    file.seek(0)
    lines = io.TextIOWrapper(file, encoding, newline="")
    try:
        yield lines
    finally:
        lines.detach()


def _delimiter(file: IO[bytes], encoding: str) -> str:
    """What separates most columns in the first record that is not empty."""

    def columns(delimiter: str) -> int:
        try:
            return next((len(cells) for _, cells in _records(file, encoding, delimiter) if any(cells)), 0)
        except Unreadable:  # cells in quotes, between which something else stands
            return 0

    return max(DELIMITERS, key=columns)


def _records(file: IO[bytes], encoding: str, delimiter: str, *, skip: bool = False) -> Rows:
    with _opened(file, encoding) as lines:
        if skip:
            lines.readline()
        number = 1 if skip else 0
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                number += 1
                yield number, cells
        except csv.Error:
            raise Unreadable("bad_csv", row=number + 1) from None


# --- workbooks ------------------------------------------------------------------------------------


def _workbook(file: IO[bytes], worksheet: str) -> tuple[Callable[[], Rows], str]:
    """The workbook is opened once: its texts stand apart from its cells, and are read each time that it is."""
    book = _opened_book(file)
    names = [sheet.title for sheet in book.worksheets]
    if not names or (worksheet and worksheet not in names):
        raise Unreadable("no_worksheet", worksheet=worksheet, there=names)
    sheet = book[worksheet or names[0]]
    sheet.reset_dimensions()  # some programs write that there is one cell
    more = "" if len(names) == 1 else f", the sheet “{sheet.title}” of {len(names)}"
    return lambda: _cells(sheet), f"XLSX{more}"


def _opened_book(file: IO[bytes]) -> Any:
    """A workbook that is read row by row."""
    import openpyxl  # takes a quarter of a second, which only workbooks need

    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of everything in a workbook that it will not keep
        try:
            return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except (KeyError, ValueError, OSError, ParseError, zipfile.BadZipFile):
            raise Unreadable("no_workbook") from None


def _cells(sheet: Any) -> Rows:
    try:
        yield from enumerate((list(cells) for cells in sheet.iter_rows(values_only=True)), 1)
    except (KeyError, ValueError, ParseError, zipfile.BadZipFile):
        raise Unreadable("no_workbook") from None
