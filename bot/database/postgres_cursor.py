"""psycopg's cursor, which says what columns a result has only when somebody reads it.

SQLAlchemy asks after each statement whether there is a result, by its description, and reads that once for each
statement that it knows; psycopg builds an object for each column every time: of an admission 47 (docs/figures.md).
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, cast, overload

from psycopg import Column, Cursor
from psycopg.pq.abc import PGresult


class Columns(Sequence[Column]):
    """The columns of a result, described when they are read."""

    def __init__(self, cursor: Cursor[Any], result: PGresult) -> None:
        self._cursor = cursor
        self._result = result

    def __len__(self) -> int:
        return self._result.nfields

    @overload
    def __getitem__(self, place: int) -> Column: ...
    @overload
    def __getitem__(self, place: slice) -> list[Column]: ...
    def __getitem__(self, place: int | slice) -> Column | list[Column]:
        return self._described[place]

    def __iter__(self) -> Iterator[Column]:
        return iter(self._described)

    @cached_property
    def _described(self) -> list[Column]:
        return [Column(self._cursor, place) for place in range(len(self))]


class LazyCursor(Cursor[Any]):
    """A cursor like psycopg's own."""

    @property
    def description(self) -> list[Column] | None:
        """The columns of the result at hand; None where there is none."""
        result = self.pgresult
        if result and result.nfields:
            return cast("list[Column]", Columns(self, result))
        return super().description
