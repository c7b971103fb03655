"""Closes and opens a gate, and tells its volunteers: for pages and the command line."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from bot.delivery.campaigns import staff_messages
from bot.domain.models import Gate
from bot.domain.roster import gates
from flows.shapes import Sentence
from flows.text import _, lines
from flows.text.literal import escape


def set_gate_closed(
    db: Session,
    slug: str,
    gate: str,
    *,
    closed: bool,
    key: str,
    now: datetime,
    staff_id: int | None = None,
    sender_of: Callable[[str], str | None] = lambda lane: None,
) -> tuple[Gate, list[int]]:
    """Let nobody in at a gate (slug or name), or people again; the gate, and the deliveries to enqueue.

    Every enabled volunteer there is told, but `staff_id`, who does it, and once for each `key`: whoever worked at a
    gate that is closed is asked for another. Raises Refused `no_such_event`, `no_such_gate`.
    """
    before = gates.find_open(db, slug, gate).closed
    found = gates.close(db, slug, gate, closed=closed)
    if before == closed:
        return found, []
    told = staff_messages.notify_staff(
        db,
        found.event_id,
        _opened(found) if not closed else _closed(found, others=gates.is_any_open(db, found.event_id)),
        key=key,
        now=now,
        gates=[found.id],
        except_staff=staff_id,
        sender_of=sender_of,
    )
    return found, [message.delivery_id for message in told]


def _closed(gate: Gate, *, others: bool) -> Sentence:
    shut = _("⛔ {gate} is now closed. Do not admit anyone there.", gate=escape(gate.name))
    return lines(shut, _("If you work there, send *gate* and choose where you are now.")) if others else shut


def _opened(gate: Gate) -> Sentence:
    if gate.paused_at is not None:
        return _("{gate} is open again, but entry is stopped there. Do not admit anyone yet.", gate=escape(gate.name))
    return _("✅ {gate} is open again. You can admit people there.", gate=escape(gate.name))
