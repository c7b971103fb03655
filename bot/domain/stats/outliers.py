"""Volunteers and scanners with unusually many refusals or forced entries."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.models import Device, Staff
from bot.domain.stats.dashboard import StandsOut
from bot.domain.stats.day_totals import DaySums
from bot.domain.stats.metrics import Sum

MANY_REFUSED = 20
"""Scans refused today: below it a share says nothing, for a hard morning has as many."""
REFUSED_SHARE = 0.3
"""Share of one person's scans from which refusals stand out: usually one in ten or fewer is refused."""
MANY_FORCED = 5
"""Entries forced today by one person: each is a decision against the rules."""


def listed(db: Session, day: DaySums) -> list[StandsOut]:
    """Today's outliers, the highest number first."""
    found = [*_of(db, day, Staff, "staff"), *_of(db, day, Device, "device")]
    return sorted(found, key=lambda one: (-one.number, one.name, one.rule))


def _of(db: Session, day: DaySums, table: type[Staff] | type[Device], kind: str) -> Iterator[StandsOut]:
    entered, refused, forced = (day.by_whom(metric, kind) for metric in ("in_by", "refused_by", "forced_by"))
    told: list[tuple[int, str, int, int]] = []
    for one in entered.keys() | refused.keys():
        scans = entered.get(one, Sum()).times + refused.get(one, Sum()).times
        no, anyway = refused.get(one, Sum()).times, forced.get(one, Sum()).times
        if no >= MANY_REFUSED and no >= REFUSED_SHARE * scans:
            told.append((one, "refusals", no, scans))
        if anyway >= MANY_FORCED:
            told.append((one, "forces", anyway, scans))
    if told:
        ids = {one for one, *_ in told}
        names = {row.id: row.name for row in db.execute(select(table.id, table.name).where(table.id.in_(ids)))}
        yield from (StandsOut(names.get(one, ""), rule, number, scans) for one, rule, number, scans in told)
