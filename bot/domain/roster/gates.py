"""Gates: add, close, open; pause and resume entry at one of them or at all."""

from collections.abc import Collection
from datetime import datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import events, violations
from bot.domain.events.rows import get_event
from bot.domain.models import Event, Gate
from bot.domain.roster import validation as roster_validation
from bot.errors import Refused


def add(db: Session, slug: str, name: str) -> Gate:
    """A new gate, open; paused where entry to the whole event is.

    Raises Refused `no_such_event`, `bad_name`, `bad_gate_name`, `gate_taken` (`gate`).
    """
    event = get_event(db, slug, lock=True)
    named = roster_validation.name(name)
    there = _gates_of(db, event.id)
    same = next((gate for gate in there if gate.name.lower() == named.lower()), None)
    if same is not None:
        raise Refused("gate_taken", gate=same.slug)
    own = _slug(named, {gate.slug for gate in there})
    gate = Gate(event_id=event.id, slug=own, name=named, closed=False, paused_at=event.entry_paused_at)
    return violations.add(db, gate, "uq_gates_event_id_slug", Refused("gate_taken", gate=own))


def list_gates(db: Session, slug: str) -> list[Gate]:
    """The gates of an event in the order in which they were added. Raises Refused `no_such_event`."""
    event = events.by_slug(db, slug)
    return list(db.scalars(select(Gate).where(Gate.event_id == event.id).order_by(Gate.id)))


def find(db: Session, event_id: int, typed: str) -> Gate:
    """The gate of this slug or name, in any case.

    Raises Refused `no_such_gate` (`gate`; `there`: the slugs that there are, where there is any).
    """
    wanted = " ".join(typed.split()).lower()
    mine = select(Gate).where(Gate.event_id == event_id)
    # Not a condition of the query: SQLite's lower() knows ASCII only.
    gates = db.scalars(mine.order_by(Gate.id)).all()
    found = next((gate for gate in gates if wanted in (gate.slug, gate.name.lower())), None)
    if found is None:
        there = ", ".join(gate.slug for gate in gates)
        raise Refused("no_such_gate", gate=typed, **({"there": there} if there else {}))
    return found


def find_open(db: Session, slug: str, typed: str) -> Gate:
    """The gate of an event by its slug or name. Raises Refused `no_such_event`, `no_such_gate`."""
    return find(db, events.by_slug(db, slug).id, typed)


def is_any_open(db: Session, event_id: int) -> bool:
    """Whether people are let in at any gate of the event."""
    return any(not gate.closed for gate in _gates_of(db, event_id))


def clear_chosen_gate(db: Session, event_id: int) -> Gate | None:
    """Where who has no gate of their own works: at the event's only open gate; where every gate is closed, at one of
    those, so that nobody is let in. None where they must say at which, or the event has none.
    """
    every = _gates_of(db, event_id)
    opened = [gate for gate in every if not gate.closed]
    if len(opened) > 1 or not every:
        return None
    return opened[0] if opened else every[0]


def close(db: Session, slug: str, typed: str, *, closed: bool = True) -> Gate:
    """Let nobody in at this gate, or people again. Raises Refused `no_such_event`, `no_such_gate`."""
    gate = find(db, get_event(db, slug, lock=True).id, typed)
    gate.closed = closed
    db.flush()
    return gate


def pause_entry(db: Session, event_id: int, typed: str | None, now: datetime) -> list[Gate]:
    """Stop entry at a gate, or at all of them; the gates where it was not stopped before.

    Raises Refused `no_such_gate`.
    """
    return _set_paused(db, event_id, typed, now)


def resume_entry(db: Session, event_id: int, typed: str | None) -> list[Gate]:
    """Allow entry again at a gate, or at all of them; the gates where it was stopped. One that is closed stays closed.

    Raises Refused `no_such_gate`, `gate_closed` (`gate`) of a gate that is named.
    """
    if typed and (gate := find(db, event_id, typed)).closed:
        raise Refused("gate_closed", gate=gate.name)
    return _set_paused(db, event_id, typed, None)


def _set_paused(db: Session, event_id: int, typed: str | None, since: datetime | None) -> list[Gate]:
    event = db.scalars(select(Event).where(Event.id == event_id).with_for_update(key_share=True)).one()
    if typed is None:
        event.entry_paused_at = since
    concerned = [find(db, event_id, typed)] if typed else _gates_of(db, event_id)
    changed = [gate for gate in concerned if (gate.paused_at is None) != (since is None)]
    for gate in changed:
        gate.paused_at = since
    db.flush()
    return changed


def _gates_of(db: Session, event_id: int) -> list[Gate]:
    return list(db.scalars(select(Gate).where(Gate.event_id == event_id).order_by(Gate.id)))


def _slug(name: str, taken: Collection[str]) -> str:
    """The gate's slug (docs/contract.md#the-command-line); `gate-2` or so for a name without a Latin letter or digit.

    Raises Refused `bad_gate_name` for a name without any letter or digit, `bad_name`.
    """
    slug = events.gate_slug(name)
    if not slug and any(character.isalnum() for character in name):
        slug = next(free for number in count(len(taken) + 1) if (free := f"gate-{number}") not in taken)
    if not slug:
        raise Refused("bad_gate_name")
    if len(slug) > roster_validation.MAX_SLUG_LENGTH:
        raise Refused("bad_name")
    return slug
