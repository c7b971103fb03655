"""Reads tables from files, row by row: CSV in any encoding that spreadsheets write, and XLSX."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, Any

from bot.domain.imports import csv_files
from bot.domain.imports.cells import is_empty, text
from bot.domain.imports.csv_files import Rows
from bot.domain.imports.heads import FIRST, NAME
from bot.domain.imports.sheets import SheetRows
from bot.domain.imports.unreadable import MAX_FILE_BYTES, ImportNote, UnreadableFile
from bot.domain.imports.workbooks import SpreadsheetFile, WorkbookSheet

XLSX, XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How the files begin: a zip archive, and the workbooks of before 2007 (also new ones with a password)."""
MAX_HEAD_ROW = 20
"""Rows in which the heads are looked for; above them may stand a title."""
KnownHeads = Callable[[Sequence[str]], frozenset[str]]
"""What a row of heads names, by the words of `heads`."""
MAX_LISTED = 5
"""Items of a longer list that are shown."""


@dataclass(frozen=True, slots=True)
class ImportTable:
    """A file that was looked at from beginning to end."""

    heads: tuple[str, ...]
    """The names of the columns."""
    form: str
    """What it was taken for, in words."""
    rows: Callable[[], Rows]
    """Reads all rows below the heads that are not empty, from the beginning. Raises UnreadableFile."""
    notes: tuple[ImportNote, ...] = ()


def read_table(
    file: IO[bytes],
    worksheet: str = "",
    *,
    encoding: str = "",
    hidden: bool = True,
    known: KnownHeads | None = None,
) -> ImportTable:
    """The table in an open file that can be read from anywhere.

    Of a workbook this sheet, else the first that is not hidden, with its `hidden` rows or without. A CSV in this
    encoding (csv_files.ENCODINGS), else in the one that it surely has. `known` says what a row of
    heads names; without it the first row has the heads.

    Raises UnreadableFile: `old_workbook`, `no_workbook`, `no_worksheet` (`worksheet`, `there`), `encoding…`, `no_text`,
    `no_rows`, `bad_csv` (`row`), `too_large` (`most`), `too_many_rows`, `too_many_columns`, `cell_too_long`,
    `row_too_long` (`row`, `most`), `too_many_cells`, `text_too_long` (`most`).
    """
    known = known or (lambda _heads: frozenset())
    if file.seek(0, 2) > MAX_FILE_BYTES:
        raise UnreadableFile("too_large", most=MAX_FILE_BYTES >> 20)
    file.seek(0)
    start = file.read(4)
    if start == XLS:
        raise UnreadableFile("old_workbook")
    if start == XLSX:
        return _of_workbook(file, worksheet, hidden, known)
    all_rows, form = csv_files.read(file, encoding)
    return _table(all_rows, form, known, ())


def _of_workbook(file: IO[bytes], worksheet: str, with_hidden: bool, known: KnownHeads) -> ImportTable:
    book = SpreadsheetFile(file)
    name = worksheet or next((sheet.name for sheet in book.sheets if not sheet.hidden), "")
    sheet = next((sheet for sheet in book.sheets if sheet.name == name), None)
    if sheet is None:
        raise UnreadableFile("no_worksheet", worksheet=worksheet, there=[sheet.name for sheet in book.sheets])
    rows = SheetRows(book, sheet, hidden=with_hidden)
    for _ in rows:
        pass  # errors of a sheet are found before any of it is used
    more = "" if len(book.sheets) == 1 else f", the sheet “{name}” of {len(book.sheets)}"
    made = _table(lambda: iter(rows), f"XLSX{more}", known, tuple(_sheet_notes(book, sheet, rows, with_hidden)))
    columns = [
        head for place, head in enumerate(made.heads) if any(place in columns_ for columns_ in rows.hidden_columns)
    ]
    also = (ImportNote("hidden_columns", {"columns": columns[:MAX_LISTED]}),) if columns else ()
    return replace(made, notes=(*made.notes, *also))


def _sheet_notes(
    book: SpreadsheetFile, sheet: WorkbookSheet, rows: SheetRows, with_hidden: bool
) -> Iterator[ImportNote]:
    """What of a workbook is not read, and what is read that is not seen."""
    if sheet.hidden:
        yield ImportNote("hidden_sheet", {"sheet": sheet.name})
    for code, are_hidden in (("hidden_sheets", True), ("other_sheets", False)):
        if left := [
            other_sheet.name for other_sheet in book.sheets if other_sheet != sheet and other_sheet.hidden == are_hidden
        ]:
            yield ImportNote(code, {"sheets": left[:MAX_LISTED]})
    if rows.hidden_rows:
        params = {"number": len(rows.hidden_rows), "rows": rows.hidden_rows[:MAX_LISTED]}
        yield ImportNote("hidden_rows" if with_hidden else "hidden_rows_left", params)


def _table(all_rows: Callable[[], Rows], form: str, known: KnownHeads, notes: tuple[ImportNote, ...]) -> ImportTable:
    rows = all_rows()
    found = next(((number, cells) for number, cells in rows if not is_empty(cells)), None)
    if found is None:
        raise UnreadableFile("no_rows")
    first = [found, *((number, cells) for number, cells in islice(rows, MAX_HEAD_ROW) if not is_empty(cells))]
    place = _place_of_heads([cells for _, cells in first], known)
    number, heads = first[place]
    if place:
        above = [" ".join(filter(None, map(text, cells))) for _, cells in first[:place]]
        notes = (*notes, ImportNote("title", {"row": number, "above": above[:MAX_LISTED]}))
    return ImportTable(_named(heads), form, lambda: _below(all_rows(), number), notes)


def _place_of_heads(rows: Sequence[Sequence[Any]], known: KnownHeads) -> int:
    """The first row if it has heads, else the first below it of which that is sure."""
    named = [known([text(cell) for cell in cells]) if _may_be_heads(cells) else frozenset() for cells in rows]
    if named[0] & {NAME, FIRST} and sum(bool(text(cell)) for cell in rows[0]) > 1:
        return 0
    sure = next((place for place, things in enumerate(named) if len(things) > 1), None)
    if sure is not None:
        return sure
    return 1 if not named[0] and any(named[1:2]) else 0


def _may_be_heads(cells: Sequence[Any]) -> bool:
    """Whether there are words only: numbers and dates are what stands below heads."""
    said = [text(cell) for cell in cells]
    return not any(len([1 for character in cell if character.isdecimal()]) > 4 for cell in said)


def _named(heads: Sequence[Any]) -> tuple[str, ...]:
    names = [text(head) for head in heads]
    while not names[-1]:
        names.pop()
    return tuple(name or f"column {place}" for place, name in enumerate(names, 1))


def _below(rows: Rows, heads: int) -> Rows:
    return ((number, cells) for number, cells in rows if number > heads and not is_empty(cells))
