"""Messages to people on a roster, each in their own language; none to those who wrote `stop`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.address import on_whatsapp
from bot.delivery.outbox.enqueue import REPLIES, enqueue
from bot.domain.models import Contact, ContactAlias, Event, Staff
from flows.shapes import Sentence
from flows.text import render

STAFF_MESSAGE_TTL = timedelta(hours=1)
"""What is told late of a gate misleads."""


@dataclass(frozen=True, slots=True)
class StaffMessage:
    """Somebody to whom a message is owed."""

    staff_id: int
    gate_id: int | None
    delivery_id: int


def notify_staff(
    db: Session,
    event_id: int,
    sentence: Sentence,
    *,
    key: str,
    now: datetime,
    gates: Collection[int] | None = None,
    roles: Collection[str] = ("volunteer", "supervisor", "admin"),
    except_staff: int | None = None,
    only: Collection[int] | None = None,
    notice: tuple[str, Mapping[str, Sentence]] | None = None,
    sender_of: Callable[[str], str | None] = lambda lane: None,
    ttl: timedelta = STAFF_MESSAGE_TTL,
) -> list[StaffMessage]:
    """Enqueue the sentence for everybody enabled on the roster, as urgently as an answer; once for each `key`.

    `gates`: only to who works at one of these, or at none in particular. `except_staff`: not to this volunteer; `only`:
    to nobody but these. `notice` is by which approved template it may leave outside somebody's window, and what
    stands in its places. `sender_of` gives for an address the sender that writes to it; None: the first.
    `ttl`: for how long it may wait.
    """
    told = []
    for staff, language in _recipients(db, event_id, gates, roles, except_staff):
        if only is not None and staff.id not in only:
            continue
        lane = on_whatsapp(staff.phone)
        row = enqueue(
            db,
            kind="text",
            address=lane,
            payload={"body": render(sentence, language), **_by_template(notice, language)},
            priority=REPLIES,
            now=now,
            key=f"{key}:{staff.id}",
            sender=sender_of(lane),
            ttl=ttl,
        )
        told.append(StaffMessage(staff.id, staff.gate_id, row))
    return told


def _by_template(notice: tuple[str, Mapping[str, Sentence]] | None, language: str) -> dict[str, object]:
    if notice is None:
        return {}
    purpose, values = notice
    said = {name: render(value, language) for name, value in values.items()}
    return {"language": language, "notice": {"purpose": purpose, "values": said}}


def _recipients(
    db: Session, event_id: int, gates: Collection[int] | None, roles: Collection[str], except_staff: int | None
) -> list[tuple[Staff, str]]:
    """The people to tell, each with the language: their own, else the event's first."""
    phone = and_(ContactAlias.kind == "phone", ContactAlias.value == Staff.phone)
    wanted = (
        select(Staff, Contact, Event.languages)
        .join(Event, Event.id == Staff.event_id)
        .outerjoin(ContactAlias, phone)
        .outerjoin(Contact, Contact.id == ContactAlias.contact_id)
        .where(Staff.event_id == event_id, Staff.enabled, Staff.unconfirmed_since.is_(None), Staff.role.in_(roles))
        .where(Contact.stopped_at.is_(None))
        .order_by(Staff.id)
    )
    if gates is not None:
        wanted = wanted.where(or_(Staff.gate_id.is_(None), Staff.gate_id.in_(gates)))
    if except_staff is not None:
        wanted = wanted.where(Staff.id != except_staff)
    rows = db.execute(wanted).all()
    return [
        (staff, (contact.language if contact else None) or next(iter(languages), "en"))
        for staff, contact, languages in rows
    ]
