"""After a change of policy, hours or kind: counts past entries by the new rule.

A change of policy or hours rewrites nothing: it takes as long for a million passes as for one. The next scan of
a pass that was used before finds that its use stands in other periods than the rule in force would have put it,
and books it anew, before anything is judged: as if the rule had been so from the start. From then on a pass has
its use in the periods of the rule, and the condition on one row is all that an entry needs.

Two things make that sure. The rule stands still while a scan is judged (see `bot.domain.checkins.context.load`), so
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

from bot.domain.checkins.usage import EVER, LONGEST_STAY, ONCE
from bot.domain.models import Checkin, Pass, PassUse
from bot.domain.upserts import insert
from flows.shapes.scans import LEFT

Span = tuple[date, datetime, datetime]
"""A day of the event, from when, and until when people enter on it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule by which a pass counts now: policy, days and hours."""

    policy: str
    days: Sequence[date]
    """The days of the pass."""
    spans: Sequence[Span]
    """The event's days around the scan, by its hours now."""


class Moved(NamedTuple):
    """People who went in or out and were not taken back."""

    id: int
    result: str
    people: int
    day: date
    period: date
    at: datetime


@dataclass(slots=True)
class Books:
    """Uses as the rule would have them: people in and out by period, and the period of each movement."""

    entered: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    gone: defaultdict[date, int] = field(default_factory=lambda: defaultdict(int))
    periods: dict[int, date] = field(default_factory=dict)

    def inside(self, period: date) -> int:
        """People who came in in this period and are not out."""
        return self.entered[period] - self.gone[period]


MOVED = (Checkin.id, Checkin.result, Checkin.people, Checkin.day, Checkin.period, Checkin.scanned_at)
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
    of_other = or_(and_(policy == ONCE, PassUse.period != EVER), and_(policy != ONCE, PassUse.period == EVER))
    return and_(PassUse.entered > 0, of_other)


def is_in_other_hours(spans: Sequence[tuple[Any, Any, Any]]) -> ColumnElement[bool]:
    """Whether an entry lies within the hours of another day than the one to which it counts."""
    elsewhere = (
        and_(Checkin.scanned_at >= start, Checkin.scanned_at < end, Checkin.period != day) for day, start, end in spans
    )
    return and_(Checkin.undone_at.is_(None), or_(false(), *elsewhere))


def book(db: Session, pass_id: int, rule: Rule) -> None:
    """Book the pass's use anew, in the transaction of the scan that is about to ask for it."""
    mine = Checkin.pass_id == pass_id, Checkin.period.is_not(None), Checkin.undone_at.is_(None)
    db.execute(select(Checkin.id).where(*mine).order_by(Checkin.id).with_for_update(key_share=True))
    uses = select(PassUse.id, PassUse.period, PassUse.entered, PassUse.gone).where(PassUse.pass_id == pass_id)
    kept = {row.period: row for row in db.execute(uses.order_by(PassUse.period).with_for_update())}
    moved = [
        Moved._make(row) for row in db.execute(select(*MOVED).where(*mine).order_by(Checkin.scanned_at, Checkin.id))
    ]
    found = books(moved, rule)
    for period in sorted(kept.keys() | found.entered.keys()):
        _keep(db, pass_id, period, kept.get(period), (found.entered[period], found.gone[period]))
    for period in set(found.periods.values()):
        others = [one.id for one in moved if one.period != period == found.periods[one.id]]
        if others:
            _run(db, update(Checkin).where(Checkin.id.in_(others)).values(period=period))


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


def books(moved: Iterable[Moved], rule: Rule) -> Books:
    """The movements of a pass, in order of time, counted by this rule."""
    found = Books()
    for one in moved:
        (_out if one.result == LEFT else _in)(found, one, rule)
    return found


def use_of(moved: Sequence[Moved], rule: Rule, period: date) -> tuple[int, int]:
    """People in and out in one period, as `books` has it; where nobody went out, at a fraction of the time."""
    if any(one.result == LEFT for one in moved):
        found = books(moved, rule)
        return found.entered[period], found.gone[period]
    return sum(one.people for one in moved if _period(one, rule) == period), 0


def _in(found: Books, one: Moved, rule: Rule) -> None:
    period = found.periods[one.id] = _period(one, rule)
    found.entered[period] += one.people


def _out(found: Books, one: Moved, rule: Rule) -> None:
    """Count people out: those who came in last go first, as in `usage.leave`; before that, where they were counted out
    already.
    """
    left = one.people
    inside = [period for period in found.entered if found.inside(period)]
    for period in sorted(inside, key=lambda period: _how_likely(one, period), reverse=True):
        people = min(left, found.inside(period))
        found.gone[period] += people
        left -= people
        if people:
            found.periods.setdefault(one.id, period)
    found.periods.setdefault(one.id, _period(one, rule))


def _how_likely(one: Moved, period: date) -> tuple[bool, bool, date]:
    return period == one.period, period >= one.day - LONGEST_STAY, period


def _period(one: Moved, rule: Rule) -> date:
    """The period of an entry: the day in whose hours it lies, where the pass is valid on it; else the day on which it
    was booked.
    """
    if rule.policy == ONCE:
        return EVER
    within = (day for day, start, end in rule.spans if start <= one.at < end and day in rule.days)
    return next(within, one.day if one.period == EVER else one.period)
