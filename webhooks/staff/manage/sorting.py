"""Tables that are longer than their page: the order that `?sort=` asks for, and pages by key. No scripts are needed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import request

FALLING = "-"
"""Before a column's name in `?sort=`: the largest first."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Order:
    """A column, and which way."""

    column: str
    falling: bool = False

    @property
    def code(self) -> str:
        """As `?sort=` has it."""
        return f"{FALLING if self.falling else ''}{self.column}"

    def aria(self, column: str) -> str:
        """The `aria-sort` of a column's head; empty for those by which nothing is sorted."""
        return "" if column != self.column else "descending" if self.falling else "ascending"

    def asked_by(self, column: str) -> str:
        """The `?sort=` of a column's head: by it, and where that is so already, the other way round."""
        return Order(column, column == self.column and not self.falling).code


@dataclass(frozen=True, slots=True)
class Keys:
    """Of the pages around one, empty where there is none: `after` the row with this key, or `before` it."""

    before: str = ""
    after: str = ""


def asked(columns: Collection[str], default: Order) -> Order:
    """What the request's `?sort=` says; the default where that is no column of these."""
    code = request.values.get("sort", "")
    column = code.removeprefix(FALLING)
    return Order(column, code != column) if column in columns else default


def page_of(rows: Sequence[Row], key: Callable[[Row], str], wanted: Keys, most: int) -> tuple[Sequence[Row], Keys]:
    """The page that is wanted of rows in their order, and the keys of those around it; else the first."""
    places = {key(row): place for place, row in enumerate(rows)}
    end = places.get(wanted.before, 0)
    begin = max(end - most, 0) if end else places.get(wanted.after, -1) + 1
    shown = rows[begin : begin + most]
    before = key(shown[0]) if shown and begin else ""
    return shown, Keys(before, key(shown[-1]) if begin + len(shown) < len(rows) else "")


def asked_keys() -> Keys:
    """The keys of the request."""
    return Keys(request.values.get("before", ""), request.values.get("after", ""))
