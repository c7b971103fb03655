"""After a change of policy, hours or kind: counts past entries by the new rule.

A change of policy or hours rewrites nothing: it takes as long for a million passes as for one. The next scan of
a pass that was used before finds that its use stands in other periods than the rule in force would have put it,
and books it anew, before anything is judged: as if the rule had been so from the start. From then on a pass has
its use in the periods of the rule, and the condition on one row is all that an entry needs.

Two things make that sure. The rule stands still while a scan is judged (see `bot.domain.events.scan_context.load`), so
that no two scans go by different rules. And who books anew holds the pass's entries first, then its uses, in the
order in which an undo takes them, and reads only then.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.checkins.usage import MAX_STAY, ONCE, WHOLE_EVENT_PERIOD
from bot.domain.models import Checkin, Pass, PassUse
from bot.domain.upserts import insert
from flows.shapes.scans import LEFT

Span = tuple[date, datetime, datetime]
"""A day of the event, from when, and until when people enter on it."""


@dataclass(frozen=True, slots=True)
class EntryRule:
    """The rule by which a pass counts now: policy, days and hours."""

    policy: str
    days: Sequence[date]
    """The days of the pass."""
    spans: Sequence[Span]
    """The event's days around the scan, by its hours now."""


class MovementRow(NamedTuple):
    """People who went in or out and were not taken back."""

    id: int
    result: str
    people: int
    day: date
    period: date
    at: datetime


@dataclass(slots=True)
class UsageByPeriod:
    """Uses as the rule would have them: people in and out by period, and the period of each movement."""

    entered: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    gone: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    periods: dict[int, date] = field(default_factory=dict)

    def inside(self, period: date) -> int:
        """People who came in in this period and are not out."""
        return self.entered[period] - self.gone[period]


MOVEMENT_COLUMNS = (Checkin.id, Checkin.result, Checkin.people, Checkin.day, Checkin.period, Checkin.scanned_at)
"""The columns of Moved."""


def is_strange(policy: Any, spans: Sequence[tuple[Any, Any, Any]]) -> ColumnElement[bool]:
    """Whether the pass of the row has been used in a period in which the rule would not have put it.

    True now and then where there is nothing to do: a day of its hours is not always one of the pass's.
    """
    used = exists().where(PassUse.pass_id == Pass.id, is_of_other(policy))
    entered = exists().where(Checkin.pass_id == Pass.id, is_in_other_hours(spans))
    return or_(used, and_(policy != ONCE, entered))


def is_of_other(policy: Any) -> ColumnElement[bool]:
    """Whether a use is of a period that the policy does not know."""
    of_other = or_(
        and_(policy == ONCE, PassUse.period != WHOLE_EVENT_PERIOD),
        and_(policy != ONCE, PassUse.period == WHOLE_EVENT_PERIOD),
    )
    return and_(PassUse.entered > 0, of_other)


def is_in_other_hours(spans: Sequence[tuple[Any, Any, Any]]) -> ColumnElement[bool]:
    """Whether an entry lies within the hours of another day than the one to which it counts."""
    elsewhere = (
        and_(Checkin.scanned_at >= start, Checkin.scanned_at < end, Checkin.period != day) for day, start, end in spans
    )
    return and_(Checkin.undone_at.is_(None), or_(false(), *elsewhere))


def rebook(db: Session, pass_id: int, rule: EntryRule) -> None:
    """Book the pass's use anew, in the transaction of the scan that is about to ask for it."""
    db.execute(select(Checkin.id).where(*_of_pass(pass_id)).order_by(Checkin.id).with_for_update(key_share=True))
    uses = select(PassUse.id, PassUse.period, PassUse.entered, PassUse.gone).where(PassUse.pass_id == pass_id)
    kept = {row.period: row for row in db.execute(uses.order_by(PassUse.period).with_for_update())}
    moved = _movements(db, pass_id)
    found = compute_usage(moved, rule)
    for period in sorted(kept.keys() | found.entered.keys()):
        _keep(db, pass_id, period, kept.get(period), (found.entered[period], found.gone[period]))
    for period in set(found.periods.values()):
        others = [movement.id for movement in moved if movement.period != period == found.periods[movement.id]]
        if others:
            _run(db, update(Checkin).where(Checkin.id.in_(others)).values(period=period))


def usage_now(db: Session, pass_id: int, rule: EntryRule) -> UsageByPeriod:
    """What the pass's entries come to by this rule, whatever is booked; for who only looks."""
    return compute_usage(_movements(db, pass_id), rule)


def _of_pass(pass_id: int) -> tuple[ColumnElement[bool], ...]:
    return Checkin.pass_id == pass_id, Checkin.period.is_not(None), Checkin.undone_at.is_(None)


def _movements(db: Session, pass_id: int) -> list[MovementRow]:
    """The people of a pass who went in or out, in order of time."""
    rows = select(*MOVEMENT_COLUMNS).where(*_of_pass(pass_id)).order_by(Checkin.scanned_at, Checkin.id)
    return [MovementRow._make(row) for row in db.execute(rows)]


def _keep(db: Session, pass_id: int, period: date, row: Any, use: tuple[int, int]) -> None:
    entered, gone = use
    if row is not None:
        if (row.entered, row.gone) != use:
            _run(db, update(PassUse).where(PassUse.id == row.id).values(entered=entered, gone=gone))
        return
    made = {"pass_id": pass_id, "period": period, "entered": entered, "gone": gone, "moved": 0}
    # A row that somebody added meanwhile is kept: rather count one too many than one too few.
    more = {"entered": PassUse.entered + entered, "gone": PassUse.gone + gone}
    _run(db, insert(db, PassUse).values(made).on_conflict_do_update(index_elements=["pass_id", "period"], set_=more))


def _run(db: Session, statement: Any) -> None:
    db.execute(statement, execution_options={"synchronize_session": False})


def compute_usage(moved: Iterable[MovementRow], rule: EntryRule) -> UsageByPeriod:
    """The movements of a pass, in order of time, counted by this rule."""
    found = UsageByPeriod()
    for movement in moved:
        (_book_exit if movement.result == LEFT else _book_entry)(found, movement, rule)
    return found


def use_of(moved: Sequence[MovementRow], rule: EntryRule, period: date) -> tuple[int, int]:
    """People in and out in one period, as `compute_usage` has it; where nobody went out, at a fraction of the time."""
    if any(movement.result == LEFT for movement in moved):
        found = compute_usage(moved, rule)
        return found.entered[period], found.gone[period]
    return sum(movement.people for movement in moved if _period(movement, rule) == period), 0


def _book_entry(usage: UsageByPeriod, movement: MovementRow, rule: EntryRule) -> None:
    period = usage.periods[movement.id] = _period(movement, rule)
    usage.entered[period] += movement.people


def _book_exit(usage: UsageByPeriod, movement: MovementRow, rule: EntryRule) -> None:
    """Count people out: those who came in last go first, as in `usage.leave`; before that, where they were counted out
    already.
    """
    left = movement.people
    inside = [period for period in usage.entered if usage.inside(period)]
    for period in sorted(inside, key=lambda period: _period_likelihood(movement, period), reverse=True):
        people = min(left, usage.inside(period))
        usage.gone[period] += people
        left -= people
        if people:
            usage.periods.setdefault(movement.id, period)
    usage.periods.setdefault(movement.id, _period(movement, rule))


def _period_likelihood(movement: MovementRow, period: date) -> tuple[bool, bool, date]:
    return period == movement.period, period >= movement.day - MAX_STAY, period


def _period(movement: MovementRow, rule: EntryRule) -> date:
    """The period of an entry: the day in whose hours it lies, where the pass is valid on it; else the day on which it
    was booked.
    """
    if rule.policy == ONCE:
        return WHOLE_EVENT_PERIOD
    within = (day for day, start, end in rule.spans if start <= movement.at < end and day in rule.days)
    return next(within, movement.day if movement.period == WHOLE_EVENT_PERIOD else movement.period)
