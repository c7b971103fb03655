"""How much of a pass is used: one row for each pass and period, changed only by conditional statements.

Of any number of racing scans the database lets in no more people than the party has: the first makes the
row under its unique constraint, every other waits for it and meets the condition of the update.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, or_, select, true, update
from sqlalchemy.orm import Session

from bot.domain.models import PassUse
from bot.domain.upserts import insert

ONCE, DAILY, IN_OUT = "once", "daily", "in_out"
EVER = date(1970, 1, 1)
"""The period of the policy `once`."""
LONGEST_STAY = timedelta(days=1)
"""How long after the entry somebody can be counted out: an event may go on past midnight."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The pass, party and policy that every statement here needs."""

    pass_id: int
    party: int
    policy: str
    """`once`, `daily` or `in_out`: with the last one who goes out may come in again."""

    def period(self, day: date) -> date:
        """The period to which an entry on this day counts."""
        return EVER if self.policy == ONCE else day

    def left(self, entered: int, gone: int) -> int:
        """How many of the party can still be admitted."""
        return max(self.party - entered + (gone if self.policy == IN_OUT else 0), 0)


@dataclass(frozen=True, slots=True)
class Use:
    """A use as it is after a change: `moved` people went in or out with it."""

    entered: int
    gone: int
    moved: int
    period: date


def enter(db: Session, terms: Terms, day: date, count: int | None) -> Use | None:
    """Let `count` people in, or all who are left; None where there are not so many, and nobody goes in."""
    if (count or 1) > terms.party:
        return None
    more = terms.party - _present(terms) if count is None else count
    return _use(db, _upsert(db, terms, day, count, more, _fits(terms, count)))


def enter_beyond(db: Session, terms: Terms, day: date, count: int | None) -> Use:
    """Let `count` people in however many have gone in, or all who are left, or else the whole party again.

    Only where a supervisor says so.
    """
    left = terms.party - _present(terms)
    more = case((left > 0, left), else_=terms.party) if count is None else count
    use = _use(db, _upsert(db, terms, day, count, more, true()))
    assert use is not None, "an upsert without a condition"  # noqa: S101 - says what the database guarantees
    return use


def leave(db: Session, pass_id: int, day: date, count: int | None) -> Use | None:
    """Let `count` people out, or all who are inside; None where there are not so many, and nobody goes out."""
    inside = PassUse.entered - PassUse.gone
    recent = or_(PassUse.period == EVER, PassUse.period >= day - LONGEST_STAY)
    latest = select(PassUse.id).where(PassUse.pass_id == pass_id, inside > 0, recent)
    which = latest.order_by(PassUse.period.desc()).limit(1).scalar_subquery()
    more = inside if count is None else count
    leaving = update(PassUse).where(PassUse.id == which, inside >= (count or 1))
    moving = leaving.values(gone=PassUse.gone + more, moved=more)
    return _use(db, moving.execution_options(synchronize_session=False))


def look(db: Session, terms: Terms, day: date) -> Use:
    """The use of this day's period as it is; of one that has not been used all is 0."""
    period = terms.period(day)
    columns = select(PassUse.entered, PassUse.gone).where(PassUse.pass_id == terms.pass_id, PassUse.period == period)
    row = db.execute(columns).first()
    return Use(row.entered, row.gone, 0, period) if row else Use(0, 0, 0, period)


def inside(db: Session, pass_id: int, day: date) -> int:
    """How many of the party could go out now."""
    recent = or_(PassUse.period == EVER, PassUse.period >= day - LONGEST_STAY)
    columns = select(PassUse.entered - PassUse.gone).where(PassUse.pass_id == pass_id, recent)
    return next((people for people in db.scalars(columns.order_by(PassUse.period.desc())) if people > 0), 0)


def take_back(db: Session, pass_id: int, period: date, people: int) -> bool:
    """Undo the entry of so many; False where they have gone out meanwhile."""
    still = PassUse.entered - people >= PassUse.gone
    undoing = update(PassUse).where(PassUse.pass_id == pass_id, PassUse.period == period, still)
    undone = undoing.values(entered=PassUse.entered - people).returning(PassUse.id)
    return db.execute(undone.execution_options(synchronize_session=False)).first() is not None


def _present(terms: Terms) -> ColumnElement[int]:
    """People who count against the party: everybody who came in, or with in_out those inside."""
    return PassUse.entered - PassUse.gone if terms.policy == IN_OUT else PassUse.entered + 0


def _upsert(db: Session, terms: Terms, day: date, count: int | None, more: Any, guard: ColumnElement[bool]) -> Any:
    first = count or terms.party
    row = {"pass_id": terms.pass_id, "period": terms.period(day), "entered": first, "gone": 0, "moved": first}
    changes = {"entered": PassUse.entered + more, "moved": more}
    entering = insert(db, PassUse).values(row)
    return entering.on_conflict_do_update(index_elements=["pass_id", "period"], set_=changes, where=guard)


def _fits(terms: Terms, count: int | None) -> ColumnElement[bool]:
    """The guard: without it more people go in than the party has."""
    return _present(terms) + (count or 1) <= terms.party


def _use(db: Session, changing: Any) -> Use | None:
    columns = (PassUse.entered, PassUse.gone, PassUse.moved, PassUse.period)
    row = db.execute(changing.returning(*columns)).first()
    return Use(*row) if row else None
