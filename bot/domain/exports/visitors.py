"""Export rows of registrations and passes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from bot.database import Database
from bot.domain.exports.pages import Columns, Wanted, pages
from bot.domain.models import Checkin, Contact, Pass, Registration
from bot.domain.passes import days as pass_days
from flows.shapes.scans import LEFT
from flows.understanding.codes import shown


@dataclass(frozen=True, slots=True)
class Visitor:
    """A registration, and what became of its latest pass."""

    registration: Registration
    issued: Pass | None
    """The valid one, else the last that there was."""
    people: int = 0
    """People who have entered with the pass."""
    first: datetime | None = None
    """When the first of them did."""
    successor: str | None = None
    """The code of the pass that replaced it."""


def registrations(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which registrations are meant."""
    return [Registration.event_id == wanted.event.id, *wanted.within(Registration.created_at)]


def visitors(database: Database, wanted: Wanted) -> Iterator[Visitor]:
    """Each registration."""
    whole = select(Registration).where(*registrations(wanted))
    parts = (
        selectinload(Registration.passes).joinedload(Pass.kind),
        joinedload(Registration.imported),
        *_names(),
    )
    for db, found in pages(database, whole.options(*parts), Registration.id):
        last = {one.id: _latest(one.passes) for one in found}
        used = _used(db, [issued.id for issued in last.values() if issued])
        for one in found:
            issued = last[one.id]
            yield Visitor(one, issued, *used.get(issued.id if issued else 0, ()))


def visitor_columns(wanted: Wanted) -> Columns[Visitor]:
    """Who they are, their pass, and the answers to the event's own questions, each a column.

    A question that was removed keeps its column, behind the others, while there is an answer to it.
    """
    names = [*(question["name"] for question in wanted.event.questions), *wanted.answered]
    return {
        "registered_at": lambda one: wanted.local(one.registration.created_at),
        "full_name": lambda one: one.registration.full_name,
        "phone": lambda one: _phone(one.registration.holder),
        "registered_by": lambda one: _asker(one.registration),
        "language": lambda one: one.registration.language,
        "channel": lambda one: one.registration.channel,
        "consent_version": lambda one: one.registration.consent_version,
        "consented_at": lambda one: wanted.local(one.registration.consented_at),
        **_of_pass(wanted),
        "ref": lambda one: ref(one.registration),
        **{f"answer_{name}": partial(_answer, name=name) for name in names},
    }


def passes(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which passes are meant."""
    return [Pass.event_id == wanted.event.id, *wanted.within(Pass.issued_at)]


def issued(database: Database, wanted: Wanted) -> Iterator[Visitor]:
    """Each pass, revoked and replaced ones too."""
    whole = select(Pass).where(*passes(wanted))
    whole = whole.options(joinedload(Pass.kind), joinedload(Pass.registration).joinedload(Registration.imported))
    for db, found in pages(database, whole, Pass.id):
        used = _used(db, [one.id for one in found])
        codes = _codes(db, {one.replaced_by_id for one in found if one.replaced_by_id})
        for one in found:
            people, first = used.get(one.id, (0, None))
            yield Visitor(one.registration, one, people, first, codes.get(one.replaced_by_id or 0))


def pass_columns(wanted: Wanted) -> Columns[Visitor]:
    """The pass and what it let in."""
    return {
        **_of_pass(wanted),
        "replaced_by": lambda one: one.successor and shown(one.successor),
        "full_name": lambda one: one.registration.full_name,
        "ref": lambda one: ref(one.registration),
        "issued_at": lambda one: wanted.local(one.issued.issued_at) if one.issued else None,
    }


def ref(registration: Registration) -> str | None:
    """An organiser's own number, of whoever came with a list that has one."""
    return registration.imported.ref if registration.imported else None


def _of_pass(wanted: Wanted) -> Columns[Visitor]:
    return {
        "code": lambda one: one.issued and shown(one.issued.code),
        "status": lambda one: one.issued and one.issued.status,
        "kind": lambda one: one.issued and one.issued.kind.slug,
        "day": lambda one: one.issued and one.issued.day,
        "days": lambda one: one.issued and "; ".join(map(str, pass_days.of(one.issued))),
        "party_size": lambda one: one.issued and one.issued.party_size,
        "people_admitted": lambda one: one.people,
        "first_entry_at": lambda one: wanted.local(one.first),
    }


def _names() -> tuple[ORMOption, ...]:
    people = (Registration.holder, Registration.asked_by)
    return tuple(joinedload(person).selectinload(Contact.aliases) for person in people)


def _latest(of_registration: Sequence[Pass]) -> Pass | None:
    valid = [one for one in of_registration if one.status == "valid"]
    return next(iter([*valid, *reversed(of_registration)]), None)


def _phone(person: Contact) -> str | None:
    return next((alias.value for alias in person.aliases if alias.kind == "phone"), None)


def _asker(one: Registration) -> str | None:
    """The phone of who registered somebody else."""
    return _phone(one.asked_by) if one.asked_by_id != one.holder_id else None


def _answer(one: Visitor, name: str) -> object:
    return one.registration.answers.get(name)


def _used(db: Session, ids: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """By pass: how many people it has let in, and when first."""
    entries = select(Checkin.pass_id, func.sum(Checkin.people), func.min(Checkin.scanned_at))
    standing = entries.where(Checkin.pass_id.in_(ids), Checkin.result != LEFT, Checkin.undone_at.is_(None))
    rows = db.execute(standing.group_by(Checkin.pass_id))
    return {one or 0: (int(people), first) for one, people, first in rows}


def _codes(db: Session, ids: Iterable[int]) -> dict[int, str]:
    return {row.id: row.code for row in db.execute(select(Pass.id, Pass.code).where(Pass.id.in_(ids)))}
