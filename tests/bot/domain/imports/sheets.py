"""Workbooks for tests: as Excel writes them, and as nobody does."""

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import openpyxl

from bot.domain.exports import workbook

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEADS = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'


def of_sheets(change: Callable[[Any], None] | None = None, **sheets: list[list[Any]]) -> io.BytesIO:
    """A workbook with these rows; `change` may do something to it before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file


def of_markup(*cells: str, texts: Iterable[str] = (), whole: str = "") -> io.BytesIO:
    """A workbook whose only sheet holds this markup below its heads (or is it as a `whole`); `texts` are the shared."""
    file = io.BytesIO()
    sheet = [whole] if whole else [f"<worksheet {MAIN}><sheetData>{HEADS}", *cells, "</sheetData></worksheet>"]
    shared = '<Relationship Id="s" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in workbook._parts(1).items():
            archive.writestr(name, text.replace("</Relationships>", shared) if name.endswith("book.xml.rels") else text)
        for name, parts in (
            ("worksheets/sheet1.xml", sheet),
            ("sharedStrings.xml", [f"<sst {MAIN}>", *texts, "</sst>"]),
        ):
            with archive.open(f"xl/{name}", "w") as out:
                for part in parts:
                    out.write(part.encode())
    return file
