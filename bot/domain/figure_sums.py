"""The figures as they are at this moment: the sums that are kept, and what is on its way into them.

Facts are appended to `figure_changes` by triggers, in the facts' own transactions: no two transactions wait for
a common row. The clock folds them into `figures`; whoever looks adds the few that are left, so that every look
is exact.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Select, Table, and_, delete, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import figure_facts as facts
from bot.domain.figure_facts import EVER, Change, Key, Sum, Sums
from bot.domain.models import Figure, FigureChange
from bot.domain.upserts import insert

LATELY = 15
"""Minutes, this one included, that `lately` means."""
BATCH = 2_000
"""Changes folded in one transaction: some 50 ms."""
NOBODYS = 0
"""The event of what belongs to no event in particular."""

_FIGURES = cast("Table", Figure.__table__).c
_CHANGES = cast("Table", FigureChange.__table__).c
_PARTS = tuple(_CHANGES[name] for name in Change._fields)


def read(db: Session, event_id: int, day: date, midnights: tuple[datetime, datetime], now: datetime) -> Sums:
    """The sums of an event's day and of the whole event, with those of no event in particular; exact.

    One statement: between two of them a fold could commit, and its changes would count twice or not at all.
    `midnights` are where the day begins and ends at the event's place. `minute` is there for the last minutes
    only; `last` has each gate's last minute with a scan.
    """
    db.flush()
    recent = facts.minute_of(now) - LATELY
    days = {EVER, day, *_utc_days(midnights)}
    mine = and_(_FIGURES.event_id.in_((event_id, NOBODYS)), _FIGURES.day.in_(days))
    kept = _kept(mine, or_(_FIGURES.metric != "minute", _FIGURES.bucket > recent))
    coming = select(*_PARTS).where(_CHANGES.event_id.in_((event_id, NOBODYS)))
    rows = db.execute(union_all(kept, _last(event_id, day), coming))
    return {key: amount for key, amount in facts.sums(map(_change, rows)).items() if key.day in days}


def all_of(*event_ids: int) -> list[Select[Any]]:
    """What is kept of these events, whatever the day, and what is on its way: queries in the shape of changes."""
    return [_kept(_FIGURES.event_id.in_(event_ids)), select(*_PARTS).where(_CHANGES.event_id.in_(event_ids))]


def fold(database: Database, most: int = BATCH) -> int:
    """Move changes into the sums; how many. Two at once take different ones."""
    with database.write() as db:
        first = select(FigureChange.id).order_by(FigureChange.id).limit(most).with_for_update(skip_locked=True)
        taking = delete(FigureChange).where(FigureChange.id.in_(first)).returning(*_PARTS)
        taken = [_change(row) for row in db.execute(taking.execution_options(synchronize_session=False))]
        _add(db, facts.sums(taken))
    return len(taken)


def fold_all(database: Database) -> Iterator[int]:
    """Fold until nothing is left; the size of each batch."""
    while folded := fold(database):
        yield folded


def put(db: Session, changes: Iterable[Change]) -> None:
    """Append changes, as the triggers do."""
    if rows := [change._asdict() for change in changes]:
        db.execute(insert(db, FigureChange), rows)


def _add(db: Session, amounts: Sums) -> None:
    """Add to the sums, in one order for all: two who fold then never wait for each other in a circle."""
    rows = [{**key._asdict(), **amount._asdict()} for key, amount in sorted(amounts.items())]
    if not rows:
        return
    adding = insert(db, Figure)
    more = {
        "people": Figure.people + adding.excluded.people,
        "times": Figure.times + adding.excluded.times,
    }
    db.execute(adding.on_conflict_do_update(index_elements=list(Key._fields), set_=more), rows)


def _kept(*which: Any) -> Select[Any]:
    """Sums in the shape of changes: what facts.mended makes of a key."""
    where = (_FIGURES.event_id, literal("mended"), _FIGURES.day, _FIGURES.bucket, _FIGURES.who, literal(0), literal(0))
    return select(*where, _FIGURES.metric, _FIGURES.what, _FIGURES.people, _FIGURES.times).where(*which)


def _last(event_id: int, day: date) -> Select[Any]:
    """Each gate's last minute with a scan that stands, in the same shape."""
    scans = (_FIGURES.event_id == event_id, _FIGURES.day == day, _FIGURES.metric == "minute", _FIGURES.times > 0)
    latest = func.max(_FIGURES.bucket)
    where = (literal(event_id), literal("mended"), literal(day), latest, _FIGURES.who, literal(0), literal(0))
    return select(*where, literal("last"), literal(""), literal(0), literal(1)).where(*scans).group_by(_FIGURES.who)


def _utc_days(midnights: tuple[datetime, datetime]) -> set[date]:
    begin, end = (facts.moment_of(facts.minute_of(one)) for one in midnights)
    return {(begin + timedelta(days=number)).date() for number in range((end.date() - begin.date()).days + 1)}


def _change(row: Row[Any]) -> Change:
    return Change._make(row)


def total(found: Sums, metric: str, day: date, what: str | None = None) -> Sum:
    """The sums of a metric on a day together, of all or of one `what`."""
    ours = [one for key, one in found.items() if (key.metric, key.day) == (metric, day) and what in (None, key.what)]
    return Sum(sum(one.people for one in ours), sum(one.times for one in ours))
