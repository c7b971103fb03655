"""Reads the rows of a workbook's sheet cell by cell, as the spreadsheet shows them."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.domain.imports import markup
from bot.domain.imports.cells import NOT_CALCULATED
from bot.domain.imports.unreadable import (
    LAST_SHEET_ROW,
    MAX_CELL_LENGTH,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    UnreadableFile,
)
from bot.domain.imports.workbooks import SpreadsheetFile, WorkbookSheet, unescaped

_LETTERS = re.compile("[A-Z]{1,3}")
_FIRST = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's dates have no zone
_FIRST_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - as above
_LAST_SERIAL = 2_958_465
"""The last day of the year 9999."""
Cells = list[Any]


class SheetRows:
    """The rows of a sheet that hold something."""

    def __init__(self, book: SpreadsheetFile, sheet: WorkbookSheet, *, hidden: bool = True) -> None:
        """Rows that are hidden are read too where `hidden` says so."""
        self._book, self._sheet, self._with_hidden = book, sheet, hidden
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[range] = []
        """Known once the rows have been gone through."""

    def __iter__(self) -> Iterator[tuple[int, Cells]]:
        """The number of each row, and its cells. Raises UnreadableFile."""
        listener = _Listener(self._book)
        hidden = list[int]()
        with self._book.part(self._sheet.part) as part:
            for _ in markup.read(part, listener):
                for number, cells, is_hidden in listener.rows:
                    if is_hidden:
                        hidden.append(number)
                    if self._with_hidden or not is_hidden:
                        yield number, cells
                listener.rows.clear()
        self.hidden_rows, self.hidden_columns = hidden, listener.hidden_columns


class _Listener:
    """Hears the elements of a sheet, and has the rows that have ended."""

    def __init__(self, book: SpreadsheetFile) -> None:
        self._book = book
        self._places: dict[str, int] = {}
        self._row, self._is_hidden, self._cells, self._place = 0, False, Cells(), -1
        self._kind, self._style, self._value = "n", 0, ""
        self._runs, self._length, self._aside, self._formula = list[str](), 0, 0, False
        self._read = 0
        self.rows: list[tuple[int, Cells, bool]] = []
        self.hidden_columns: list[range] = []

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """A row, a cell, or something in it."""
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._row = _whole(attributes["r"]) if "r" in attributes else self._row + 1
            self._is_hidden = attributes.get("hidden") in ("1", "true")
            self._cells, self._place = [], -1
            if self._row > LAST_SHEET_ROW:
                raise UnreadableFile("too_many_rows", row=self._row, most=MAX_ROWS)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._aside += 1
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = _whole(attributes.get("min", "1")), _whole(attributes.get("max", "1"))
            self.hidden_columns.append(range(first - 1, last))

    def end(self, name: str, text: str) -> None:
        """What stood there."""
        if name == "v":
            self._value = text
        elif name == "c":
            self._end_cell()
        elif name == "row":
            if self._cells:
                self.rows.append((self._row, self._cells, self._is_hidden))
        elif name == "t" and not self._aside:
            self._runs.append(text)
            self._length += len(text)
            if self._length > 2 * MAX_CELL_LENGTH:
                raise UnreadableFile("cell_too_long", row=self._row, most=MAX_CELL_LENGTH)
        elif name == "rPh":
            self._aside -= 1

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._kind = attributes.get("t", "n")
        self._style = _whole(attributes.get("s", "0"))
        self._place = self._column(attributes["r"]) if "r" in attributes else self._place + 1
        self._value, self._formula = "", False
        self._runs.clear()
        self._length = 0
        self._read += 1
        if self._read > MAX_CELLS:
            raise UnreadableFile("too_many_cells", most=MAX_CELLS)

    def _end_cell(self) -> None:
        value = self._cell()
        if value is None or (isinstance(value, str) and not value.strip()):
            return
        if self._row > MAX_ROWS:
            raise UnreadableFile("too_many_rows", row=self._row, most=MAX_ROWS)
        if self._place >= MAX_COLUMNS:
            raise UnreadableFile("too_many_columns", row=self._row, most=MAX_COLUMNS)
        if isinstance(value, str) and len(value) > MAX_CELL_LENGTH:
            raise UnreadableFile("cell_too_long", row=self._row, most=MAX_CELL_LENGTH)
        missing = self._place + 1 - len(self._cells)
        if missing > 0:
            self._cells += [None] * missing
        self._cells[self._place] = value

    def _cell(self) -> Any:
        value, kind = self._value, self._kind
        if kind == "s":
            return self._book.texts[_whole(value)] if value else None
        if kind == "inlineStr":
            return unescaped("".join(self._runs))
        if kind in ("str", "e"):
            return unescaped(value)
        if not value:
            return NOT_CALCULATED if self._formula else None
        if kind == "b":
            return value == "1"
        if kind == "d":
            return datetime.fromisoformat(value)
        return self._number(value)

    def _number(self, value: str) -> Any:
        number = int(value) if value.isdecimal() and len(value) < 20 else float(value)
        dates = self._book.dates
        if self._style < len(dates) and dates[self._style] and 0 <= number <= _LAST_SERIAL:
            return _moment(number, _FIRST_1904 if self._book.since_1904 else _FIRST)
        return number

    def _column(self, reference: str) -> int:
        """The place of a cell's column, from 0."""
        letters = reference.rstrip("0123456789")
        if letters not in self._places:
            if not _LETTERS.fullmatch(letters):
                raise UnreadableFile("no_workbook")
            place = 0
            for letter in letters:
                place = place * 26 + ord(letter) - ord("A") + 1
            self._places[letters] = place - 1
        return self._places[letters]


def _moment(number: float, first: datetime) -> date | datetime | time:
    """A number that is shown as a date: a day, a day with an hour, or an hour alone."""
    moment = first + timedelta(days=int(number), seconds=round((number - int(number)) * 86_400))
    if number < 1:
        return moment.time()
    return moment.date() if moment.time() == time() else moment


def _whole(text: str) -> int:
    """A number of a place or a format. Raises UnreadableFile."""
    if not text.isdecimal() or len(text) > 9:
        raise UnreadableFile("no_workbook")
    return int(text)
