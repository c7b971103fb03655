"""What organisers do to a pass: revoke it, reissue it under another code, move it to another person."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.domain import pass_days, passes
from bot.domain.events import places
from bot.domain.keys import KeyRing
from bot.domain.models import Checkin, Contact, Pass, PassUse
from bot.domain.passes import rows as pass_rows
from bot.domain.passes import rules as pass_rules
from bot.errors import Refused
from flows.understanding import codes


def revoke(db: Session, code: str, now: datetime) -> Pass:
    """Take a pass out of use; it answers `revoked` from the next scan on, and its places are free again.

    Who has entered with it stays counted, and their places stay taken.
    Raises Refused as passes.by_code does, and `pass_not_valid` (`code`, `status`).
    """
    with db.begin_nested():
        found = _valid(db, code)
        days = pass_days.days_of_pass(found)
        places.lock_days(db, found.event_id, *days)
        pass_rows.end_pass(db, found, Pass.REVOKED)
        if not pass_rules.is_used(db, found.id):
            places.give_back(db, found.event_id, days, found.party_size)
    return found


def reissue(db: Session, ring: KeyRing, code: str, now: datetime) -> Pass:
    """Issue the pass anew under another code and QR; the old ones answer `replaced` from the next scan on.

    What of the party has entered counts for the new pass: a pass that was lost or shown around lets
    nobody in twice. Raises Refused as `revoke` does.
    """
    with db.begin_nested():
        old = _valid(db, code)
        return _issue_again(db, ring, old, now, twin=old.twin)


def move(db: Session, ring: KeyRing, code: str, to: Contact, now: datetime) -> Pass:
    """The pass goes to another person, under a new code and QR; whoever had it has nothing of it any more.

    Name and answers stay; what of the party has entered counts, as when it is issued anew. `to` is locked
    (people.find_or_make). Raises Refused as `revoke` does, `holds_it_already` (`code`), and `already_registered`
    (`code`, `day`) where they have another of its kind for the day.
    """
    with db.begin_nested():
        old = _valid(db, code)
        registration = old.registration
        if {registration.holder_id, registration.asked_by_id} == {to.id}:
            raise Refused("holds_it_already", code=codes.shown(old.code))
        if registration.holder_id != to.id:
            pass_rules.refuse_second(db, holder_id=to.id, kind=old.kind, day=old.day)
        registration.holder_id = registration.asked_by_id = to.id
        return _issue_again(db, ring, old, now, twin=0)


def _issue_again(db: Session, ring: KeyRing, old: Pass, now: datetime, *, twin: int) -> Pass:
    """The pass that follows an old one, with the entries of that."""
    pass_rows.end_pass(db, old, Pass.REPLACED)
    new = pass_rows.insert(db, ring, old.registration, old.kind, old.day, old.party_size, now, twin=twin)
    old.replaced_by_id = new.id
    for table in (PassUse, Checkin):
        moving = update(table).where(table.pass_id == old.id).values(pass_id=new.id)
        db.execute(moving.execution_options(synchronize_session=False))
    db.flush()
    return new


def _valid(db: Session, code: str) -> Pass:
    found = passes.by_code(db, code)
    if found.status != Pass.VALID:
        raise Refused("pass_not_valid", code=codes.shown(found.code), status=found.status)
    return found
