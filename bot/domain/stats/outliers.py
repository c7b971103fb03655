"""Volunteers and scanners with unusually many refusals or forced entries."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.models import Device, Staff
from bot.domain.stats.dashboard import Outlier
from bot.domain.stats.day_totals import DayTotals
from bot.domain.stats.metrics import Total

MIN_REFUSED_SCANS = 20
"""Scans refused today: below it a share says nothing, for a hard morning has as many."""
MIN_REFUSED_SHARE = 0.3
"""Share of one person's scans from which refusals stand out: usually one in ten or fewer is refused."""
MIN_FORCED_ENTRIES = 5
"""Entries forced today by one person: each is a decision against the rules."""


def list_outliers(db: Session, day: DayTotals) -> list[Outlier]:
    """Today's outliers, the highest number first."""
    found = [*_outliers_of(db, day, Staff, "staff"), *_outliers_of(db, day, Device, "device")]
    return sorted(found, key=lambda outlier: (-outlier.number, outlier.name, outlier.rule))


def _outliers_of(db: Session, day: DayTotals, table: type[Staff] | type[Device], kind: str) -> Iterator[Outlier]:
    entered, refused, forced = (day.by_member(metric, kind) for metric in ("in_by", "refused_by", "forced_by"))
    told: list[tuple[int, str, int, int]] = []
    for key in entered.keys() | refused.keys():
        scans = entered.get(key, Total()).times + refused.get(key, Total()).times
        no, anyway = refused.get(key, Total()).times, forced.get(key, Total()).times
        if no >= MIN_REFUSED_SCANS and no >= MIN_REFUSED_SHARE * scans:
            told.append((key, "refusals", no, scans))
        if anyway >= MIN_FORCED_ENTRIES:
            told.append((key, "forces", anyway, scans))
    if told:
        ids = {message for message, *_ in told}
        names = {row.id: row.name for row in db.execute(select(table.id, table.name).where(table.id.in_(ids)))}
        yield from (Outlier(names.get(message, ""), rule, number, scans) for message, rule, number, scans in told)
