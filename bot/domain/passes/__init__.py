"""Passes: issue, find, change, cancel.

Every function that takes places locks in one order (people, then days, then passes), so that no two
transactions wait for each other. A Refused undoes all that its function did, and nothing else.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, contains_eager

from bot.domain import events, pass_days
from bot.domain.events import places
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, EventDay, Pass, Registration
from bot.domain.passes import rows as pass_rows
from bot.domain.passes import rules as pass_rules
from bot.errors import Refused, required
from flows import shapes
from flows.text import event_states
from flows.understanding import codes

_OF_PERSON = (
    select(Pass, EventDay)
    .join(Pass.registration)
    .join(Pass.event)
    .join(Pass.kind)
    .join(EventDay, and_(EventDay.event_id == Pass.event_id, EventDay.day == Pass.day))
    .where(or_(Registration.holder_id == bindparam("person"), Registration.asked_by_id == bindparam("person")))
    .where(Pass.status == Pass.VALID)
    .order_by(Pass.day, Pass.id)
    .options(contains_eager(Pass.registration), contains_eager(Pass.event), contains_eager(Pass.kind))
)


def of_person(db: Session, contact: Contact, now: datetime) -> list[Pass]:
    """The valid passes that this person holds or asked for, today's and later, the next first.

    Today lasts until the day's closing hour in the event's zone; of several days the last one counts. Each
    pass has its event, kind and registration loaded.
    """
    rows = db.execute(_OF_PERSON, {"person": contact.id})
    return [pass_ for pass_, first in rows if _is_to_come(db, pass_, first, now)]


def _is_to_come(db: Session, pass_: Pass, first: EventDay, now: datetime) -> bool:
    days = pass_days.days_of_pass(pass_)
    last = (db.get(EventDay, (pass_.event_id, days[-1])) if len(days) > 1 else None) or first
    return now < event_states.ends_at(events.shape(pass_.event), events.day_shape(last))


def by_code(db: Session, code: str) -> Pass:
    """The pass of a code as organisers write it, whatever its state.

    Raises Refused, with the `code` as it is shown or was typed, `not_a_code`, `mistyped_code` (its check
    character is wrong) and `no_such_pass`.
    """
    try:
        bare = codes.parse(code)
    except shapes.Invalid as wrong:
        raise Refused(wrong.code, code=code) from None
    return required(
        db.scalars(select(Pass).where(Pass.code == bare)).first(), Refused("no_such_pass", code=codes.shown(bare))
    )


def own_pass(db: Session, contact: Contact, code: str, now: datetime) -> Pass:
    """The valid pass of this code, if it is one that the person may see, change and cancel.

    Raises Refused `no_such_pass`.
    """
    bare = codes.found(code)
    return required(
        next((pass_ for pass_ in of_person(db, contact, now) if pass_.code == bare), None), Refused("no_such_pass")
    )


def change(
    db: Session, ring: KeyRing, *, contact: Contact, code: str, visit_date: date, party_size: int, now: datetime
) -> Pass:
    """Re-issue a pass for another day or party: the new one, or the same where nothing changes.

    The new places are taken before the old are given back; on the same days only the difference counts. A kind
    with days of its own keeps them, whatever the `visit_date`.
    Raises Refused as bot.domain.passes.registration.register does,
    `no_such_pass`, or `pass_used` (somebody has entered with
    it); the old pass then stays as it was.
    """
    with db.begin_nested():
        old = own_pass(db, contact, code, now)
        before, days = pass_days.days_of_pass(old), pass_days.days_of_kind(old.kind, visit_date)
        if (before, old.party_size) == (days, party_size):
            return old
        _check_change(db, old, days, party_size, now)
        places.lock_days(db, old.event_id, *before, *days)
        same = before == days
        if more := party_size - (old.party_size if same else 0):
            places.take_each(db, old.event_id, days, more, today=event_states.local_today(events.shape(old.event), now))
        pass_rows.end_pass(db, old, Pass.REPLACED)
        pass_rules.refuse_used(db, old.id)
        twin = old.twin if same else 0
        new = pass_rows.insert(db, ring, old.registration, old.kind, days[0], party_size, now, twin=twin)
        old.replaced_by_id = new.id
        if not same:
            places.give_back(db, old.event_id, before, old.party_size)
        return new


def cancel(db: Session, *, contact: Contact, code: str, now: datetime) -> Pass:
    """Revoke a pass of this person and give its places back, once. Raises Refused `no_such_pass`, `pass_used`."""
    with db.begin_nested():
        found = own_pass(db, contact, code, now)
        days = pass_days.days_of_pass(found)
        places.lock_days(db, found.event_id, *days)
        pass_rows.end_pass(db, found, Pass.REVOKED)
        pass_rules.refuse_used(db, found.id)
        places.give_back(db, found.event_id, days, found.party_size)
        return found


def _check_change(db: Session, old: Pass, wanted: Sequence[date], party_size: int, now: datetime) -> None:
    shape, days = events.shape(old.event), events.days(db, old.event.slug)
    pass_rules.check_event(shape, days, now)
    pass_rules.check_days(shape, days, wanted, now)
    pass_rules.check_party(old.kind, old.event, party_size)
    if wanted[0] != old.day:
        pass_rules.refuse_second(db, holder_id=old.holder_id, kind=old.kind, day=wanted[0])
