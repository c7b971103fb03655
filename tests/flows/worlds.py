"""Worlds to talk about, and a way to talk: shared by the tests of the machine."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flows import engine
from flows.sandbox import world as sandbox_world
from flows.shapes import Duty, PassFacts, Person, Turn, UserInput
from tests.flows.gate_world import World

NOW = datetime.fromisoformat("2026-01-15T10:00+05:30")
"""A Thursday; the demo event is from this day to 23 January."""
CODES = ("7QK2-M9X5", "B3D7-K2MM")


def world(**changes: Any) -> World:
    """A world with the demo event only, and somebody in it who is new."""
    made = World(NOW)
    made.add(sandbox_world.demo(NOW))
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def with_passes(*days: str, **changes: Any) -> World:
    """A world with somebody known who holds a pass of three people for each of these days."""
    passes = tuple(
        PassFacts("demo", date.fromisoformat(day), 3, "Asha Rao", code, own=True)
        for code, day in zip(CODES, days, strict=False)
    )
    return world(person=Person(known=True, language="en"), passes=passes, **changes)


def on_duty(**changes: Any) -> Duty:
    """A volunteer of the demo event, which has two gates; they have not said at which they are."""
    gates = {"main": "Main", "north": "North"}
    values: dict[str, Any] = {"gates": tuple(gates.items()), "gate_names": gates, **changes}
    name = {"en": "Demo Book Fair", "hi": "डेमो पुस्तक मेला"}
    return Duty(
        **{
            "staff_id": 7,
            "name": "Ravi",
            "role": "volunteer",
            "event": "demo",
            "event_name": name,
            "timezone": "Asia/Kolkata",
            "languages": ("en", "hi"),
            **values,
        }
    )


class Talk:
    """A conversation in a world: each line is one message, the state goes through JSON in between."""

    def __init__(self, world: World, kept: Mapping[str, Any] | None = None) -> None:
        self.world = world
        self.kept = kept
        self.turn: Turn = Turn(engine.revive(kept)[0], ())
        self.results: dict[str, Any] = {}

    def say(self, *messages: str | UserInput) -> Turn:
        """Say these one after the other: the last turn."""
        for message in messages:
            said = message if isinstance(message, UserInput) else UserInput(message)
            self.turn, self.results = sandbox_world.send(self.world, self.kept, said)
            self.kept = json.loads(json.dumps(engine.to_json(self.turn.state)))
        return self.turn

    @property
    def asked(self) -> str:
        """The step that stands open."""
        return self.turn.state.asked if self.turn.state.flow else ""
