"""How much of a pass is used: one row for each pass and period, changed only by conditional statements.

Of any number of racing scans the database lets in no more people than the party has: the first makes the
row under its unique constraint, every other waits for it and meets the condition of the update.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from bot.database import prepared
from bot.domain.models import PassUse, table
from bot.domain.upserts import INTO

ONCE, DAILY, IN_OUT = "once", "daily", "in_out"
WHOLE_EVENT_PERIOD = date(1970, 1, 1)
"""The period of the policy `once`."""
MAX_STAY = timedelta(days=1)
"""How long after the entry somebody can be counted out: an event may go on past midnight."""


@dataclass(frozen=True, slots=True)
class PassTerms:
    """The pass, party and policy that every statement here needs."""

    pass_id: int
    party: int
    policy: str
    """`once`, `daily` or `in_out`: with the last one who goes out may come in again."""

    def period(self, day: date) -> date:
        """The period to which an entry on this day counts."""
        return WHOLE_EVENT_PERIOD if self.policy == ONCE else day

    def left(self, entered: int, gone: int) -> int:
        """How many of the party can still be admitted."""
        return max(self.party - entered + (gone if self.policy == IN_OUT else 0), 0)


@dataclass(frozen=True, slots=True)
class PassUsage:
    """A use as it is after a change: `moved` people went in or out with it."""

    entered: int
    gone: int
    moved: int
    period: date


def enter(db: Session, terms: PassTerms, day: date, count: int | None) -> PassUsage | None:
    """Let `count` people in, or all who are left; None where there are not so many, and nobody goes in."""
    if (count or 1) > terms.party:
        return None
    return _entered(db, terms, day, count, guarded=True)


def enter_beyond(db: Session, terms: PassTerms, day: date, count: int | None) -> PassUsage:
    """Let `count` people in however many have gone in, or all who are left, or else the whole party again.

    Only where a supervisor says so.
    """
    use = _entered(db, terms, day, count, guarded=False)
    assert use is not None, "an upsert without a condition"  # noqa: S101 - says what the database guarantees
    return use


def leave(db: Session, pass_id: int, day: date, count: int | None) -> PassUsage | None:
    """Let `count` people out, or all who are inside; None where there are not so many, and nobody goes out."""
    row = prepared.first(db.connection(), _LEAVE, {"of_pass": pass_id, "since": day - MAX_STAY, "count": count})
    return PassUsage(*row) if row else None


def usage_of(db: Session, terms: PassTerms, day: date) -> PassUsage:
    """The use of this day's period as it is; of one that has not been used all is 0."""
    period = terms.period(day)
    row = db.connection().execute(_LOOK, {"of_pass": terms.pass_id, "within": period}).first()
    return PassUsage(row.entered, row.gone, 0, period) if row else PassUsage(0, 0, 0, period)


def inside(db: Session, pass_id: int, day: date) -> int:
    """How many of the party could go out now."""
    found = db.connection().execute(_INSIDE, {"of_pass": pass_id, "since": day - MAX_STAY}).scalars()
    return next((people for people in found if people > 0), 0)


def undo_entry(db: Session, pass_id: int, period: date, people: int) -> bool:
    """Undo the entry of so many; False where they have gone out meanwhile."""
    still = PassUse.entered - people >= PassUse.gone
    undoing = update(PassUse).where(PassUse.pass_id == pass_id, PassUse.period == period, still)
    undone = undoing.values(entered=PassUse.entered - people).returning(PassUse.id)
    return db.execute(undone.execution_options(synchronize_session=False)).first() is not None


# --- the statements, built once ---------------------------------------------------------------------

_USES = table(PassUse)
_HERE = _USES.c.entered - _USES.c.gone
_MINE = _USES.c.pass_id == bindparam("of_pass")
_RECENT = or_(_USES.c.period == WHOLE_EVENT_PERIOD, _USES.c.period >= bindparam("since"))
_CHANGED = (_USES.c.entered, _USES.c.gone, _USES.c.moved, _USES.c.period)
"""The columns of Use."""
_COUNT = bindparam("count", type_=Integer)
_LOOK = select(_USES.c.entered, _USES.c.gone).where(_MINE, _USES.c.period == bindparam("within"))
_INSIDE = select(_HERE).where(_MINE, _RECENT).order_by(_USES.c.period.desc())
_LEAVE = (
    update(_USES)
    .where(
        _USES.c.id
        == select(_USES.c.id)
        .where(_MINE, _HERE > 0, _RECENT)
        .order_by(_USES.c.period.desc())
        .limit(1)
        .scalar_subquery(),
        func.coalesce(_COUNT, 1) <= _HERE,
    )
    .values(gone=_USES.c.gone + func.coalesce(_COUNT, _HERE), moved=func.coalesce(_COUNT, _HERE))
    .returning(*_CHANGED)
)


def _entered(db: Session, terms: PassTerms, day: date, count: int | None, *, guarded: bool) -> PassUsage | None:
    connection = db.connection()
    entering = _enter(connection.dialect.name, in_out=terms.policy == IN_OUT, whole=count is None, guarded=guarded)
    first = count or terms.party
    row = {"pass_id": terms.pass_id, "period": terms.period(day), "entered": first, "gone": 0, "moved": first}
    found = prepared.first(connection, entering, {**row, "party": terms.party, "count": count})
    return PassUsage(*found) if found else None


@cache
def _enter(dialect: str, *, in_out: bool, whole: bool, guarded: bool) -> Any:
    """The upsert that lets people in: `whole` all who are left, else a count of them.

    Its guard is what keeps racing scans from letting in more people than the party has.
    """
    # People who count against the party: everybody who came in, or with in_out those inside.
    present, party = _HERE if in_out else _USES.c.entered + 0, bindparam("party", type_=Integer)
    left = party - present if guarded else case((party > present, party - present), else_=party)
    more = left if whole else _COUNT
    guard = _fits(present, party, whole=whole) if guarded else None
    changes = {"entered": _USES.c.entered + more, "moved": more}
    entering = INTO[dialect](_USES).on_conflict_do_update(
        index_elements=["pass_id", "period"], set_=changes, where=guard
    )
    return entering.returning(*_CHANGED)


def _fits(present: Any, party: Any, *, whole: bool) -> ColumnElement[bool]:
    """The guard: without it more people go in than the party has."""
    fits: ColumnElement[bool] = present + (1 if whole else _COUNT) <= party
    return fits
