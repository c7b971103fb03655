"""The counters: exact sums of an event, from those that are kept and the changes that are not added yet.

Facts are appended to `figure_changes` by triggers, in the facts' own transactions: no two transactions wait for
a common row. The clock process adds them up into `figures` (see counter_changes); readers add the
few that are left, so that every reading is exact.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Select, Table, func, literal, select, union_all
from sqlalchemy.orm import Session

from bot.domain.models import Figure, FigureChange
from bot.domain.stats import metrics as facts
from bot.domain.stats.metrics import CORRECTION, WHOLE_EVENT_DAY, CounterChange, Totals

RECENT_MINUTES = 15
"""Minutes, this one included, that `lately` means."""
DAY_METRICS = ("in5", "in", "out", "refused", "counted", "in_at", "refused_at", "in_by", "refused_by", "forced_by")
"""The metrics of an event's day that the dashboard reads whole; the first one is that of the charts."""
NO_EVENT = 0
"""The event of what belongs to no event in particular."""

_FIGURES = cast("Table", Figure.__table__).c
_CHANGES = cast("Table", FigureChange.__table__).c
CHANGE_COLUMNS = tuple(_CHANGES[name] for name in CounterChange._fields)
"""Of `figure_changes`, in the order of CounterChange."""


def read(db: Session, event_id: int, day: date, since: datetime, now: datetime, *, charts: bool = True) -> Totals:
    """The sums of an event's day and of the whole event, with those of no event in particular; exact.

    One statement: between two of them a fold could commit, and its changes would count twice or not at all. Quarters
    of an hour are there from `since` on; `minute` is there for the last minutes only; `last` has each gate's last
    minute with a scan. Without `charts` the many sums of five minutes are not there.
    """
    db.flush()
    span = range((now.astimezone(UTC).date() - since.astimezone(UTC).date()).days + 1)
    utc_days = [since.astimezone(UTC).date() + timedelta(days=number) for number in span]
    mine = _FIGURES.event_id.in_((event_id, NO_EVENT))
    first = facts.minute_of(since) - facts.minute_of(since) % facts.QUARTER_HOUR
    kept = (
        _stored(mine, _FIGURES.day == WHOLE_EVENT_DAY),
        _stored(
            mine, _FIGURES.day.in_(utc_days), _FIGURES.metric.in_(facts.QUARTER_HOUR_METRICS), _FIGURES.bucket >= first
        ),
        _stored(
            _FIGURES.event_id == event_id,
            _FIGURES.day == day,
            _FIGURES.metric.in_(DAY_METRICS if charts else DAY_METRICS[1:]),
        ),
        _stored(
            _FIGURES.event_id == event_id,
            *(
                _FIGURES.day == day,
                _FIGURES.metric == "minute",
                _FIGURES.bucket > facts.minute_of(now) - RECENT_MINUTES,
            ),
        ),
    )
    coming = select(*CHANGE_COLUMNS).where(_CHANGES.event_id.in_((event_id, NO_EVENT)))
    rows = db.execute(union_all(*kept, _last(event_id, day), coming))
    return facts.totals(map(as_change, rows))


def queries_of(*event_ids: int) -> list[Select[Any]]:
    """Queries for all sums and pending changes of these events, in the form of changes."""
    return [_stored(_FIGURES.event_id.in_(event_ids)), select(*CHANGE_COLUMNS).where(_CHANGES.event_id.in_(event_ids))]


def _stored(*conditions: Any) -> Select[Any]:
    """Sums in the shape of changes: as metrics.correction writes a key."""
    where = (
        _FIGURES.event_id,
        literal(CORRECTION),
        _FIGURES.day,
        _FIGURES.bucket,
        _FIGURES.who,
        literal(0),
        literal(0),
    )
    return select(*where, _FIGURES.metric, _FIGURES.what, _FIGURES.people, _FIGURES.times).where(*conditions)


def _last(event_id: int, day: date) -> Select[Any]:
    """Each gate's last minute with a scan that stands, in the same shape."""
    scans = (_FIGURES.event_id == event_id, _FIGURES.day == day, _FIGURES.metric == "minute", _FIGURES.times > 0)
    latest = func.max(_FIGURES.bucket)
    where = (literal(event_id), literal(CORRECTION), literal(day), latest, _FIGURES.who, literal(0), literal(0))
    return select(*where, literal("last"), literal(""), literal(0), literal(1)).where(*scans).group_by(_FIGURES.who)


def as_change(row: Row[Any]) -> CounterChange:
    """A row of CHANGE_COLUMNS as a change."""
    return CounterChange._make(row)
