"""Export rows of entries, exits and refused scans."""

import heapq
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from bot.database import Database
from bot.domain.exports.pages import Columns, ExportScope, pages
from bot.domain.exports.visitors import ref
from bot.domain.models import Attempt, Checkin, Pass, Registration
from flows.shapes.scans import IN, LEFT, OUT
from flows.understanding.codes import shown

ScanRow = Checkin | Attempt


def rows(model: type[Checkin] | type[Attempt], scope: ExportScope) -> Select[Any]:
    """The entries and exits, or the refused scans, that are meant."""
    of_day = [model.day == scope.event_day] if scope.event_day else []
    return scope.rows(model.arrived_at, *of_day)


def scans(database: Database, scope: ExportScope) -> Iterator[ScanRow]:
    """Each scan, in the order in which they arrived."""
    both = (_read(database, Checkin, scope), _read(database, Attempt, scope))
    return heapq.merge(*both, key=lambda scan: scan.arrived_at)


def columns(scope: ExportScope) -> Columns[ScanRow]:
    """Time, gate, who scanned, and the result; what a refused scan does not have is empty.

    `event_day` is the day of the event to which it counts: after the midnight of a night event still the day before.
    `day` is the same, by the name that files of before had.
    """
    return {
        "event_day": lambda scan: scan.day,
        "day": lambda scan: scan.day,
        "scanned_at": lambda scan: scope.local(scan.scanned_at),
        "arrived_at": lambda scan: scope.local(scan.arrived_at),
        "result": lambda scan: scan.result,
        "direction": _direction,
        "people": lambda scan: getattr(scan, "people", 0),
        "went": lambda scan: getattr(scan, "claimed", 0),
        "code": lambda scan: scan.pass_ and shown(scan.pass_.code),
        "ref": lambda scan: scan.pass_ and ref(scan.pass_.registration),
        "gate": lambda scan: scan.gate and scan.gate.slug,
        "volunteer": lambda scan: scan.staff and scan.staff.name,
        "scanner": lambda scan: scan.device and scan.device.name,
        "channel": lambda scan: scan.channel,
        "forced": lambda scan: getattr(scan, "forced", False),
        "forced_over": lambda scan: getattr(scan, "forced_over", None),
        "reason": lambda scan: getattr(scan, "reason", None),
        "undone_at": lambda scan: scope.local(getattr(scan, "undone_at", None)),
        "scan_id": lambda scan: scan.scan_id,
    }


def _read(database: Database, model: type[Checkin] | type[Attempt], scope: ExportScope) -> Iterator[Any]:
    of_pass = joinedload(model.pass_).joinedload(Pass.registration)
    imported = of_pass.load_only(Registration.id).joinedload(Registration.imported)
    parts = [imported, *(joinedload(part) for part in (model.gate, model.staff, model.device))]
    for _, found in pages(database, rows(model, scope).options(*parts), model.id):
        yield from found


def _direction(scan: ScanRow) -> str:
    if isinstance(scan, Attempt):
        return scan.direction
    return OUT if scan.result == LEFT else IN
