"""passes of kinds with days of their own take their places on each of them, no longer on the first alone.

What is taken is set right by what those passes hold: the valid ones, and of the revoked ones those with which
somebody had entered. A day that is fuller by this than its capacity keeps its people.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = sa.table("kinds", sa.column("id"), sa.column("event_id"), sa.column("days", sa.JSON))
PASSES = sa.table(
    "passes",
    *(sa.column(name) for name in ("id", "kind_id", "holder_id", "party_size", "status", "twin")),
    sa.column("day", sa.Date),
)
USES = sa.table("pass_uses", sa.column("pass_id"), sa.column("entered"))
DAYS = sa.table(
    "event_days",
    *(sa.column(name) for name in ("event_id", "taken", "capacity", "beyond")),
    sa.column("day", sa.Date),
)


@dataclass(frozen=True)
class Own:
    """A kind with days of its own."""

    id: int
    event_id: int
    days: Sequence[date]


def upgrade() -> None:
    for kind in _kinds():
        more = Counter[date]()
        for day, people in _people(kind):
            more.update(dict.fromkeys(kind.days, people))
            more[day] -= people
        _to_the_first_day(kind)
        _add(kind, more)


def downgrade() -> None:
    for kind in _kinds():
        people = sum(people for _, people in _people(kind))
        _add(kind, Counter(dict.fromkeys(kind.days[1:], -people)))


def _kinds() -> Iterator[Own]:
    for row in op.get_bind().execute(sa.select(KINDS)).all():
        if row.days:
            yield Own(row.id, row.event_id, sorted(map(date.fromisoformat, row.days)))


def _people(kind: Own) -> Iterator[tuple[date, int]]:
    """By the day of the passes, how many have a place with them."""
    entered = sa.exists().where(USES.c.pass_id == PASSES.c.id, USES.c.entered > 0)
    holds = sa.or_(PASSES.c.status == "valid", sa.and_(PASSES.c.status == "revoked", entered))
    counted = sa.select(PASSES.c.day, sa.func.sum(PASSES.c.party_size).label("people"))
    rows = op.get_bind().execute(counted.where(PASSES.c.kind_id == kind.id, holds).group_by(PASSES.c.day)).all()
    return ((row.day, int(row.people)) for row in rows)


def _to_the_first_day(kind: Own) -> None:
    """A pass that somebody once changed to another day is good for its kind's days all the same."""
    other = PASSES.alias()
    moved = sa.and_(PASSES.c.kind_id == kind.id, PASSES.c.day != kind.days[0])
    second = sa.exists().where(
        other.c.holder_id == PASSES.c.holder_id,
        other.c.kind_id == PASSES.c.kind_id,
        other.c.status == "valid",
        other.c.id != PASSES.c.id,
    )
    twins = sa.update(PASSES).where(moved, PASSES.c.status == "valid", second).values(twin=PASSES.c.id)
    op.get_bind().execute(twins)
    op.get_bind().execute(sa.update(PASSES).where(moved).values(day=kind.days[0]))


def _add(kind: Own, more: Counter[date]) -> None:
    for day, people in sorted(more.items()):
        over = DAYS.c.taken + people - DAYS.c.capacity
        fuller = sa.and_(DAYS.c.capacity.is_not(None), over > DAYS.c.beyond)
        values = {"taken": DAYS.c.taken + people, "beyond": sa.case((fuller, over), else_=DAYS.c.beyond)}
        mine = sa.and_(DAYS.c.event_id == kind.event_id, DAYS.c.day == day)
        op.get_bind().execute(sa.update(DAYS).where(mine).values(values))
