"""Export rows of messages and of the audit log."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from bot.database import Database
from bot.domain.exports.pages import Columns, Wanted, pages
from bot.domain.models import AuditEntry, Broadcast, Delivery, Pass
from flows.understanding.codes import shown


@dataclass(frozen=True, slots=True)
class Sent:
    """A message, and the code of the pass that it is about."""

    delivery: Delivery
    code: str | None


def of_event(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which deliveries are meant: those of the event's passes and its broadcasts'. Answers and one-time codes are of
    no event.
    """
    passes = select(Pass.id).where(Pass.event_id == wanted.event.id)
    to_many = select(Broadcast.id).where(Broadcast.event_id == wanted.event.id)
    of_it = or_(Delivery.pass_id.in_(passes), Delivery.broadcast_id.in_(to_many))
    return [of_it, *wanted.within(Delivery.created_at)]


def deliveries(database: Database, wanted: Wanted) -> Iterator[Sent]:
    """Each message."""
    for db, found in pages(database, select(Delivery).where(*of_event(wanted)), Delivery.id):
        ids = {one.pass_id for one in found}
        codes = {row.id: row.code for row in db.execute(select(Pass.id, Pass.code).where(Pass.id.in_(ids)))}
        yield from (Sent(one, codes.get(one.pass_id or 0)) for one in found)


def delivery_columns(wanted: Wanted) -> Columns[Sent]:
    """The status of each delivery; of the address only its end, so that people can be told apart."""
    return {
        "id": lambda one: one.delivery.id,
        "kind": lambda one: one.delivery.kind,
        "broadcast": lambda one: one.delivery.broadcast_id,
        "code": lambda one: one.code and shown(one.code),
        "to": lambda one: f"…{one.delivery.lane[-4:]}",
        "status": lambda one: one.delivery.status,
        "reason": lambda one: one.delivery.reason,
        "error_code": lambda one: one.delivery.error_code,
        "attempts": lambda one: one.delivery.attempts,
        "owed_at": lambda one: wanted.local(one.delivery.created_at),
        "sent_at": lambda one: wanted.local(one.delivery.sent_at),
        "message_sid": lambda one: one.delivery.message_sid,
    }


def acts(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which entries of the audit log are meant."""
    return [AuditEntry.event_id == wanted.event.id, *wanted.within(AuditEntry.at)]


def audit(database: Database, wanted: Wanted) -> Iterator[AuditEntry]:
    """Each act."""
    whole = select(AuditEntry).where(*acts(wanted)).options(joinedload(AuditEntry.staff))
    for _, found in pages(database, whole, AuditEntry.id):
        yield from found


def audit_columns(wanted: Wanted) -> Columns[AuditEntry]:
    """Actor, act, time, and what it was about."""
    return {
        "id": lambda one: one.id,
        "at": lambda one: wanted.local(one.at),
        "who": lambda one: one.staff.name if one.staff else one.actor,
        "what": lambda one: one.what,
        "about": lambda one: json.dumps(one.about, ensure_ascii=False, sort_keys=True),
    }
