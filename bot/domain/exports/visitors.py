"""Export rows of registrations and passes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from bot.database import Database
from bot.domain import pass_days
from bot.domain.exports.pages import Columns, ExportScope, pages
from bot.domain.models import Checkin, Contact, ContactAlias, Pass, Registration
from flows.shapes.scans import LEFT
from flows.understanding.codes import shown


@dataclass(frozen=True, slots=True)
class VisitorRow:
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


def visitors(database: Database, scope: ExportScope) -> Iterator[VisitorRow]:
    """Each registration."""
    whole = scope.rows(Registration.created_at)
    parts = (
        selectinload(Registration.passes).joinedload(Pass.kind),
        joinedload(Registration.imported),
        *_names(),
    )
    for db, found in pages(database, whole.options(*parts), Registration.id):
        last = {registration.id: _latest(registration.passes) for registration in found}
        used = _used(db, [issued.id for issued in last.values() if issued])
        for registration in found:
            issued = last[registration.id]
            yield VisitorRow(registration, issued, *used.get(issued.id if issued else 0, ()))


def visitor_columns(scope: ExportScope) -> Columns[VisitorRow]:
    """Who they are, their pass, and the answers to the event's own questions, each a column.

    A question that was removed keeps its column, behind the others, while there is an answer to it.
    """
    names = [*(question["name"] for question in scope.event.questions), *scope.answered]
    return {
        "registered_at": lambda visitor: scope.local(visitor.registration.created_at),
        "full_name": lambda visitor: visitor.registration.full_name,
        "phone": lambda visitor: phone_of(visitor.registration.holder),
        "registered_by": lambda visitor: _asker(visitor.registration),
        "language": lambda visitor: visitor.registration.language,
        "channel": lambda visitor: visitor.registration.channel,
        "consent_version": lambda visitor: visitor.registration.consent_version,
        "consented_at": lambda visitor: scope.local(visitor.registration.consented_at),
        **_pass_fields(scope),
        "ref": lambda visitor: ref(visitor.registration),
        **{f"answer_{name}": partial(_answer, name=name) for name in names},
    }


def issued(database: Database, scope: ExportScope) -> Iterator[VisitorRow]:
    """Each pass, revoked and replaced ones too."""
    whole = scope.rows(Pass.issued_at)
    whole = whole.options(joinedload(Pass.kind), joinedload(Pass.registration).joinedload(Registration.imported))
    for db, found in pages(database, whole, Pass.id):
        used = _used(db, [pass_.id for pass_ in found])
        codes = _codes(db, {pass_.replaced_by_id for pass_ in found if pass_.replaced_by_id})
        for pass_ in found:
            people, first = used.get(pass_.id, (0, None))
            yield VisitorRow(pass_.registration, pass_, people, first, codes.get(pass_.replaced_by_id or 0))


def pass_columns(scope: ExportScope) -> Columns[VisitorRow]:
    """The pass and what it let in."""
    return {
        **_pass_fields(scope),
        "replaced_by": lambda visitor: visitor.successor and shown(visitor.successor),
        "full_name": lambda visitor: visitor.registration.full_name,
        "ref": lambda visitor: ref(visitor.registration),
        "issued_at": lambda visitor: scope.local(visitor.issued.issued_at) if visitor.issued else None,
    }


def ref(registration: Registration) -> str | None:
    """An organiser's own number, of whoever came with a list that has one."""
    return registration.imported.ref if registration.imported else None


def _pass_fields(scope: ExportScope) -> Columns[VisitorRow]:
    return {
        "code": lambda visitor: visitor.issued and shown(visitor.issued.code),
        "status": lambda visitor: visitor.issued and visitor.issued.status,
        "kind": lambda visitor: visitor.issued and visitor.issued.kind.slug,
        "day": lambda visitor: visitor.issued and visitor.issued.day,
        "days": lambda visitor: visitor.issued and "; ".join(map(str, pass_days.days_of_pass(visitor.issued))),
        "party_size": lambda visitor: visitor.issued and visitor.issued.party_size,
        "people_admitted": lambda visitor: visitor.people,
        "first_entry_at": lambda visitor: scope.local(visitor.first),
    }


def _names() -> tuple[ORMOption, ...]:
    people = (Registration.holder, Registration.asked_by)
    return tuple(joinedload(person).selectinload(Contact.aliases) for person in people)


def _latest(of_registration: Sequence[Pass]) -> Pass | None:
    valid = [pass_ for pass_ in of_registration if pass_.status == Pass.VALID]
    return next(iter([*valid, *reversed(of_registration)]), None)


def phone_of(person: Contact) -> str | None:
    """The phone of a person; None where we know none."""
    return next((alias.value for alias in person.aliases if alias.kind == ContactAlias.PHONE), None)


def _asker(registration: Registration) -> str | None:
    """The phone of who registered somebody else."""
    return phone_of(registration.asked_by) if registration.asked_by_id != registration.holder_id else None


def _answer(visitor: VisitorRow, name: str) -> object:
    return visitor.registration.answers.get(name)


def _used(db: Session, ids: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """By pass: how many people it has let in, and when first."""
    entries = select(Checkin.pass_id, func.sum(Checkin.people), func.min(Checkin.scanned_at))
    standing = entries.where(Checkin.pass_id.in_(ids), Checkin.result != LEFT, Checkin.undone_at.is_(None))
    rows = db.execute(standing.group_by(Checkin.pass_id))
    return {pass_id or 0: (int(people), first) for pass_id, people, first in rows}


def _codes(db: Session, ids: Iterable[int]) -> dict[int, str]:
    return {row.id: row.code for row in db.execute(select(Pass.id, Pass.code).where(Pass.id.in_(ids)))}
