"""Passes: issued, found, changed and cancelled.

Every function that takes places locks in one order (people, then days, then passes), so that no two
transactions wait for each other. A Refused undoes all that its function did, and nothing else.
"""

from datetime import date, datetime

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session, contains_eager

from bot.domain import events, pass_rows, pass_rules, places
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, EventDay, Kind, Pass, Registration
from bot.errors import Refused
from flows import codes, event_states, shapes

_OF_PERSON = (
    select(Pass, EventDay)
    .join(Pass.registration)
    .join(Pass.event)
    .join(EventDay, and_(EventDay.event_id == Pass.event_id, EventDay.day == Pass.day))
    .where(or_(Registration.holder_id == bindparam("person"), Registration.asked_by_id == bindparam("person")))
    .where(Pass.status == "valid")
    .order_by(Pass.day, Pass.id)
    .options(contains_eager(Pass.registration), contains_eager(Pass.event))
)


def issue(
    db: Session, ring: KeyRing, registration: Registration, kind: Kind, day: date, party_size: int, now: datetime
) -> Pass:
    """A new pass and its places.

    Raises Refused `already_registered` (`code`, `day`), and what places.take refuses with.
    """
    db.flush()
    places.take(db, registration.event_id, day, party_size)
    return pass_rows.insert(db, ring, registration, kind, day, party_size, now)


def of_person(db: Session, contact: Contact, now: datetime) -> list[Pass]:
    """The valid passes that this person holds or asked for, today's and later, the next first.

    Today lasts until the day's closing hour in the event's zone. Each pass has its event and
    registration loaded.
    """
    rows = db.execute(_OF_PERSON, {"person": contact.id})
    return [one for one, day in rows if now < event_states.ends_at(events.shape(one.event), events.day_shape(day))]


def by_code(db: Session, code: str) -> Pass:
    """The pass of a code as organisers write it, whatever its state.

    Raises Refused, with the `code` as it is shown or was typed, `not_a_code`, `mistyped_code` (its check
    character is wrong) and `no_such_pass`.
    """
    try:
        bare = codes.parse(code)
    except shapes.Invalid as wrong:
        raise Refused(wrong.code, code=code) from None
    found = db.scalars(select(Pass).where(Pass.code == bare)).first()
    if found is None:
        raise Refused("no_such_pass", code=codes.shown(bare))
    return found


def own(db: Session, contact: Contact, code: str, now: datetime) -> Pass:
    """The valid pass of this code, if it is one that the person may see, change and cancel.

    Raises Refused `no_such_pass`.
    """
    bare = _bare(code)
    found = next((one for one in of_person(db, contact, now) if one.code == bare), None)
    if found is None:
        raise Refused("no_such_pass")
    return found


def change(
    db: Session, ring: KeyRing, *, contact: Contact, code: str, visit_date: date, party_size: int, now: datetime
) -> Pass:
    """Re-issue a pass for another day or party: the new one, or the same where nothing changes.

    The new places are taken before the old are given back; on the same day only the difference counts.
    Raises Refused as registrations.register does, `no_such_pass`, or `pass_used` (somebody has entered with
    it); the old pass then stays as it was.
    """
    with db.begin_nested():
        old = own(db, contact, code, now)
        if (old.day, old.party_size) == (visit_date, party_size):
            return old
        _check_change(db, old, visit_date, party_size, now)
        places.hold(db, old.event_id, old.day, visit_date)
        same_day = old.day == visit_date
        if more := party_size - (old.party_size if same_day else 0):
            places.take(db, old.event_id, visit_date, more)
        pass_rows.end(db, old, "replaced")
        pass_rules.refuse_used(db, old.id)
        twin = old.twin if same_day else 0
        new = pass_rows.insert(db, ring, old.registration, old.kind, visit_date, party_size, now, twin=twin)
        old.replaced_by_id = new.id
        if not same_day:
            places.give_back(db, old.event_id, old.day, old.party_size)
        return new


def cancel(db: Session, *, contact: Contact, code: str, now: datetime) -> Pass:
    """Revoke a pass of this person and give its places back, once. Raises Refused `no_such_pass`, `pass_used`."""
    with db.begin_nested():
        found = own(db, contact, code, now)
        places.hold(db, found.event_id, found.day)
        pass_rows.end(db, found, "revoked")
        pass_rules.refuse_used(db, found.id)
        places.give_back(db, found.event_id, found.day, found.party_size)
        return found


def _check_change(db: Session, old: Pass, day: date, party_size: int, now: datetime) -> None:
    shape, days = events.shape(old.event), events.days(db, old.event.slug)
    pass_rules.check_event(shape, days, now)
    pass_rules.check_day(shape, days, day, now)
    pass_rules.check_party(old.kind, old.event, party_size)
    if day != old.day:
        pass_rules.refuse_second(db, holder_id=old.holder_id, kind=old.kind, day=day)


def _bare(code: str) -> str:
    try:
        return codes.parse(code)
    except shapes.Invalid:
        raise Refused("no_such_pass") from None
