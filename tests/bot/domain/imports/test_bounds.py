"""Files that nobody filled in by hand: a clear refusal, soon, and in little memory."""

import io
import resource
import tracemalloc
from collections.abc import Callable
from typing import IO

import pytest

from admin_cli.visitors import import_texts
from bot.domain.imports import csv_files, read_file, sheets, unreadable, workbooks
from bot.domain.imports.unreadable import UnreadableFile
from tests.bot.domain.imports.sheets import MAIN, of_markup

K = 10_000
BILLION = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOOKS: dict[str, tuple[str, Callable[[], IO[bytes]]]] = {
    "a far cell": ("too_many_rows", lambda: of_markup('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "a far column": ("too_many_columns", lambda: of_markup('<row r="2"><c r="XFD2"><v>1</v></c></row>')),
    "a million columns": ("too_many_columns", lambda: of_markup("<row>", *["<c><v>1</v></c>" * K] * 100, "</row>")),
    "a million empty cells": ("too_many_cells", lambda: of_markup("<row>", *["<c/>" * K] * 20, "</row>")),
    "no such row": ("too_many_rows", lambda: of_markup('<row r="9999999"/>')),
    "a huge text": ("text_too_long", lambda: of_markup("<row><c><v>", *["x" * K] * 2000, "</v></c></row>")),
    "many runs": ("cell_too_long", lambda: of_markup("<row><c><is>", *["<t>x</t>" * K] * 20, "</is></c></row>")),
    "a bomb": ("too_large", lambda: of_markup(*["<row/>" * K] * 800)),
    "many texts": ("too_many_cells", lambda: of_markup('<row><c t="s"><v>0</v></c></row>', texts=["<si/>" * K] * 20)),
    "a long text of runs": (
        "text_too_long",
        lambda: of_markup('<row><c t="s"><v>0</v></c></row>', texts=["<si>", *["<t>xxxxxxx</t>" * K] * 20]),
    ),
    "entities": (
        "no_workbook",
        lambda: of_markup(whole=f'<!DOCTYPE x [<!ENTITY a0 "ha">{BILLION}]><worksheet {MAIN}>&a9;</worksheet>'),
    ),
    "an outer entity": (
        "no_workbook",
        lambda: of_markup(
            whole=f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet {MAIN}>&a;</worksheet>'
        ),
    ),
    "depth": ("no_workbook", lambda: of_markup(*["<a>" * K] * 500)),
    "names": ("no_workbook", lambda: of_markup(*("".join(f"<a{n}_{m}/>" for m in range(K)) for n in range(50)))),
    "attributes": (
        "no_workbook",
        lambda: of_markup(*("".join(f'<c a{n}_{m}=""/>' for m in range(K)) for n in range(50))),
    ),
    "one tag": ("no_workbook", lambda: of_markup('<row a="', *["x" * K] * 2000, '"/>')),
    "one comment": ("no_workbook", lambda: of_markup("<!--", *["x" * K] * 2000, "-->")),
    "half of one": ("no_workbook", lambda: io.BytesIO(of_markup().getvalue()[:-30])),
}
TEXTS: dict[str, tuple[str, Callable[[], str]]] = {
    "one line": ("row_too_long", lambda: "Name\n" + "x" * 400_000),
    "a million columns": ("too_many_columns", lambda: "Name\n" + "a," * 100_000 + "\n"),
    "many rows": ("too_many_rows", lambda: "Name\n" + "a\n" * 3_000),
    "a quotation mark": ("cell_too_long", lambda: 'Name\n"' + "Asha Verma\n" * K * 2),
    "one row of many lines": ("row_too_long", lambda: "Name\n" + '"a\n",' * 80_000),
    "a long cell": ("cell_too_long", lambda: "Name\n" + "x" * 40_000),
}


def refusal(file: IO[bytes]) -> str:
    """Why a file is refused, within 64 MB beside it and a few seconds of a core."""
    tracemalloc.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    try:
        with pytest.raises(UnreadableFile) as no:
            list(read_file.read_table(file).rows())
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
        assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 15
    finally:
        tracemalloc.stop()
    assert no.value.code in import_texts.file_problem(no.value)
    return no.value.code


@pytest.mark.parametrize("name", BOOKS)
def test_a_workbook_that_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_CELLS", 100_000)
    monkeypatch.setattr(workbooks, "MAX_CELLS", 100_000)
    monkeypatch.setattr(workbooks, "MAX_FILE_BYTES", 40 << 20)
    code, file = BOOKS[name]
    assert refusal(file()) == code


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_is_no_list(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "MAX_RECORD_LENGTH", 300_000)
    monkeypatch.setattr(csv_files, "MAX_ROWS", 2_000)
    code, text = TEXTS[name]
    assert refusal(io.BytesIO(text().encode())) == code


def test_a_file_of_hundreds_of_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_file, "MAX_FILE_BYTES", 1000)
    assert refusal(io.BytesIO(b"Name\n" + b"Asha\n" * 300)) == "too_large"
    assert unreadable.MAX_FILE_BYTES == 256 << 20


def test_formats_that_reach_to_the_end_of_a_sheet_hold_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    book = of_markup('<row r="2"><c r="A2"><v>1</v></c></row>', '<row r="1048576"><c r="XFD1048576" s="1"/></row>')
    assert list(read_file.read_table(book).rows()) == [(2, [1])]
    monkeypatch.setattr(csv_files, "MAX_ROWS", 2_000)
    text = io.BytesIO(("Name,,\nAsha,,\n" + ",,\n" * 5_000).encode())
    assert list(read_file.read_table(text).rows()) == [(2, ["Asha", "", ""])]
