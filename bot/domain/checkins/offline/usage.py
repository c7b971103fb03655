"""Inserts movements of a party that have already happened, at their place in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.domain.checkins.usage import IN_OUT, PassTerms
from bot.domain.models import Checkin, PassUse
from bot.domain.upserts import insert
from flows.shapes.scans import IN, LEFT, OUT


@dataclass(frozen=True, slots=True)
class Movement:
    """People who went `in` or `out`; `people` None: all who could."""

    at: datetime
    direction: str
    people: int | None

    def change(self, party: int) -> int:
        """By how many people it can change who is inside."""
        people = party if self.people is None else self.people
        return -people if self.direction == OUT else people


@dataclass(frozen=True, slots=True)
class PastUsage:
    """The result of a past movement: how many went, how many of them count, and the use afterwards."""

    claimed: int
    people: int
    entered: int
    gone: int


def add(db: Session, terms: PassTerms, period: date, new: Movement, coming: Sequence[Movement]) -> PastUsage:
    """Count a movement, no more of it than there is room for; `coming` are those told after it."""
    entered, gone = _lock_usage(db, terms, period)
    if terms.policy == IN_OUT:
        room = _room(_known_movements(db, terms, period), terms.party, new, coming)
    else:
        room = entered - gone if new.direction == OUT else terms.left(entered, gone)
    claimed = new.people or room or terms.party
    people = min(claimed, room)
    if new.direction == OUT:
        gone += people
    else:
        entered += people
    _set(db, terms, period, entered, gone, people)
    return PastUsage(claimed, people, entered, gone)


def _room(known: Sequence[Movement], party: int, new: Movement, coming: Sequence[Movement]) -> int:
    """How many could go at that time without the party ever being larger than it is, or less than nobody."""
    if new.direction == OUT:
        return min(_inside_from(new.at, known, party))
    exits = [movement for movement in coming if movement.direction == OUT]
    sizes = range(new.people or party, 0, -1)
    return next((size for size in sizes if _fits(size, [*known, *exits], party, new)), 0)


def _fits(size: int, others: Sequence[Movement], party: int, new: Movement) -> bool:
    entry = Movement(new.at, IN, size)
    return max(_inside_from(new.at, [*others, entry], party)) <= party


def _lock_usage(db: Session, terms: PassTerms, period: date) -> tuple[int, int]:
    """People entered and gone so far in this period; the row is locked until the transaction ends."""
    row = {"pass_id": terms.pass_id, "period": period, "entered": 0, "gone": 0, "moved": 0}
    db.execute(insert(db, PassUse).values(row).on_conflict_do_nothing(index_elements=["pass_id", "period"]))
    columns = select(PassUse.entered, PassUse.gone).where(PassUse.pass_id == terms.pass_id, PassUse.period == period)
    entered, gone = db.execute(columns.with_for_update()).one()
    return entered, gone


def _set(db: Session, terms: PassTerms, period: date, entered: int, gone: int, moved: int) -> None:
    mine = update(PassUse).where(PassUse.pass_id == terms.pass_id, PassUse.period == period)
    setting = mine.values(entered=entered, gone=gone, moved=moved)
    db.execute(setting.execution_options(synchronize_session=False))


def _known_movements(db: Session, terms: PassTerms, period: date) -> list[Movement]:
    columns = select(Checkin.scanned_at, Checkin.result, Checkin.people).where(
        Checkin.pass_id == terms.pass_id, Checkin.period == period, Checkin.undone_at.is_(None)
    )
    rows = db.execute(columns.order_by(Checkin.scanned_at, Checkin.id))
    return [Movement(at, OUT if result == LEFT else IN, people) for at, result, people in rows]


def _inside_from(moment: datetime, movements: Sequence[Movement], party: int) -> list[int]:
    """How many are inside at a moment, and after every later movement."""
    timeline = sorted(movements, key=lambda movement: movement.at)
    changes = (movement.change(party) for movement in timeline)
    inside = list(accumulate(changes, lambda was, by: max(was + by, 0), initial=0))
    return inside[sum(1 for movement in timeline if movement.at <= moment) :]
