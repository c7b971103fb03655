"""Whether a file has the day or the month first: as told, else as its rows and headings prove."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.domain.imports import days
from bot.domain.imports.cells import text
from bot.domain.imports.days import DMY, MDY, UNSURE
from bot.domain.imports.unreadable import Note
from flows.understanding import plain

_IN_HEAD = ((DMY, re.compile(r"\bdd?[\s/.-]*mm?[\s/.-]*y")), (MDY, re.compile(r"\bmm?[\s/.-]*dd?[\s/.-]*y")))
MONTH_FIRST = frozenset(("US",))
"""Regions where nothing proves that the month does not stand first."""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Order:
    """How days in numbers are read, and why."""

    order: str
    """DMY, MDY, or UNSURE: then only those that can be read in one way."""
    notes: tuple[Note, ...] = ()
    turned: bool = False
    """Whether the spreadsheet may have turned day and month of what it took for dates."""


@dataclass(slots=True)
class _Seen:
    """What the cells of a column show of the order."""

    proofs: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: {DMY: [], MDY: []})
    open: dict[str, tuple[int, date, date]] = field(default_factory=dict)
    """What can be read both ways: the row, with the day first, with the month first."""
    typed: list[int] = field(default_factory=list)
    """Rows with a date of the spreadsheet's own that could have been turned."""

    met: set[Any] = field(default_factory=set)

    def see(self, row: int, cell: Any) -> None:
        if isinstance(cell, date):
            self.typed += [row] if cell.day <= 12 and cell.day != cell.month and len(self.typed) < SHOWN else []
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
            elif len(self.proofs[DMY if by_day else MDY]) < SHOWN:
                self.proofs[DMY if by_day else MDY].append((row, part))


def order(cells: Iterable[tuple[int, Any]], head: str, told: str, region: str, event_days: Sequence[date]) -> Order:
    """How the days of a column are to be read; `cells` has each row's number and cell, `told` is DMY, MDY or empty."""
    seen = _Seen()
    for row, cell in cells:
        seen.see(row, cell)
    turned = bool(seen.typed and (seen.proofs[DMY] or seen.proofs[MDY]))
    notes = (Note("dates_turned", {"rows": seen.typed}),) if turned else ()
    if told:
        return Order(told, notes, turned)
    by_head = [one for one, form in _IN_HEAD if form.search(plain(head))]
    proved = {one for one, rows in seen.proofs.items() if rows} | set(by_head)
    if len(proved) > 1:
        return Order(UNSURE, (*notes, _contradiction(seen, head)), turned)
    usual = MDY if region in MONTH_FIRST else DMY
    found = next(iter(proved), usual)
    if proved:
        note = _proof(seen, found, head) if seen.open or found != usual else None
    else:
        doubtful = _doubtful(seen, usual, event_days)
        found = UNSURE if doubtful else usual
        note = _usual(seen, found, usual) if seen.open else None
    return Order(found, (*notes, note) if note else notes, turned)


def _doubtful(seen: _Seen, usual: str, event_days: Sequence[date]) -> bool:
    """Whether a cell is a day of the event only when it is read in the other way than is usual."""
    place = 0 if usual == DMY else 1
    return any(both[place] not in event_days and both[1 - place] in event_days for _, *both in seen.open.values())


def _proof(seen: _Seen, found: str, head: str) -> Note:
    row, said = next(iter(seen.proofs[found]), (0, head))
    return Note("dates_proved" if row else "dates_by_head", {"order": found, "row": row, "said": said})


def _usual(seen: _Seen, found: str, usual: str) -> Note:
    said, (row, by_day, by_month) = next(iter(seen.open.items()))
    params = {"row": row, "said": said, "day": by_month if usual == MDY else by_day, "order": usual}
    return Note("dates_unsure" if found == UNSURE else "dates_usual", params)


def _contradiction(seen: _Seen, head: str) -> Note:
    by_day, by_month = (next(iter(seen.proofs[one]), (0, head)) for one in (DMY, MDY))
    rows = [row for row in (by_day[0], by_month[0]) if row]
    return Note("dates_contradict", {"rows": rows, "day_first": by_day[1], "month_first": by_month[1]})
