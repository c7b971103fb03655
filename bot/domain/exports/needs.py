"""Export rows of the help that people need: how many passes of each day, nobody's name."""

from collections.abc import Iterator

from sqlalchemy import Select, select

from bot.database import Database
from bot.domain import events
from bot.domain.exports.pages import Columns, ExportScope
from bot.domain.models import Registration
from bot.domain.stats import needs
from bot.domain.stats.needs import NeedOnDay
from flows.text import access_needs


def rows(scope: ExportScope) -> Select[Registration]:
    """The registrations that are counted: those with a need, whenever they were made."""
    answer = Registration.answers[access_needs.NAME].as_string()
    return select(Registration).where(Registration.event_id == scope.event.id, answer.is_not(None))


def by_day(database: Database, scope: ExportScope) -> Iterator[NeedOnDay]:
    """Each day and kind of help."""
    yield from database.ask(lambda db: needs.by_day(db, events.by_slug(db, scope.event.slug))) or ()


def columns(scope: ExportScope) -> Columns[NeedOnDay]:
    """The day, the help, and on how many passes somebody needs it."""
    return {"day": lambda row: row.day, "help": lambda row: row.need, "passes": lambda row: row.passes}
