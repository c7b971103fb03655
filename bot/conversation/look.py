"""The one read of a message: whatever decides its way, by one statement that is built once.

What it says is exact at every message and kept by nobody: whether somebody stands on a roster, which places are left,
whether a copy of the events is still true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Executable, bindparam, exists, select

from bot.database import Database
from bot.domain import people, roster
from bot.domain.events import shapes as event_shapes
from bot.domain.json_rows import DIALECTS, as_json
from bot.domain.models import TurnRecord
from bot.domain.people import Identity
from bot.inbound import Inbound
from flows import shapes


@dataclass(frozen=True)
class Look:
    """What the database holds at one moment about a message and whoever wrote it."""

    revision: tuple[int, int]
    """The revision of all events: see bot.domain.events.shapes."""
    known: bool
    """Whether somebody is on file by one of their names."""
    on_roster: bool
    """Whether their phone stands on any roster, enabled or not; False for who told no phone."""
    taken: bool
    """Whether the turn of this message has been taken before."""
    _days: Sequence[Sequence[Any]] = field(repr=False)

    @cached_property
    def days(self) -> Mapping[str, tuple[shapes.EventDay, ...]]:
        """The days with the places left, by slug, of all events that are spoken of."""
        return event_shapes.days_of(self._days)


def look(database: Database, inbound: Inbound, now: datetime) -> Look:
    """Ask the database, once. Raises OperationalError as Database.look does."""
    row = database.look(*statement(database.engine.dialect.name, inbound, now))[0]
    count, changes, known, on_roster, taken, days = row
    return Look((count, changes), bool(known), bool(on_roster), bool(taken), days or ())


def statement(dialect: str, inbound: Inbound, now: datetime) -> tuple[Executable, dict[str, Any]]:
    """The statement that asks, and what is put into it."""
    names, staff = identity_of(inbound), own_phone(inbound)
    asked = {**people.named(names), "staff": staff, "sid": inbound.sid, "spoken_of": event_shapes.spoken_of_since(now)}
    return _STATEMENTS[dialect], asked


def identity_of(inbound: Inbound) -> Identity:
    """The names of whoever wrote; an address that is neither phone nor user id stands for the person itself."""
    if not inbound.is_proved:
        return Identity(inbound.phone, None if inbound.phone else inbound.lane)
    return Identity(inbound.phone, inbound.user if inbound.phone or inbound.user else inbound.lane, inbound.lent)


def own_phone(inbound: Inbound) -> str | None:
    """The phone that the message itself tells; none where an SMS says so, whose sender can be forged."""
    return inbound.phone if inbound.is_proved and inbound.lent != "phone" else None


_STATEMENTS = {
    dialect: select(
        select(event_shapes.COUNT).scalar_subquery(),
        select(event_shapes.CHANGES).scalar_subquery(),
        people.IS_ON_FILE,
        roster.IS_LISTED,
        exists(select(TurnRecord.message_sid).where(TurnRecord.message_sid == bindparam("sid"))),
        as_json(event_shapes.SPOKEN_OF_DAYS, dialect),
    )
    for dialect in DIALECTS
}
