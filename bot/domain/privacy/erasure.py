"""Erases a person: their rows stay as figures and name nobody any more.

Each of their contacts gives its rows to a new one without any address, and goes: whoever is just registering
for the old contact finds it gone and begins with a new one. Valid passes are revoked, and their places given
back unless somebody has entered with them. People on a roster stay on it: that is the organiser's record.

What stands elsewhere, in other people's messages, in Redis and at Twilio, is noted as a row of `erasures` in
the same transaction, and erased later: see bot.personal_data.erase_traces. Exports that the server keeps of
their events go at once. Locks are taken in one order everywhere: people, days, passes; at last the exports.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.address import at_twilio
from bot.domain import audit, events, pass_days, passes, people, waiting_list
from bot.domain.events import places
from bot.domain.exports import stored as stored_exports
from bot.domain.imports import stored as stored_lists
from bot.domain.models import (
    Checkin,
    Contact,
    ContactAlias,
    Delivery,
    DeliveryEvent,
    Erasure,
    ImportedRow,
    InboundMessage,
    JoinRequest,
    MediaDeletion,
    Pass,
    Registration,
    TurnRecord,
)
from bot.domain.passes import rows as pass_rows
from bot.domain.passes import rules as pass_rules
from bot.domain.passes import tokens
from bot.domain.people import name_index, phone_owners
from bot.domain.upserts import added, insert
from bot.errors import Refused
from flows.text import event_states
from flows.understanding import codes
from flows.understanding.phones import variants

EMPTY_TURN: dict[str, Any] = {"text": "", "results": {}}
"""The answer of a turn that nobody may read again."""
ERASED_TEXT = "…"
"""Stands for a text that was erased."""
ERASED = "erased"
"""The reason of deliveries that are not sent any more."""


@dataclass(frozen=True, slots=True)
class ErasureSubject:
    """The person whom a request names: their contacts, none where no row exists, and their addresses."""

    contacts: tuple[int, ...]
    addresses: tuple[str, ...] = field(repr=False)
    """`phone:` and E.164 in every form, `user:` and WhatsApp's id."""

    @property
    def delivery_addresses(self) -> tuple[str, ...]:
        """Their addresses, in the form that deliveries use."""
        names = [address.partition(":")[2] for address in self.addresses]
        return tuple(lane for name in names for lane in at_twilio(name))


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """The result of an erasure, without anything personal."""

    erasure: int
    """The id of the row of `erasures`."""
    registrations: int
    revoked: tuple[str, ...]
    """Codes as they are shown."""
    deliveries: int


def by_name(db: Session, *, phone: str | None = None, user: str | None = None) -> ErasureSubject:
    """Whoever has this phone (E.164 in any form) or user id, known or not. Raises ValueError without either."""
    if not (phone or user):
        raise ValueError("a person without a name")
    phones = [(ContactAlias.PHONE, form) for form in variants(phone)] if phone else []
    return _subject(
        people.find_all(db, phone=phone, user=user), [*phones, *([(ContactAlias.USER, user)] if user else [])]
    )


def by_code(db: Session, code: str) -> ErasureSubject:
    """The person who holds the pass of this code. Raises Refused as passes.by_code does."""
    return _subject([passes.by_code(db, code).registration.holder], [])


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """A summary of what is held of somebody, by which to see whether it is the right person."""

    registrations: int
    passes: tuple[str, ...]
    """Codes of the valid ones, as they are shown, the first day first."""
    events: tuple[str, ...]
    """Slugs, by id."""
    messages: int
    """Owed or sent to them."""
    turns: int
    """Answers to what they wrote."""

    @property
    def is_nothing(self) -> bool:
        """Whether they are not known at all: most often a number that was mistyped."""
        return not (self.registrations or self.messages or self.turns)


def preview(db: Session, subject: ErasureSubject) -> ErasurePreview:
    """The summary of what there is to erase."""
    mine = list(
        db.scalars(select(Registration).where(Registration.holder_id.in_(subject.contacts)).order_by(Registration.id))
    )
    valid = sorted(
        (pass_ for registration in mine for pass_ in registration.passes if pass_.status == Pass.VALID),
        key=lambda pass_: pass_.day,
    )
    theirs = or_(Delivery.lane.in_(subject.delivery_addresses), Delivery.contact_id.in_(subject.contacts))
    return ErasurePreview(
        len(mine),
        tuple(codes.shown(pass_.code) for pass_ in valid),
        tuple(
            dict.fromkeys(
                registration_row.event.slug
                for registration_row in sorted(mine, key=lambda registration_row: registration_row.event_id)
            )
        ),
        db.scalar(select(func.count()).select_from(Delivery).where(theirs)) or 0,
        db.scalar(select(func.count()).select_from(TurnRecord).where(TurnRecord.address.in_(subject.addresses))) or 0,
    )


def passes_today(db: Session, subject: ErasureSubject, now: datetime) -> list[Pass]:
    """Their valid passes for a day that is today at its event."""
    mine = select(Pass).where(Pass.holder_id.in_(subject.contacts), Pass.status == Pass.VALID)
    return [
        pass_
        for pass_ in db.scalars(mine)
        if event_states.local_today(events.shape(pass_.event), now) in tokens.token_of(pass_).dates
    ]


def erase(
    db: Session,
    subject: ErasureSubject,
    now: datetime,
    *,
    even_today: bool,
    actor: str,
    traces_from: datetime | None = None,
) -> ErasureResult:
    """Make somebody unfindable; once more does no harm. Leaves an audit entry without anything personal.

    `traces_from` is the moment before which what stands elsewhere is not looked for: when the asker's own turn
    is over. Raises Refused `valid_today` where they have a valid pass for an event of today and not `even_today`.
    """
    with db.begin_nested():
        subject = _stored_messages(db, subject)
        if not even_today and passes_today(db, subject, now):
            raise Refused("valid_today")
        mine = list(db.scalars(select(Registration).where(Registration.holder_id.in_(subject.contacts))))
        names = [registration.full_name for registration in mine if registration.full_name]
        named_at = _names_of(db, subject)
        waiting_list.forget(db, subject.contacts, now)
        revoked, issued = _revoke(db, mine, now)
        sent = _forget_messages(db, subject, issued, now)
        _forget_answers(db, subject, mine, issued)
        _forget_join_requests(db, subject)
        _replace(db, subject, now)
        row = _enqueue_erasure(db, subject, names, traces_from or now)
        about = {"registrations": len(mine), "passes": len(revoked), "deliveries": sent}
        of_events: Sequence[int | None] = sorted({registration.event_id for registration in mine}) or [None]
        for event_id in of_events:
            audit.record(db, audit.PERSON_ERASED, now=now, event_id=event_id, actor=actor, about=about)
        stored_exports.forget(db, named_at)
        stored_lists.forget(db, named_at)
    return ErasureResult(row, len(mine), tuple(map(codes.shown, revoked)), sent)


def forget(db: Session, contact: int, events: Sequence[int], now: datetime) -> None:
    """Forget somebody at events that are over; all of them where they are registered nowhere else.

    Their passes stay as they are: nobody enters with them any more, and the figures of those days are made.
    """
    with db.begin_nested():
        who = _stored_messages(db, ErasureSubject((contact,), ()))
        theirs = or_(Registration.holder_id.in_(who.contacts), Registration.asked_by_id.in_(who.contacts))
        elsewhere = select(Registration.id).where(theirs, Registration.event_id.not_in(events)).limit(1)
        held = (Registration.holder_id.in_(who.contacts), Registration.event_id.in_(events))
        mine = list(db.scalars(select(Registration).where(*held)))
        issued = list(
            db.scalars(select(Pass.id).where(Pass.registration_id.in_([registration.id for registration in mine])))
        )
        gone = who if db.scalar(elsewhere) is None else ErasureSubject((), ())
        waiting_list.forget(db, gone.contacts, now)
        _forget_messages(db, gone, issued, now, with_passes=True)
        _forget_answers(db, gone, mine, issued)
        _forget_join_requests(db, gone)
        _replace(db, gone, now)
        stored_exports.forget(db, events)
        stored_lists.forget(db, events)


def _forget_join_requests(db: Session, subject: ErasureSubject) -> None:
    """Whoever only wanted to join a team is on no roster, and is forgotten like a visitor."""
    phones = [name for kind, _, name in (address.partition(":") for address in subject.addresses) if kind == "phone"]
    if phones:
        db.execute(delete(JoinRequest).where(JoinRequest.phone.in_(phones)))


def _subject(contacts: Sequence[Contact], named: Iterable[tuple[str, str]]) -> ErasureSubject:
    known = [(alias.kind, alias.value) for contact in contacts for alias in contact.aliases]
    forms = [
        (kind, form) for kind, name in known for form in (variants(name) if kind == ContactAlias.PHONE else (name,))
    ]
    addresses = dict.fromkeys(f"{kind}:{name}" for kind, name in (*named, *forms))
    return ErasureSubject(tuple(sorted(contact.id for contact in contacts)), tuple(addresses))


def _stored_messages(db: Session, subject: ErasureSubject) -> ErasureSubject:
    """The person with the addresses that their contacts have by now; the contacts are locked against turns."""
    mine = select(Contact).where(Contact.id.in_(subject.contacts)).order_by(Contact.id)
    contacts = list(db.scalars(mine.with_for_update().execution_options(populate_existing=True)))
    named = [(kind, name) for kind, _, name in (address.partition(":") for address in subject.addresses)]
    for contact in contacts:
        db.refresh(contact, ["aliases"])
    return _subject(contacts, named)


def _names_of(db: Session, subject: ErasureSubject) -> list[int]:
    """The events whose exports may name them: where they are registered, or have registered somebody."""
    theirs = or_(Registration.holder_id.in_(subject.contacts), Registration.asked_by_id.in_(subject.contacts))
    return list(db.scalars(select(Registration.event_id).where(theirs).distinct()))


def _revoke(db: Session, registrations: Sequence[Registration], now: datetime) -> tuple[list[str], list[int]]:
    """Codes of the passes that were revoked, and the ids of all."""
    ids = [registration.id for registration in registrations]
    all_of_them = select(Pass).where(Pass.registration_id.in_(ids)).order_by(Pass.id)
    for event_id in sorted({registration.event_id for registration in registrations}):
        held = (pass_days.days_of_pass(pass_) for pass_ in db.scalars(all_of_them) if pass_.event_id == event_id)
        places.lock_days(db, event_id, *{day for days in held for day in days})
    db.execute(all_of_them.with_for_update())  # one that is just being reissued is seen with what follows it
    found = list(db.scalars(all_of_them.execution_options(populate_existing=True)))
    valid = [pass_ for pass_ in found if pass_.status == Pass.VALID]
    for pass_ in valid:
        pass_rows.end_pass(db, pass_, Pass.REVOKED)
        if not pass_rules.is_used(db, pass_.id):
            places.give_back(db, pass_.event_id, pass_days.days_of_pass(pass_), pass_.party_size)
    return [pass_.code for pass_ in valid], [pass_.id for pass_ in found]


def _forget_messages(
    db: Session, subject: ErasureSubject, issued: Sequence[int], now: datetime, *, with_passes: bool = False
) -> int:
    """Empty the deliveries to them, and note their deletion at Twilio; how many."""
    passes_too = Delivery.pass_id.in_(issued if with_passes else ())
    theirs = or_(Delivery.lane.in_(subject.delivery_addresses), Delivery.contact_id.in_(subject.contacts), passes_too)
    ids = list(db.scalars(select(Delivery.id).where(theirs)))
    turns = TurnRecord.address.in_(subject.addresses)
    said = InboundMessage.message_sid.in_(select(TurnRecord.message_sid).where(turns))
    sids = [
        *db.scalars(select(Delivery.message_sid).where(Delivery.id.in_(ids))),
        *db.scalars(select(DeliveryEvent.message_sid).where(DeliveryEvent.delivery_id.in_(ids))),
        *db.scalars(select(TurnRecord.message_sid).where(turns)),
    ]
    enqueue_at_twilio(db, [(sid, "") for sid in sids if sid and sid[:2] in ("SM", "MM")], now)
    _set(db, DeliveryEvent, DeliveryEvent.delivery_id.in_(ids), message_sid=None)
    _set(db, Delivery, Delivery.id.in_(ids), lane=ERASED, payload={}, contact_id=None, message_sid=None)
    waiting = or_(Delivery.id.in_(ids), Delivery.pass_id.in_(issued))
    _set(
        db,
        Delivery,
        waiting & (Delivery.status == Delivery.OWED),
        status=Delivery.CANCELED,
        reason=ERASED,
        lease_token=None,
    )
    _set(db, InboundMessage, said, message={})
    _set(db, TurnRecord, turns, answer=EMPTY_TURN, state={}, address=None)
    return len(ids)


def _forget_answers(
    db: Session, subject: ErasureSubject, registrations: Sequence[Registration], issued: Sequence[int]
) -> None:
    """Empty the registrations; those that they asked for others go on as the others' own."""
    for registration in registrations:
        registration.full_name, registration.answers, registration.asked_by_id = "", {}, registration.holder_id
    db.flush()
    name_index.remove(db, [registration.id for registration in registrations])
    db.execute(
        delete(ImportedRow).where(ImportedRow.registration_id.in_([registration.id for registration in registrations]))
    )
    _set(db, Registration, Registration.asked_by_id.in_(subject.contacts), asked_by_id=Registration.holder_id)
    _set(db, Checkin, Checkin.pass_id.in_(issued) & Checkin.reason.is_not(None), reason=ERASED_TEXT)


def _replace(db: Session, subject: ErasureSubject, now: datetime) -> None:
    """Let a contact without any address stand in the place of each, and remove them."""
    phone_owners.forget(db, subject.contacts)
    for old in subject.contacts:
        nobody = added(db, Contact(created_at=now))
        for column in people.REFERENCES:
            if column is not ContactAlias.contact_id:
                _set(db, column.class_, column == old, **{column.key: nobody.id})
        db.execute(delete(ContactAlias).where(ContactAlias.contact_id == old))
        db.execute(delete(Contact).where(Contact.id == old))
    db.expire_all()


def enqueue_at_twilio(db: Session, what: Iterable[tuple[str, str]], now: datetime) -> None:
    """Note that these are to be deleted at Twilio, once each: a medium of a message, or with an empty one the whole."""
    wanted = {"attempts": 0, "not_before": now, "created_at": now}
    if rows := [{"message_sid": message, "media_sid": medium, **wanted} for message, medium in dict.fromkeys(what)]:
        db.execute(insert(db, MediaDeletion).on_conflict_do_nothing(), rows)


def _enqueue_erasure(db: Session, subject: ErasureSubject, names: Sequence[str], now: datetime) -> int:
    return added(
        db, Erasure(addresses=list(subject.addresses), names=list(dict.fromkeys(names)), not_before=now, created_at=now)
    ).id


def _set(db: Session, table: Any, condition: ColumnElement[bool], **values: object) -> None:
    db.execute(update(table).where(condition).values(**values).execution_options(synchronize_session=False))
