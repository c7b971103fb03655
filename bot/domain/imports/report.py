"""What the look at a list has found, as plain data that is kept until the list is gone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.domain.imports.heads import FIRST, LAST, MIDDLE
from bot.domain.imports.plan import NEW, REVOKED, PlannedRow
from bot.domain.imports.rows import CellProblem, ListedPerson, RejectedRow
from bot.domain.imports.run import ImportPlan, ImportReport

MAX_SHOWN = 50
"""Rows that are told one by one; of more only how many."""
LEFT_ALONE, NOT_AGAIN = "differs", "revoked"
"""Codes of what is told of rows besides those of bot.domain.imports.rows."""


@dataclass(slots=True)
class RowNotes:
    """The rows that an organiser must look at, in the order of the file."""

    plan: ImportPlan
    problems: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0
    example: dict[str, Any] = field(default_factory=dict)
    """The first who is to be registered: whether the columns are the right ones is seen in them."""

    def add(self, planned: PlannedRow) -> None:
        """Note what is the matter with a row, if anything is."""
        row = planned.row
        if not self.example and isinstance(row, ListedPerson) and planned.fresh:
            self.example = {
                **{"row": row.row.number, "name": row.full_name, "phone": row.phone or ""},
                **{"days": [day.isoformat() for day in row.days], "people": row.party_size},
            }
        for problem in self._problems(planned):
            if len(self.problems) < MAX_SHOWN:
                self.problems.append(problem)
            else:
                self.more += 1

    def _problems(self, planned: PlannedRow) -> list[dict[str, Any]]:
        row, columns = planned.row, self.plan.columns
        told: tuple[CellProblem, ...] = ()
        if isinstance(row, RejectedRow):
            told = row.problems
        elif planned.state == NEW:
            told = row.doubts
        found = [
            _problem(row.row.number, columns.head(one.thing) if one.thing else "", one.code, one.params) for one in told
        ]
        for thing, (said, held) in planned.differs.items():
            found.append(_problem(row.row.number, columns.head(thing), LEFT_ALONE, {"file": said, "held": held}))
        if planned.state == REVOKED:
            found.append(_problem(row.row.number, "", NOT_AGAIN, {}))
        return found


def found(plan: ImportPlan, looked: ImportReport, notes: RowNotes) -> dict[str, Any]:
    """Everything that the page shows of a list that was looked at."""
    return {
        **how_read(plan.table.heads, _things(plan)),
        "form": plan.table.form,
        "notes": [{"code": note.code, "params": as_json(note.params)} for note in plan.notes],
        **counts(plan, looked),
        "problems": notes.problems,
        "more": notes.more,
        "example": notes.example,
    }


def _things(plan: ImportPlan) -> dict[int, str]:
    """What each column holds, by its place; several may make a name together."""
    parts = plan.columns.name_parts
    ends = {parts[0]: FIRST, parts[-1]: LAST} if parts else {}
    names = {place: ends.get(place, MIDDLE) for place in parts}
    return {**{place: thing for thing, place in plan.columns.places.items()}, **names}


def how_read(heads: tuple[str, ...], things: Mapping[int, str]) -> dict[str, Any]:
    """The columns of a file, each with what it holds; empty: it is ignored."""
    return {"columns": [[head, things.get(place, "")] for place, head in enumerate(heads)]}


def counts(plan: ImportPlan, report: ImportReport) -> dict[str, Any]:
    """How many rows come to what."""
    return {
        "rows": {"all": report.all_rows, **dict(report.rows)},
        **{"people": report.people, "beyond": report.beyond, "more_days": report.more_days},
        **{"unreachable": report.unreachable, "erased": report.erased, "limit": plan.event.max_party},
    }


def as_json(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a problem as JSON has them: days as ISO 8601 writes them."""
    return {name: _as_json(value) for name, value in params.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_as_json(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | str) or value is None else str(value)


def _problem(row: int, column: str, code: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"row": row, "column": column, "code": code, "params": as_json(params)}
