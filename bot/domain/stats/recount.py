"""Counts the facts from their rows again, and corrects sums that differ. They must not differ.

Rows and sums are read in one statement, so of one moment; what differs is appended as changes: nobody at the
gates waits, and what happens meanwhile is added as ever. What belongs to no event in particular is counted too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    String,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from bot.domain.audit import recorder
from bot.domain.events.rows import get_event as event_by
from bot.domain.models import Attempt, Beginning, Broadcast, Checkin, Delivery, Event, HeadCount, Pass, Registration
from bot.domain.stats import counter_changes
from bot.domain.stats import counters as figure_counters
from bot.domain.stats import metrics as facts
from bot.domain.stats.counters import NO_EVENT
from bot.domain.stats.metrics import WHOLE_EVENT_DAY, CounterChange, CounterKey, Total, Totals
from flows.shapes.scans import LEFT

MAX_STATE_LENGTH = 80
"""Characters of a delivery's state, as the triggers cut it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A sum that was not what the rows say."""

    key: CounterKey
    stored: Total
    counted: Total


def rebuild(db: Session, slug: str) -> Sequence[Difference]:
    """Count an event's rows, correct the sums that differ, and give the differences. Raises Refused `no_such_event`.

    One at a time: a second one finds what the first has corrected. Takes seconds for a million rows.
    """
    event_by(db, slug, lock=False)
    first = select(Event.id).order_by(Event.id).limit(1)
    db.execute(first.with_for_update(key_share=True))
    found = differences(db, slug)
    counter_changes.append(
        db, (facts.correction(difference.key, _minus(difference.counted, difference.stored)) for difference in found)
    )
    recorder.add_facts(db, event_id=event_by(db, slug, lock=False).id, differed=len(found))
    return found


def differences(db: Session, slug: str) -> Sequence[Difference]:
    """The sums of an event, and of no event in particular, that are not what the rows say. Changes nothing.

    Raises Refused `no_such_event`.
    """
    event_id = event_by(db, slug, lock=False).id
    kept, counted = _both(db, event_id)
    wrong = sorted(key for key in kept.keys() | counted.keys() if kept.get(key) != counted.get(key))
    return [Difference(key, kept.get(key, Total()), counted.get(key, Total())) for key in wrong]


def _minus(left: Total, right: Total) -> Total:
    return Total(left.people - right.people, left.times - right.times)


def _both(db: Session, event_id: int) -> tuple[Totals, Totals]:
    """The sums that are kept and those of the rows, of one moment."""
    db.flush()
    kept = [query.add_columns(literal(0)) for query in figure_counters.queries_of(event_id, NO_EVENT)]
    counted = [query.add_columns(literal(1)) for query in _counting(db, event_id)]
    sides: tuple[list[CounterChange], list[CounterChange]] = ([], [])
    for row in db.execute(union_all(*kept, *counted)):
        sides[row[-1]].append(CounterChange._make(row[:-1]))
    return facts.totals(sides[0]), facts.totals(sides[1])


def _counting(db: Session, event_id: int) -> list[Select[Any]]:
    """Every fact of the event from its rows, equal ones together, in the shape of changes."""
    return [
        _movements(db, event_id),
        _of_gates(db, Attempt, "refused", Attempt.result, Attempt.scanned_at, literal(0), event_id),
        _of_gates(db, HeadCount, "counted", HeadCount.direction, HeadCount.counted_at, HeadCount.people, event_id),
        _registered(db, event_id),
        _valid_passes(db, event_id),
        _messages(db, event_id),
        _begun(db, event_id),
    ]


def _movements(db: Session, event_id: int) -> Select[Any]:
    what = case((Checkin.result == LEFT, literal("out")), else_=literal("in"))
    forced = case((Checkin.forced, literal("forced")), else_=literal(""))
    keys = (Checkin.event_id, what, Checkin.day, _minute(db, Checkin.scanned_at), *_where(Checkin))
    standing = (Checkin.event_id == event_id, Checkin.day.is_not(None), Checkin.undone_at.is_(None))
    return _grouped((*keys, Checkin.result, forced), Checkin.people, literal(1)).where(*standing)


def _of_gates(db: Session, table: Any, fact: str, what: Any, at: Any, people: Any, event_id: int) -> Select[Any]:
    keys = (table.event_id, literal(fact), table.day, _minute(db, at), *_where(table), what, literal(""))
    return _grouped(keys, people, literal(1)).where(table.event_id == event_id)


def _registered(db: Session, event_id: int) -> Select[Any]:
    keys = _without_gate(Registration.event_id, "registered", _minute(db, Registration.created_at))
    mine = _grouped((*keys, Registration.channel, literal("")), literal(0), literal(1))
    return mine.where(Registration.event_id == event_id)


def _valid_passes(db: Session, event_id: int) -> Select[Any]:
    keys = _without_gate(Pass.event_id, "held", _minute(db, Registration.created_at))
    held = _grouped((*keys, Registration.channel, literal("")), Pass.party_size, literal(0)).select_from(Pass)
    return held.join(Registration, Registration.id == Pass.registration_id).where(
        Pass.event_id == event_id, Pass.status == Pass.VALID
    )


def _messages(db: Session, event_id: int) -> Select[Any]:
    why = literal(":") + func.coalesce(cast(Delivery.error_code, String(10)), Delivery.reason, "")
    state = Delivery.status + case((Delivery.status.in_(Delivery.FAILED_STATUSES), why), else_=literal(""))
    whose = func.coalesce(Pass.event_id, Broadcast.event_id, NO_EVENT)
    keys = _without_gate(whose, "message", _minute(db, Delivery.created_at))
    sent = _grouped((*keys, Delivery.kind, func.substr(state, 1, MAX_STATE_LENGTH)), literal(0), literal(1))
    of_pass = sent.select_from(Delivery).outerjoin(Pass, Pass.id == Delivery.pass_id)
    return of_pass.outerjoin(Broadcast, Broadcast.id == Delivery.broadcast_id).where(whose.in_((event_id, NO_EVENT)))


def _begun(db: Session, event_id: int) -> Select[Any]:
    keys = _without_gate(func.coalesce(Beginning.event_id, NO_EVENT), "begun", _minute(db, Beginning.begun_at))
    mine = or_(Beginning.event_id == event_id, Beginning.event_id.is_(None))
    return _grouped((*keys, Beginning.channel, Beginning.step), literal(0), literal(1)).where(mine)


def _grouped(keys: tuple[Any, ...], people: Any, times: Any) -> Select[Any]:
    """The sums of people and times for each combination of keys."""
    sums = (cast(func.sum(people), BigInteger), cast(func.sum(times), BigInteger))
    # By position: for PostgreSQL an expression with parameters is another one each time that it is written.
    return select(*keys, *sums).group_by(*(text(str(number)) for number in range(1, len(keys) + 1)))


def _where(table: Any) -> tuple[Any, ...]:
    return tuple(func.coalesce(column, 0) for column in (table.gate_id, table.staff_id, table.device_id))


def _without_gate(event: Any, fact: str, minute: Any) -> tuple[Any, ...]:
    return event, literal(fact), literal(WHOLE_EVENT_DAY), minute, literal(0), literal(0), literal(0)


def _minute(db: Session, moment: Any) -> Any:
    if db.get_bind().dialect.name == "sqlite":
        return cast(func.strftime("%s", moment), Integer) // 60
    return cast(func.floor(extract("epoch", moment) / 60), BigInteger)
