"""A cell of a file as text, with doubts whether somebody really wrote that there."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from bot.domain.exports.writers import FORMULA
from flows.understanding import cleaned

_ERROR = re.compile(
    r"#(?:n/a|nv|ref!?|bezug!|value!|wert!|div/0!|name\?|num!|zahl!|null!|spill!|calc!|field!|blocked!|connect!|busy!"
    r"|unknown!|external!|python!|error!|getting_data|[^\W\d_]+(?:/[^\W\d_]+)?[!?]|#+)|err:\d{3}",
    re.IGNORECASE,
)
"""What spreadsheets show for a formula that came to nothing; ### where a column is too narrow."""
NOT_CALCULATED = "#CALC!"
"""Read for a formula that no spreadsheet has calculated yet."""
BROKEN = "\ufffd"
"""Stands for a byte that is no letter."""
_FOLLOWING = re.escape(bytes(range(0x80, 0xC0)).decode("cp1252", "ignore")) + "\x81\x8d\x8f\x90\x9d"
_GARBLED = re.compile(f"[ÂÃ][{_FOLLOWING}]|à[¤-¿][{_FOLLOWING}]|â€")
"""UTF-8 that was read as Windows-1252: Ã© for é, à¤® for म, â€™ for an apostrophe."""


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


def cell_problem(text: str) -> str:
    """Why what stands there is not what somebody wrote: `sheet_error`, `broken_letter`, `garbled`; empty: it may be."""
    if ("#" in text or ":" in text) and any(_ERROR.fullmatch(word) for word in text.split()):
        return "sheet_error"
    if text.isascii():
        return ""
    if BROKEN in text:
        return "broken_letter"
    return "garbled" if _GARBLED.search(text) else ""
