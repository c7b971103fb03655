"""Reads a table of any length in pages by id: no long transaction, one page in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.models import Event, EventDay, Registration
from bot.errors import Refused

PAGE_ROWS = 2000
"""Rows read at once: a few megabytes."""
Item = TypeVar("Item")
Columns = Mapping[str, Callable[[Item], Any]]
"""The cells of a row by their column's name: text, number, yes or no, date, moment in the event's zone, or None."""


@dataclass(frozen=True, slots=True)
class ExportScope:
    """What to export: the event, and from when to when."""

    event: Event
    since: datetime | None = None
    until: datetime | None = None
    """The first moment that is not wanted any more."""
    event_day: date | None = None
    """Restricts scans to those that count to this day of the event, after its midnight too."""
    answered: Sequence[str] = ()
    """Questions that the event asks no more and to which it has answers."""

    def within(self, moment: Any) -> list[ColumnElement[bool]]:
        """The conditions that keep a column of moments within."""
        earliest = [moment >= self.since] if self.since else []
        return [*earliest, moment < self.until] if self.until else earliest

    def rows(self, moment: Any, *more: ColumnElement[bool]) -> Select[Any]:
        """The rows of the event within, by a column of moments of their model; `more` are further conditions."""
        model = moment.class_
        return select(model).where(model.event_id == self.event.id, *more, *self.within(moment))

    def local(self, moment: datetime | None) -> datetime | None:
        """A moment in the event's zone, to the second."""
        return moment and moment.astimezone(ZoneInfo(self.event.timezone)).replace(microsecond=0)


def scope_of(
    db: Session,
    event: Event,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    event_day: date | None = None,
) -> ExportScope:
    """The selection for an export of this event as it is now. Raises Refused `no_such_day` (`day`, `first`, `last`)."""
    of_event = EventDay.event_id == event.id, EventDay.day == event_day
    if event_day is not None and not db.scalar(select(exists().where(*of_event))):
        raise Refused("no_such_day", day=event_day, first=event.starts_on, last=event.ends_on)
    answered = [name for name in event.former_questions if _is_answered(db, event.id, name)]
    return ExportScope(event, since, until, event_day, answered)


def _is_answered(db: Session, event_id: int, name: str) -> bool:
    answer = Registration.answers[name].as_string()
    return bool(db.scalar(select(exists().where(Registration.event_id == event_id, answer.is_not(None)))))


def pages(database: Database, whole: Select[Item], key: Any) -> Iterator[tuple[Session, Sequence[Item]]]:
    """The rows of a select of one entity by rising `key`, a page at a time, with the session that read them."""
    last = 0
    while True:
        with database.read() as db:
            found = db.scalars(whole.where(key > last).order_by(key).limit(PAGE_ROWS)).unique().all()
            if found:
                yield db, found
                last = getattr(found[-1], key.key)
        if len(found) < PAGE_ROWS:
            return
