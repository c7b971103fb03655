"""Stops and resumes entry, and tells the volunteers: for chat, pages and the command line."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery.campaigns import staff_messages
from bot.domain import events
from bot.domain.models import Event, Gate
from bot.domain.roster import entry_notices, gates
from flows.shapes import Sentence
from flows.text import _, words
from flows.text.literal import escape


def set_entry_stopped(
    db: Session,
    slug: str,
    gate: str | None,
    *,
    stopped: bool,
    key: str,
    now: datetime,
    staff_id: int | None = None,
    actor: str = "",
    sender_of: Callable[[str], str | None] = lambda lane: None,
) -> list[int]:
    """Stop entry at a gate (slug or name) or at all of them, or let it go on; the deliveries to enqueue.

    Every enabled volunteer there is told, but `staff_id`, who does it; once for each `key`. `actor` names
    who does it from outside the roster. Raises Refused `no_such_event`, `no_such_gate`; `gate_closed` where entry would
    go on at a gate that is closed.
    """
    event = events.by_slug(db, slug)
    if stopped:
        gates.pause_entry(db, event.id, gate, now)
    else:
        gates.resume_entry(db, event.id, gate)
    concerned = [gates.find(db, event.id, gate)] if gate else _gates(db, event)
    where = words(escape(concerned[0].name)) if gate else _("all gates")
    ids = [gate_row.id for gate_row in concerned]
    told = staff_messages.notify_staff(
        db,
        event.id,
        _sentence(stopped, where),
        key=key,
        now=now,
        gates=ids if gate else None,
        except_staff=staff_id,
        sender_of=sender_of,
    )
    entry_notices.record_notice(
        db,
        event.id,
        stopped=stopped,
        gates=ids,
        messages=[(message.staff_id, message.gate_id, message.delivery_id) for message in told],
        now=now,
        staff_id=staff_id,
        actor=actor,
    )
    return [message.delivery_id for message in told]


def _gates(db: Session, event: Event) -> list[Gate]:
    return list(db.scalars(select(Gate).where(Gate.event_id == event.id, Gate.closed.is_(False)).order_by(Gate.id)))


def _sentence(stopped: bool, where: Sentence) -> Sentence:
    if stopped:
        return _("⛔ Entry is stopped: {where}. Do not admit anyone until you hear from us.", where=where)
    return _("✅ Entry has resumed: {where}. You can admit people again.", where=where)
