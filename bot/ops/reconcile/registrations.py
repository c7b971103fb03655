"""Registrations beside their passes, passes beside their places and their messages, figures beside their rows."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain import pass_days
from bot.domain.models import Delivery, Event, EventDay, Kind, Pass, Registration
from bot.domain.stats import recount
from bot.ops.reconcile.difference import Difference
from flows.understanding.codes import shown

LATELY = timedelta(days=30)
"""Passes of this time are compared with their messages."""


def differences(db: Session, now: datetime, *, repair: bool) -> Iterator[Difference]:
    """What does not fit together."""
    yield from _without_pass(db)
    yield from _unsent(db, now)
    for event in db.scalars(select(Event).order_by(Event.id)):
        yield from _places(db, event, repair=repair)
        yield from _figures(db, event, repair=repair)


def _without_pass(db: Session) -> Iterator[Difference]:
    bare = select(Registration.id).where(~exists().where(Pass.registration_id == Registration.id))
    for number in db.scalars(bare.order_by(Registration.id)):
        yield Difference("no_pass", f"registration {number}", "has no pass, and never had one")


def _unsent(db: Session, now: datetime) -> Iterator[Difference]:
    """Valid passes for days to come that no message carries, though a registration in the chat sends them."""
    sent = exists().where(Delivery.pass_id == Pass.id, Delivery.kind.in_(("pass", "link")))
    wanted = (Pass.status == "valid", Pass.day >= now.date(), Pass.issued_at >= now - LATELY)
    found = select(Pass.code).join(Registration).where(*wanted, Registration.channel == "whatsapp", ~sent)
    for code in db.scalars(found.order_by(Pass.id)):
        said = f"was never put into the outbox: pravesh passes resend {shown(code)}"
        yield Difference("pass_not_sent", f"pass {shown(code)}", said)


def _places(db: Session, event: Event, *, repair: bool) -> Iterator[Difference]:
    """The places that each day counts, beside the people of the passes that are good on it."""
    counted = _people_by_day(db, event)
    for day in db.scalars(select(EventDay).where(EventDay.event_id == event.id).order_by(EventDay.day)):
        people = counted.get(day.day, 0)
        if day.taken != people:
            said = f"counts {day.taken} places taken, its passes are for {people}"
            yield Difference("taken_differs", f"{event.slug} {day.day}", said, repair and _set_taken(db, day, people))


def _people_by_day(db: Session, event: Event) -> dict[date, int]:
    found: defaultdict[date, int] = defaultdict(int)
    kinds = {kind.id: kind for kind in db.scalars(select(Kind).where(Kind.event_id == event.id))}
    sums = select(Pass.kind_id, Pass.day, func.sum(Pass.party_size)).where(Pass.event_id == event.id)
    for kind, first, people in db.execute(sums.where(Pass.status == "valid").group_by(Pass.kind_id, Pass.day)):
        for day in pass_days.days_of_kind(kinds[kind], first):
            found[day] += people
    return found


def _set_taken(db: Session, day: EventDay, people: int) -> bool:
    """Whether the count could be set: a day that is fuller than its capacity is for people to decide."""
    same = (EventDay.event_id == day.event_id, EventDay.day == day.day, EventDay.taken == day.taken)
    try:
        with db.begin_nested():
            changed = db.execute(
                update(EventDay).where(*same).values(taken=people).execution_options(synchronize_session=False)
            )
    except IntegrityError:
        return False
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # of an UPDATE


def _figures(db: Session, event: Event, *, repair: bool) -> Iterator[Difference]:
    found = recount.rebuild(db, event.slug) if repair else recount.differences(db, event.slug)
    for difference in found:
        key = difference.key
        said = f"is kept as {difference.stored.people} people, counted from the rows {difference.counted.people}"
        yield Difference("figure_differs", f"{event.slug} {key.metric} {key.what}".strip(), said, repair)
