"""The list of an event's passes: filters, order, and pages by key, so that the last page costs what the first does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot.domain import visitors
from bot.domain.events.rows import get_event
from bot.domain.models import Kind, Pass, PassUse, Registration
from bot.domain.models.base import MAX_ID

PAGE_SIZE = 50
"""Passes of a page."""
NEWEST, OLDEST, BY_DAY, BY_LAST_DAY = "newest", "oldest", "day", "-day"
SORTS = (NEWEST, OLDEST, BY_DAY, BY_LAST_DAY)
FALLING = (NEWEST, BY_LAST_DAY)
"""The orders; each has an index behind it."""


@dataclass(frozen=True, slots=True)
class PassFilter:
    """Which passes are wanted; what is empty or None stands for all."""

    text: str = field(default="", repr=False)
    """A code, a phone number, or letters of a name."""
    day: date | None = None
    """The visit date; of a kind of several days the first of them."""
    status: str = ""
    kind: str = ""
    """The slug."""
    channel: str = ""
    entered: bool | None = None
    """Whether somebody of the party has entered."""
    sort: str = NEWEST


@dataclass(frozen=True, slots=True)
class PassPage:
    """A page of the list."""

    passes: tuple[Pass, ...]
    """Each with registration and kind."""
    entered: Mapping[int, int]
    """By pass: how many people have entered with it; nothing of those with whom nobody has."""
    by: str
    """How the text was looked for: `code`, `phone` or `name`; `list` where there was none."""
    before: str
    """The key for the page before this one; empty: this is the first."""
    after: str
    """The key for the next page; empty: this is the last."""


def list_passes(
    db: Session, slug: str, wanted: PassFilter, *, region: str, after: str = "", before: str = ""
) -> PassPage:
    """One page of the passes that fit: the one `after` or `before` a key that an earlier page gave, else the first.

    Reads a number of statements that does not depend on how many there are. A key that is none of ours stands
    for the first page. Raises Refused `no_such_event`, `search_too_short` (`least`).
    """
    event = get_event(db, slug, lock=False)
    by, sought = "list", []
    if wanted.text.strip():
        by, condition = visitors.matching(db, wanted.text, event.id, region=region)
        sought = [condition]
    backwards = bool(before) and _key(before) is not None
    key = _key(before if backwards else after)
    of_event = _event_condition(event.id, searched=bool(sought))
    query = select(Pass).join(Pass.registration).where(of_event, *sought, *_conditions(event.id, wanted))
    if key is not None:
        query = query.where(_beyond(wanted.sort, key, backwards=backwards))
    whole = query.options(contains_eager(Pass.registration), joinedload(Pass.kind))
    found = list(db.scalars(whole.order_by(*_order(wanted.sort, backwards=backwards)).limit(PAGE_SIZE + 1)))
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    rows = tuple(reversed(found) if backwards else found)
    is_first, is_last = (not more, key is None) if backwards else (key is None, not more)
    borders = (_key_of(rows[0]), _key_of(rows[-1])) if rows else ("", "")
    return PassPage(rows, _entered(db, rows), by, "" if is_first else borders[0], "" if is_last else borders[1])


def _event_condition(event_id: int, *, searched: bool) -> ColumnElement[bool]:
    """That the pass is of this event. A search is answered from its own index, not by going through the event's."""
    return (Pass.event_id + 0 if searched else Pass.event_id) == event_id


def _conditions(event_id: int, wanted: PassFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.day is not None:
        yield Pass.day == wanted.day
    if wanted.status:
        yield Pass.status == wanted.status
    if wanted.kind:
        of_event = select(Kind.id).where(Kind.event_id == event_id, Kind.slug == wanted.kind)
        yield Pass.kind_id == of_event.scalar_subquery()
    if wanted.channel:
        yield Registration.channel == wanted.channel
    if wanted.entered is not None:
        used = exists().where(PassUse.pass_id == Pass.id, PassUse.entered > 0)
        yield used if wanted.entered else ~used


def _order(sort: str, *, backwards: bool) -> tuple[ColumnElement[Any], ...]:
    falling = (sort in FALLING) != backwards
    columns = (Pass.day, Pass.id) if sort in (BY_DAY, BY_LAST_DAY) else (Pass.id,)
    return tuple(column.desc() if falling else column.asc() for column in columns)


def _beyond(sort: str, key: tuple[date, int], *, backwards: bool) -> ColumnElement[bool]:
    """That a pass stands behind (`backwards`: in front of) the one with this key."""
    falling = (sort in FALLING) != backwards
    if sort in (BY_DAY, BY_LAST_DAY):
        here, there = tuple_(Pass.day, Pass.id), tuple_(*key)
        return here < there if falling else here > there
    return Pass.id < key[1] if falling else Pass.id > key[1]


def _key_of(pass_: Pass) -> str:
    return f"{pass_.day.isoformat()}.{pass_.id}"


def _key(text: str) -> tuple[date, int] | None:
    day, _, number = text.partition(".")
    try:
        found = date.fromisoformat(day), int(number)
    except ValueError:
        return None
    return found if found[1] <= MAX_ID else None


def _entered(db: Session, passes: tuple[Pass, ...]) -> dict[int, int]:
    used = select(PassUse.pass_id, func.sum(PassUse.entered)).where(PassUse.pass_id.in_([one.id for one in passes]))
    rows = db.execute(used.group_by(PassUse.pass_id).having(func.sum(PassUse.entered) > 0))
    return {pass_id: int(people) for pass_id, people in rows}
