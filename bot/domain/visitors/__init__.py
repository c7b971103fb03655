"""Finds visitors by name, phone or code, on any day, and gathers what is held of one.

Volunteers at a gate have bot.domain.checkins.search, which shows less.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.domain import passes, people
from bot.domain.events.rows import get_event
from bot.domain.models import Checkin, Contact, NameWord, Pass, Registration
from bot.domain.people import name_index
from bot.domain.roster import validation as roster_validation
from bot.errors import Refused
from flows.understanding import codes
from flows.understanding.plain_text import MIN_LETTERS, letter_count


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """All that is held of one person."""

    contacts: tuple[Contact, ...]
    """One, but for a person whose two addresses have not met yet."""
    registrations: tuple[Registration, ...]
    """Theirs, and those that they asked for; the oldest first, with passes and event."""
    entries: tuple[Checkin, ...]
    """Of these registrations' passes, the earliest first."""


def find(db: Session, slug: str, text: str, *, region: str, limit: int) -> tuple[str, list[Pass]]:
    """How it was looked for (`code`, `phone` or `name`), and the passes that fit, the newest first.

    Passes that were revoked or replaced are among them. A name is looked for by the beginnings of its words,
    however it was typed. Raises Refused `no_such_event`, and `search_too_short` (`least`) for what is neither a
    code, a phone nor so many letters.
    """
    event = get_event(db, slug, lock=False)
    by, condition = matching(db, text, event.id, region=region, newest=limit * name_index.MAX_MATCHED_WORDS)
    mine = select(Pass).join(Pass.registration).where(Pass.event_id == event.id, condition)
    whole = mine.options(joinedload(Pass.registration), joinedload(Pass.kind))
    return by, list(db.scalars(whole.order_by(Pass.id.desc()).limit(limit)))


def known(db: Session, text: str, *, region: str) -> KnownPerson:
    """The person of a phone number or of a pass code, whose holder it is.

    Raises Refused as passes.by_code does, and `no_such_person` for a phone of which nothing is held.
    """
    contacts = _contacts(db, text, region)
    theirs = _known_person(contacts)
    with_passes = (joinedload(Registration.passes).joinedload(Pass.kind), joinedload(Registration.event))
    found = db.scalars(select(Registration).where(theirs).options(*with_passes).order_by(Registration.id)).unique()
    registrations = tuple(found)
    return KnownPerson(tuple(contacts), registrations, tuple(_entries(db, registrations)))


def matching(
    db: Session, text: str, event_id: int, *, region: str, newest: int | None = None
) -> tuple[str, ColumnElement[bool]]:
    """How a text is looked for (`code`, `phone` or `name`), and that a pass or its registration fits it.

    `newest`: how many matched words of names are looked at, the newest first; None: all. Raises Refused
    `search_too_short` (`least`).
    """
    typed = " ".join(text.split())
    code = _code(db, typed)
    if code:
        return "code", Pass.code == code
    try:
        return "phone", _known_person(people.find_all(db, phone=roster_validation.phone(typed, region)))
    except Refused:
        pass
    if letter_count(typed) < MIN_LETTERS:
        raise Refused("search_too_short", least=MIN_LETTERS)
    # The newest registrations are found in the index alone; a name has few words that begin alike.
    order = NameWord.registration_id.desc()
    named = select(NameWord.registration_id).where(name_index.matches(event_id, typed))
    return "name", Registration.id.in_(named if newest is None else named.order_by(order).limit(newest))


def _code(db: Session, typed: str) -> str:
    """The code, where a pass has it: every 32nd name of eight letters could be one as well."""
    bare = codes.found(typed)
    return (db.scalar(select(Pass.code).where(Pass.code == bare)) or "") if bare else ""


def _known_person(contacts: Sequence[Contact]) -> ColumnElement[bool]:
    ids = [contact.id for contact in contacts]
    return or_(Registration.holder_id.in_(ids), Registration.asked_by_id.in_(ids))


def _contacts(db: Session, text: str, region: str) -> list[Contact]:
    try:
        phone = roster_validation.phone(text, region)
    except Refused:
        return [passes.by_code(db, text).registration.holder]
    found = people.find_all(db, phone=phone)
    if not found:
        raise Refused("no_such_person")
    return found


def _entries(db: Session, registrations: Sequence[Registration]) -> list[Checkin]:
    ids = [issued.id for registration in registrations for issued in registration.passes]
    mine = select(Checkin).where(Checkin.pass_id.in_(ids)).order_by(Checkin.scanned_at, Checkin.id)
    with_names = (joinedload(Checkin.gate), joinedload(Checkin.staff), joinedload(Checkin.device))
    return list(db.scalars(mine.options(*with_names)))
