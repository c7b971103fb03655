"""Writes rows into an XLSX workbook as they come, straight into its archive.

The parts and their names are those of ECMA-376; of the format only what a table of texts and numbers needs.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

MAX_SHEET_ROWS = 1_048_576
"""Rows of one sheet, the head included (Excel's specifications)."""
MAX_CELL_LENGTH = 32_767
"""Characters of one cell (the same)."""
MAX_SHEET_BYTES = 1_500_000_000
"""Bytes of one sheet at most before it is packed: an archive keeps up to 2 GiB in the form that every program reads."""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_HEAD = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_END = "</sheetData></worksheet>"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\r\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What XML cannot hold."""
_LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Excel reads `_x0041_` as A."""


class WorkbookWriter:
    """The sheets of a workbook, the last of which is written."""

    def __init__(self, archive: ZipFile, columns: Sequence[str]) -> None:
        self._archive, self._columns = archive, columns
        self._sheets = 0
        self._open = ExitStack()

    def write_row(self, cells: Sequence[Any]) -> None:
        """Write a row; what one sheet cannot hold goes on in the next, under the same heads."""
        if self._sheets == 0 or self._row == MAX_SHEET_ROWS or self._written > MAX_SHEET_BYTES:
            self._begin()
        self._write(cells)

    def finish(self) -> None:
        """Write what makes the sheets a workbook."""
        if self._sheets == 0:
            self._begin()
        self._end_sheet()
        for name, text in _parts(self._sheets).items():
            self._archive.writestr(name, _XML + text)

    def abandon(self) -> None:
        """Let the sheet go that was begun: the archive is not to be used."""
        self._open.close()

    def _begin(self) -> None:
        if self._sheets:
            self._end_sheet()
        self._sheets += 1
        self._row, self._written, self._waiting = 0, 0, [_HEAD]
        self._out: IO[bytes] = self._open.enter_context(self._archive.open(_sheet(self._sheets), "w"))
        self._write(self._columns)

    def _write(self, cells: Sequence[Any]) -> None:
        self._row += 1
        written = "".join(_cell(cell, f"{_letters(place)}{self._row}") for place, cell in enumerate(cells))
        self._waiting.append(f'<row r="{self._row}">{written}</row>')
        if len(self._waiting) >= 100:
            self._flush()

    def _end_sheet(self) -> None:
        self._waiting.append(_END)
        self._flush()
        self._open.close()

    def _flush(self) -> None:
        waiting = "".join(self._waiting).encode()
        self._written += len(waiting)
        self._out.write(waiting)
        self._waiting.clear()


@contextmanager
def written(path: Path, columns: Sequence[str]) -> Iterator[WorkbookWriter]:
    """A workbook in this file, whole once the block has ended well. Raises OSError."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        book = WorkbookWriter(archive, columns)
        try:
            yield book
            book.finish()
        finally:
            book.abandon()


def _cell(value: Any, place: str) -> str:
    """A cell; nothing for an empty one. Numbers are numbers, everything else a text."""
    if value is None or value == "":
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    text = escape(_LIKE_AN_ESCAPE.sub("_x005F_", _FORBIDDEN.sub("", str(value)[:MAX_CELL_LENGTH])))
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(place: int) -> str:
    """The letters of a column: A, B, … Z, AA, …"""
    more, last = divmod(place, 26)
    return (_letters(more - 1) if more else "") + chr(ord("A") + last)


def _sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _parts(sheets: int) -> dict[str, str]:
    numbers = range(1, sheets + 1)
    kinds = "".join(
        f'<Override PartName="/{_sheet(number)}" ContentType="{_TYPE}.worksheet+xml"/>' for number in numbers
    )
    book = f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    named = "".join(f'<sheet name="Sheet{number}" sheetId="{number}" r:id="rId{number}"/>' for number in numbers)
    found = [(f"rId{number}", "worksheet", _sheet(number).removeprefix("xl/")) for number in numbers]
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{book}{kinds}</Types>',
        "_rels/.rels": _related([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _related(found),
    }


def _related(parts: Sequence[tuple[str, str, str]]) -> str:
    relationships = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{part}"/>' for name, kind, part in parts
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{relationships}</Relationships>'
