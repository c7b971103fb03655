"""Export rows of entries, exits and refused scans."""

import heapq
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from bot.database import Database
from bot.domain.exports.pages import Columns, Wanted, pages
from bot.domain.exports.visitors import ref
from bot.domain.models import Attempt, Checkin, Pass, Registration
from flows.shapes.scans import IN, LEFT, OUT
from flows.understanding.codes import shown

Scanned = Checkin | Attempt


def entries(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which entries and exits are meant."""
    return _meant(Checkin, wanted)


def attempts(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which refused scans are meant."""
    return _meant(Attempt, wanted)


def _meant(model: type[Checkin] | type[Attempt], wanted: Wanted) -> list[ColumnElement[bool]]:
    of_day = [model.day == wanted.event_day] if wanted.event_day else []
    return [model.event_id == wanted.event.id, *of_day, *wanted.within(model.arrived_at)]


def scans(database: Database, wanted: Wanted) -> Iterator[Scanned]:
    """Each scan, in the order in which they arrived."""
    both = (_read(database, Checkin, entries(wanted)), _read(database, Attempt, attempts(wanted)))
    return heapq.merge(*both, key=lambda one: one.arrived_at)


def columns(wanted: Wanted) -> Columns[Scanned]:
    """Time, gate, who scanned, and the result; what a refused scan does not have is empty.

    `event_day` is the day of the event to which it counts: after the midnight of a night event still the day before.
    `day` is the same, by the name that files of before had.
    """
    return {
        "event_day": lambda one: one.day,
        "day": lambda one: one.day,
        "scanned_at": lambda one: wanted.local(one.scanned_at),
        "arrived_at": lambda one: wanted.local(one.arrived_at),
        "result": lambda one: one.result,
        "direction": _direction,
        "people": lambda one: getattr(one, "people", 0),
        "went": lambda one: getattr(one, "claimed", 0),
        "code": lambda one: one.pass_ and shown(one.pass_.code),
        "ref": lambda one: one.pass_ and ref(one.pass_.registration),
        "gate": lambda one: one.gate and one.gate.slug,
        "volunteer": lambda one: one.staff and one.staff.name,
        "scanner": lambda one: one.device and one.device.name,
        "channel": lambda one: one.channel,
        "forced": lambda one: getattr(one, "forced", False),
        "forced_over": lambda one: getattr(one, "forced_over", None),
        "reason": lambda one: getattr(one, "reason", None),
        "undone_at": lambda one: wanted.local(getattr(one, "undone_at", None)),
        "scan_id": lambda one: one.scan_id,
    }


def _read(
    database: Database, model: type[Checkin] | type[Attempt], conditions: list[ColumnElement[bool]]
) -> Iterator[Any]:
    of_pass = joinedload(model.pass_).joinedload(Pass.registration)
    imported = of_pass.load_only(Registration.id).joinedload(Registration.imported)
    parts = [imported, *(joinedload(part) for part in (model.gate, model.staff, model.device))]
    for _, found in pages(database, select(model).where(*conditions).options(*parts), model.id):
        yield from found


def _direction(one: Scanned) -> str:
    if isinstance(one, Attempt):
        return one.direction
    return OUT if one.result == LEFT else IN
