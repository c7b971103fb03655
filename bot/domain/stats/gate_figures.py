"""Today's figures of a gate and of an event: admitted, inside, refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.events import scan_context
from bot.domain.models import Device, Gate, Staff
from bot.domain.roster import offline_staff
from bot.domain.roster.offline_staff import SilentDevice
from bot.domain.stats import day_totals
from bot.domain.stats.day_totals import DayTotals
from bot.domain.stats.metrics import Total


@dataclass(frozen=True, slots=True)
class CountShare:
    """The figures of one gate, volunteer or scanner today."""

    key: str | None
    """The gate's slug, or the volunteer's or scanner's name; None where nobody said."""
    name: str | None
    admitted: int
    refused: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What all who look at an event's day are told, in numbers of people; scans where it says so."""

    day: date
    admitted: int
    """With a pass, today."""
    lately: int
    """Of these in the last 15 minutes, to the minute."""
    left: int
    """Counted out, with a pass."""
    counted_in: int
    """Without a pass."""
    counted_out: int
    inside: int | None
    """People in less people out, 0 after closing; None where nobody has been counted out today: then only
    `admitted` is known."""
    is_over: bool
    """Whether the day's hours have ended."""
    conflicts: int
    """Scans that let more people in than the party has."""
    refused: Mapping[str, int]
    """Scans by result."""
    offline_staff: Sequence[SilentDevice]
    """Who is at work and has been silent for over five minutes."""


@dataclass(frozen=True, slots=True)
class EventFigures(DayFigures):
    """A day by gates and by who scans."""

    gates: Sequence[CountShare]
    staff: Sequence[CountShare]
    """Volunteers; at the end without a name what nobody and no scanner answers for."""
    scanners: Sequence[CountShare]
    """Devices with a token of their own."""


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
) -> tuple[CountShare, ...]:
    """One share for each row of the table that did something; at the end what belongs to none."""
    ids = entered.keys() | refused.keys()
    known = {row.id: row for row in db.scalars(select(table).where(table.id.in_(ids - {0})))}
    ordered = sorted(ids, key=lambda key_: (key_ == 0, key_))
    nothing = Total()
    return tuple(
        CountShare(
            getattr(known.get(key_), key, None),
            getattr(known.get(key_), "name", None),
            entered.get(key_, nothing).people,
            refused.get(key_, nothing).times,
        )
        for key_ in ordered
    )
