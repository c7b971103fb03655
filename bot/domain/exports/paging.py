"""Reading a table of any length in pages by its ids: no open transaction, no more than a page in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.models import Event

PAGE = 2000
"""Rows read at once: a few megabytes."""
One = TypeVar("One")
Columns = Mapping[str, Callable[[One], Any]]
"""The cells of a row by their column's name: text, number, yes or no, date, moment in the event's zone, or None."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which event, and from when to when."""

    event: Event
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that is not wanted any more."""

    def within(self, moment: Any) -> list[ColumnElement[bool]]:
        """The conditions that keep a column of moments within."""
        earliest = [moment >= self.since] if self.since else []
        return [*earliest, moment < self.until] if self.until else earliest

    def local(self, moment: datetime | None) -> datetime | None:
        """A moment in the event's zone, to the second."""
        return moment and moment.astimezone(ZoneInfo(self.event.timezone)).replace(microsecond=0)


def pages(database: Database, whole: Select[One], key: Any) -> Iterator[tuple[Session, Sequence[One]]]:
    """The rows of a select of one entity by rising `key`, a page at a time, with the session that read them."""
    last = 0
    while True:
        with database.read() as db:
            found = db.scalars(whole.where(key > last).order_by(key).limit(PAGE)).unique().all()
            if found:
                yield db, found
                last = getattr(found[-1], key.key)
        if len(found) < PAGE:
            return
