"""Walk-ups in the sandbox."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flows.gate import answers as gate_answers
from flows.gate import walkup
from flows.shapes import EventDay, scans
from flows.shapes.scans import Admission, Scan, SeenPass
from flows.shapes.walkup_effects import LookForPass, RegisterWalkup
from flows.text import event_states

if TYPE_CHECKING:
    from flows.sandbox.world import World


def look(world: "World", effect: LookForPass) -> None:
    """Refuse a phone that holds a pass for today."""
    held = world.held.get((effect.phone, effect.kind))
    if held:
        raise world.refusal("already_registered", code=held, day=_today(world, effect.event).day)


def register(world: "World", effect: RegisterWalkup) -> dict[str, Any]:
    """Make the pass, and let them in where that is asked."""
    if effect.phone and not effect.anyway:
        look(world, LookForPass(effect.event, effect.kind, effect.phone))
    day = _today(world, effect.event)
    if day.left is not None and day.left < effect.party_size and not effect.overbook:
        raise world.refusal("today_full", left=day.left)
    left = None if day.left is None else max(day.left - effect.party_size, 0)
    world.places[effect.event][day.day] = replace(day, left=left)
    code = world.new_code()
    if effect.phone:
        world.held[effect.phone, effect.kind] = code
    labels = next(kind.labels for kind in world.kinds if kind.slug == effect.kind)
    seen = SeenPass(code, effect.full_name, effect.party_size, (day.day,), effect.kind, labels)
    sent = walkup.SENT["whatsapp" if effect.phone else ""]
    return {"code": code, "sent": sent, "told": _admitted(world, effect, seen) if effect.admit else ()}


def _admitted(world: "World", effect: RegisterWalkup, seen: SeenPass) -> tuple[Any, ...]:
    scan = Scan(seen.code, "SM", effect.event, "whatsapp", effect.gate, staff_id=effect.staff_id)
    result = scans.ENTRY_PAUSED if world.gate.stopped else scans.ADMITTED
    people = 0 if world.gate.stopped else seen.party_size
    return gate_answers.told(Admission(result, "SM", people, 0, seen), scan, world.now, effect.timezone)


def _today(world: "World", slug: str) -> EventDay:
    event = next(one for one in world.events if one.slug == slug)
    day = event_states.in_progress(event, world.days(event), world.now)
    if day is None:
        raise world.refusal("gates_not_open")
    return day
