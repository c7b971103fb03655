"""Whether a file has the day or the month first: as the import's options say, else as its rows and headings prove."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.domain.imports import days
from bot.domain.imports.cells import text
from bot.domain.imports.days import DMY, MDY, UNSURE
from bot.domain.imports.unreadable import ImportNote
from flows.understanding import plain

_IN_HEAD = ((DMY, re.compile(r"\bdd?[\s/.-]*mm?[\s/.-]*y")), (MDY, re.compile(r"\bmm?[\s/.-]*dd?[\s/.-]*y")))
MONTH_FIRST = frozenset(("US",))
"""Regions where nothing proves that the month does not stand first."""
MAX_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How days in numbers are read, and why."""

    order: str
    """DMY, MDY, or UNSURE: then only those that can be read in one way."""
    notes: tuple[ImportNote, ...] = ()
    turned: bool = False
    """Whether the spreadsheet may have turned day and month of what it took for dates."""


@dataclass(slots=True)
class _DateEvidence:
    """What the cells of a column show of the order."""

    proofs: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: {DMY: [], MDY: []})
    open: dict[str, tuple[int, date, date]] = field(default_factory=dict)
    """What can be read both ways: the row, the day where the day stands first, the day where the month does."""
    typed: list[int] = field(default_factory=list)
    """Rows with a date of the spreadsheet's own that could have been turned."""

    met: set[Any] = field(default_factory=set)

    def see(self, row: int, cell: Any) -> None:
        if isinstance(cell, date):
            self.typed += [row] if cell.day <= 12 and cell.day != cell.month and len(self.typed) < MAX_EXAMPLES else []
            return
        if cell in self.met:
            return
        self.met.add(cell)
        for part in days.parts_of(text(cell)):
            both = days.readings(part)
            if both is None or both[0] == both[1]:
                continue
            by_day, by_month = both
            if by_day and by_month:
                self.open[part] = (row, by_day, by_month)
            elif len(self.proofs[DMY if by_day else MDY]) < MAX_EXAMPLES:
                self.proofs[DMY if by_day else MDY].append((row, part))


def date_order(
    cells: Iterable[tuple[int, Any]], head: str, given: str, region: str, event_days: Sequence[date]
) -> DateOrder:
    """How the days of a column are to be read; `cells` has each row's number and cell, `given` is DMY, MDY or empty.

    `head` is the column's heading.
    """
    seen = _DateEvidence()
    for row, cell in cells:
        seen.see(row, cell)
    turned = bool(seen.typed and (seen.proofs[DMY] or seen.proofs[MDY]))
    notes = (ImportNote("dates_turned", {"rows": seen.typed}),) if turned else ()
    if given:
        return DateOrder(given, notes, turned)
    by_head = [date_order_ for date_order_, form in _IN_HEAD if form.search(plain(head))]
    proved = {date_order_ for date_order_, rows in seen.proofs.items() if rows} | set(by_head)
    if len(proved) > 1:
        return DateOrder(UNSURE, (*notes, _contradiction(seen, head)), turned)
    usual = MDY if region in MONTH_FIRST else DMY
    found = next(iter(proved), usual)
    if proved:
        note = _proof(seen, found, head) if seen.open or found != usual else None
    else:
        doubtful = _doubtful(seen, usual, event_days)
        found = UNSURE if doubtful else usual
        note = _usual(seen, found, usual) if seen.open else None
    return DateOrder(found, (*notes, note) if note else notes, turned)


def _doubtful(evidence: _DateEvidence, usual: str, event_days: Sequence[date]) -> bool:
    """Whether a cell is a day of the event only when it is read in the other way than is usual."""
    place = 0 if usual == DMY else 1
    return any(both[place] not in event_days and both[1 - place] in event_days for _, *both in evidence.open.values())


def _proof(evidence: _DateEvidence, proved_order: str, head: str) -> ImportNote:
    row, said = next(iter(evidence.proofs[proved_order]), (0, head))
    return ImportNote("dates_proved" if row else "dates_by_head", {"order": proved_order, "row": row, "said": said})


def _usual(evidence: _DateEvidence, proved_order: str, usual: str) -> ImportNote:
    said, (row, by_day, by_month) = next(iter(evidence.open.items()))
    params = {"row": row, "said": said, "day": by_month if usual == MDY else by_day, "order": usual}
    return ImportNote("dates_unsure" if proved_order == UNSURE else "dates_usual", params)


def _contradiction(evidence: _DateEvidence, head: str) -> ImportNote:
    by_day, by_month = (next(iter(evidence.proofs[date_order_]), (0, head)) for date_order_ in (DMY, MDY))
    rows = [row for row in (by_day[0], by_month[0]) if row]
    return ImportNote("dates_contradict", {"rows": rows, "day_first": by_day[1], "month_first": by_month[1]})
