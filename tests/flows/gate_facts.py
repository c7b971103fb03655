"""What a written conversation may say of a gate, as facts of its world."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flows.locale import CONFIRMED
from flows.shapes import Duty, PassKind
from flows.shapes.figures import EntryNotice, EventFigures, FigureShare, GateStats, SilentDevice
from flows.shapes.scans import SeenPass
from tests.flows.gate_world import Book, World
from tests.flows.worlds import on_duty


def duty(world: World, value: str) -> None:
    """`supervisor main`: on the roster of the demo event in this role, at this gate (`-`: none said); `-`: on none."""
    role, _, gate = value.partition(" ")
    languages = next((event.languages for event in world.events if event.slug == "demo"), CONFIRMED)
    at = None if gate in ("", "-") else gate
    world.duty = None if role == "-" else on_duty(role=role, gate=at, languages=languages)


def former_duty(world: World, value: str) -> None:
    """`cancelled` or `over`: on the roster of the demo event, which is that; the visitor's facts stay as they are."""
    event = next(event for event in world.events if event.slug == "demo")
    world.former_duty = replace(event, status="cancelled" if value == "cancelled" else "open")


def gates(world: World, value: str) -> None:
    """`main, north`: the gates that are open; `-`: the event has none."""
    names = {slug: slug.title() for slug in value.replace(",", " ").split() if slug != "-"}
    world.duty = replace(_duty(world), gates=tuple(names.items()), gate_names=names)


def closed_gates(world: World, value: str) -> None:
    """`main`: of the gates that there are these are closed; `-`: none."""
    names = _duty(world).gate_names
    opened = tuple((slug, name) for slug, name in names.items() if slug not in value.replace(",", " ").split())
    world.duty = replace(_duty(world), gates=opened)


def at_gate(world: World, value: str) -> None:
    """`7QK2-M9X5 demo 2026-01-15 4 Asha Rao | press`: a pass that can be scanned; a kind other than visitor."""
    text, _, kind = value.partition(" | ")
    code, event, day, party, name = text.split(None, 4)
    seen = SeenPass(code, name.strip(), int(party), (date.fromisoformat(day),), kind or "visitor", {"en": kind.title()})
    world.gate.books[code] = Book(seen, event)


def others(world: World, value: str) -> None:
    """`fair, expo`: other events for which they work."""
    world.duty = replace(_duty(world), others=tuple((slug, {"en": slug.title()}) for slug in value.split(", ")))


def work_for(world: World, value: str) -> None:
    """`fair | demo`: the event for which they work now, and others for which they could."""
    slug, _, rest = value.partition(" | ")
    names = {event.slug: event.name for event in world.events}
    more = tuple((other, names[other]) for other in rest.replace(",", " ").split())
    world.duty = replace(_duty(world), event=slug, event_name=names[slug], others=more)


def status(world: World, value: str) -> None:
    """`demo cancelled`: the event is that from now on."""
    slug, now = value.split()
    world.events = tuple(replace(one, status=now) if one.slug == slug else one for one in world.events)


def figures(world: World, value: str) -> None:
    """`1200 60 800`: admitted today, lately, inside now (`-`: not known); with refusals, gates and a stop."""
    admitted, lately, inside = value.split()
    gates = FigureShare("main", "Main", 700, 4), FigureShare("north", "North", 500, 1)
    refused = {"already_admitted": 3, "wrong_day": 2}
    notice = EntryNotice(True, world.now - timedelta(minutes=5), ("Main",), ("North",))
    there = None if inside == "-" else int(inside)
    counted = (int(admitted), int(lately), 0, 5, 2, there, False, 0)
    staff, scanners = (FigureShare("Ravi", "Ravi", 90, 1),), (FigureShare("Phone 7", "Phone 7", 610, 3),)
    minutes = {"Mira": ("main", 12), "Phone 9": (None, 60)}
    silent = [SilentDevice(name, gate, world.now - timedelta(minutes=ago)) for name, (gate, ago) in minutes.items()]
    day = EventFigures(date(2026, 1, 15), *counted, refused, silent, gates, staff, scanners)
    world.figures = GateStats(day, notice)


def guessing(world: World, value: str) -> None:
    """`2026-01-15T10:10+05:30`: paused for guessing until then."""
    world.duty = replace(_duty(world), paused_until=datetime.fromisoformat(value))


def guesses(world: World, value: str) -> None:
    """`29`: so many unknown codes were tried."""
    world.gate.guesses = int(value)


def kinds(world: World, value: str) -> None:
    """`school 60, press 5`: further kinds of pass with their largest parties."""
    for one in value.split(", "):
        slug, most = one.split()
        world.kinds = (*world.kinds, PassKind(slug, {"en": slug.title()}, int(most)))


def held(world: World, value: str) -> None:
    """`+919876543210 7QK2-M9X5`: a visitor's pass for today that this phone holds."""
    phone, code = value.split()
    world.held[phone, "visitor"] = code


def entry(world: World, value: str) -> None:
    """`stopped`: nobody may be let in now."""
    world.gate.stopped = value == "stopped"


def _duty(world: World) -> Duty:
    assert world.duty is not None, "nobody is on duty"
    return world.duty


def codes(world: World, value: str) -> None:
    world.codes_need_whatsapp = value == "whatsapp"


FACTS: Mapping[str, Callable[[Any, str], None]] = {
    "duty": duty,
    "former duty": former_duty,
    "codes": codes,
    "gates": gates,
    "closed gates": closed_gates,
    "at gate": at_gate,
    "other events": others,
    "work for": work_for,
    "status": status,
    "figures": figures,
    "paused": guessing,
    "guesses": guesses,
    "kinds": kinds,
    "held": held,
    "entry": entry,
}
