"""Today's figures of a gate and of an event: admitted, inside, refused."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.events import scan_context
from bot.domain.models import Device, Gate, Staff
from bot.domain.roster import offline_staff
from bot.domain.stats import day_totals
from bot.domain.stats.day_totals import DayTotals
from bot.domain.stats.metrics import Total
from flows.shapes.figures import EventFigures, FigureShare


def today(db: Session, slug: str, now: datetime, *, on: date | None = None) -> EventFigures:
    """The figures of the event's day now, or of another one: from sums, whatever the number of rows.

    Raises Refused `no_such_event`, `no_such_day`.
    """
    place = scan_context.of_day(db, slug, on, now)
    day = day_totals.load(db, place, now)
    return EventFigures(
        day=place.day,
        admitted=day.admitted,
        lately=sum(day.recently_admitted().values()),
        left=day.total("out").people,
        counted_in=day.total("counted", "in").people,
        counted_out=day.total("counted", "out").people,
        inside=day_totals.inside(day, place),
        is_over=place.is_over,
        conflicts=day.conflicts,
        refused={result: total.times for result, total in sorted(day.by_what("refused").items())},
        gates=_shares(db, Gate, "slug", day.by_gate("in_at"), day.by_gate("refused_at")),
        staff=_shares(db, Staff, "name", *_by(day, "staff", "nobody")),
        scanners=_shares(db, Device, "name", *_by(day, "device")),
        offline_staff=offline_staff.list_silent(db, slug, now),
    )


def _by(day: DayTotals, *kinds: str) -> tuple[dict[int, Total], dict[int, Total]]:
    """Entries and refusals by whose they are."""
    entered, refused = (
        {who: total for kind in kinds for who, total in day.by_member(metric, kind).items()}
        for metric in ("in_by", "refused_by")
    )
    return entered, refused


def _shares(
    db: Session, table: Any, key: str, entered: Mapping[int, Total], refused: Mapping[int, Total]
) -> tuple[FigureShare, ...]:
    """One share for each row of the table that did something; at the end what belongs to none."""
    ids = entered.keys() | refused.keys()
    known = {row.id: row for row in db.scalars(select(table).where(table.id.in_(ids - {0})))}
    ordered = sorted(ids, key=lambda key_: (key_ == 0, key_))
    nothing = Total()
    return tuple(
        FigureShare(
            getattr(known.get(key_), key, None),
            getattr(known.get(key_), "name", None),
            entered.get(key_, nothing).people,
            refused.get(key_, nothing).times,
        )
        for key_ in ordered
    )
