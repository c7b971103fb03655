"""Export rows of messages and of the audit log."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from bot.database import Database
from bot.domain.exports.pages import Columns, ExportScope, pages
from bot.domain.models import AuditEntry, Broadcast, Delivery, Pass
from flows.understanding.codes import shown


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A message, and the code of the pass that it is about."""

    delivery: Delivery
    code: str | None


def delivery_rows(scope: ExportScope) -> Select[Delivery]:
    """The deliveries that are meant: those of the event's passes and its broadcasts'. Answers and one-time codes are of
    no event.
    """
    passes = select(Pass.id).where(Pass.event_id == scope.event.id)
    to_many = select(Broadcast.id).where(Broadcast.event_id == scope.event.id)
    of_it = or_(Delivery.pass_id.in_(passes), Delivery.broadcast_id.in_(to_many))
    return select(Delivery).where(of_it, *scope.within(Delivery.created_at))


def deliveries(database: Database, scope: ExportScope) -> Iterator[DeliveryRow]:
    """Each message."""
    for db, found in pages(database, delivery_rows(scope), Delivery.id):
        ids = {delivery.pass_id for delivery in found}
        codes = {row.id: row.code for row in db.execute(select(Pass.id, Pass.code).where(Pass.id.in_(ids)))}
        yield from (DeliveryRow(delivery, codes.get(delivery.pass_id or 0)) for delivery in found)


def delivery_columns(scope: ExportScope) -> Columns[DeliveryRow]:
    """The status of each delivery; of the address only its end, so that people can be told apart."""
    return {
        "id": lambda delivery: delivery.delivery.id,
        "kind": lambda delivery: delivery.delivery.kind,
        "broadcast": lambda delivery: delivery.delivery.broadcast_id,
        "code": lambda delivery: delivery.code and shown(delivery.code),
        "to": lambda delivery: f"…{delivery.delivery.lane[-4:]}",
        "status": lambda delivery: delivery.delivery.status,
        "reason": lambda delivery: delivery.delivery.reason,
        "error_code": lambda delivery: delivery.delivery.error_code,
        "attempts": lambda delivery: delivery.delivery.attempts,
        "owed_at": lambda delivery: scope.local(delivery.delivery.created_at),
        "sent_at": lambda delivery: scope.local(delivery.delivery.sent_at),
        "message_sid": lambda delivery: delivery.delivery.message_sid,
    }


def audit(database: Database, scope: ExportScope) -> Iterator[AuditEntry]:
    """Each act."""
    whole = scope.rows(AuditEntry.at).options(joinedload(AuditEntry.staff))
    for _, found in pages(database, whole, AuditEntry.id):
        yield from found


def audit_columns(scope: ExportScope) -> Columns[AuditEntry]:
    """Actor, act, time, and what it was about."""
    return {
        "id": lambda entry: entry.id,
        "at": lambda entry: scope.local(entry.at),
        "who": lambda entry: entry.staff.name if entry.staff else entry.actor,
        "what": lambda entry: entry.what,
        "about": lambda entry: json.dumps(entry.about, ensure_ascii=False, sort_keys=True),
    }
