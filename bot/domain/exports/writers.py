"""Writes rows into a file: CSV, XLSX or JSON lines."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.domain.exports import workbook

WriteRow = Callable[[Sequence[Any]], None]
"""Takes the cells of a row."""
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")
"""How a text begins that a spreadsheet would reckon with."""
OUR_PHONE = re.compile(r"\+\d{7,15}")
"""E.164, which we wrote ourselves."""


def harmless(value: Any) -> Any:
    """The value as a spreadsheet may have it: a text that could be a formula gets an apostrophe before it."""
    if isinstance(value, str) and FORMULA.match(value) and not OUR_PHONE.fullmatch(value):
        return f"'{value}"
    return value


@contextmanager
def csv_file(path: Path, columns: list[str]) -> Iterator[WriteRow]:
    """A CSV of these columns, in UTF-8 with the mark by which spreadsheets know it."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        yield lambda cells: writer.writerow([harmless(_json_value(cell)) for cell in cells])


@contextmanager
def json_lines(path: Path, columns: list[str]) -> Iterator[WriteRow]:
    """An object a line, as it is: nothing reckons with what stands in JSON."""
    with path.open("w", encoding="utf-8") as out:

        def put(cells: Sequence[Any]) -> None:
            row = dict(zip(columns, map(_plain, cells), strict=True))
            out.write(json.dumps(row, ensure_ascii=False) + "\n")

        yield put


@contextmanager
def xlsx_file(path: Path, columns: list[str]) -> Iterator[WriteRow]:
    """A workbook that is written row by row; what one sheet cannot hold goes on in the next. Raises OSError."""
    with workbook.written(path, columns) as book:
        yield lambda cells: book.write_row([harmless(_json_value(cell)) for cell in cells])


FORMATS: Mapping[str, Callable[[Path, list[str]], Any]] = {"csv": csv_file, "xlsx": xlsx_file, "jsonl": json_lines}
"""The writers by the names that the command line gives them."""


def _plain(value: Any) -> Any:
    """Dates and moments as ISO 8601 writes them, moments with the offset of the event's zone."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _json_value(value: Any) -> Any:
    """The value for a format that knows only texts and numbers."""
    return ("yes" if value else "no") if isinstance(value, bool) else _plain(value)
