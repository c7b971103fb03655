"""How many passes of each day say what help somebody needs: for admins, without saying whose."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from bot.domain import models, pass_days
from bot.domain.models import Event
from flows.text import access_needs

_NEED: Mapping[str, ColumnElement[str]] = {
    "sqlite": literal_column("json_extract(registrations.answers, '$.access_needs')"),
    "postgresql": literal_column("(registrations.answers ->> 'access_needs')"),
}
"""Written out: only so does the database see that the index of those few will do."""


@dataclass(frozen=True, slots=True)
class NeedOnDay:
    """Passes of a day with one need."""

    day: date
    need: str
    """As it was kept, in English."""
    passes: int


def by_day(db: Session, event: Event) -> list[NeedOnDay] | None:
    """By day and need, the valid passes; of a pass of several days each. None where the event has never asked."""
    if access_needs.NAME not in (*(question["name"] for question in event.questions), *event.former_questions):
        return None
    need = _NEED[db.get_bind().dialect.name]
    issued, registration = models.Pass, models.Registration
    counted = (
        select(issued.day, issued.kind_id, need, func.count())
        .join(registration, registration.id == issued.registration_id)
        .where(registration.event_id == event.id, need.is_not(None), issued.status == issued.VALID)
        .group_by(issued.day, issued.kind_id, need)
    )
    kinds = {kind.id: kind for kind in event.kinds}
    found = Counter[tuple[date, str]]()
    for day, kind_id, said, passes in db.execute(counted):
        for each in pass_days.days_of_kind(kinds[kind_id], day):
            found[each, said] += passes
    return [NeedOnDay(day, said, passes) for (day, said), passes in sorted(found.items(), key=_place)]


def _place(counted: tuple[tuple[date, str], int]) -> tuple[date, int, str]:
    """By day, then in the order in which the question has its answers."""
    (day, said), _passes = counted
    return (day, _ORDER.get(said, len(_ORDER)), said)


_ORDER: Mapping[str, int] = {said: place for place, said in enumerate(access_needs.ANSWERS)}
