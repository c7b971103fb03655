"""The terminal: a whole registration typed line by line, and the world in memory that it happens in."""

import io
from datetime import date

import pytest

from flows.sandbox import world as sandbox_world
from flows.sandbox.play import play, said_by
from flows.shapes import CancelPass, ChangePass, Effect, EventDay, KeepLanguage, Register, Say, SendPass, UserInput
from tests.flows.worlds import NOW, with_passes, world


def typed(*lines: str) -> str:
    out = io.StringIO()
    play(io.StringIO("\n".join(lines)), out, NOW)
    return out.getvalue()


def test_a_registration_in_the_terminal() -> None:
    told = typed("hi", "1", "Asha Rao", "1", "3", "Delhi", "yes")
    assert "Register" in told
    assert "Asha Rao" in told


def test_lines_for_the_world() -> None:
    told = typed("hi", "/tap en", "/image cat", "/state", "/forget", "hi", "/quit", "never")
    assert '"flow": "registration"' in told
    assert "never" not in told
    assert said_by("/tap yes") == UserInput("yes", choice="yes", form="choice")
    assert said_by("/image my cat") == UserInput("my cat", form="image")
    assert said_by("/what") == UserInput("/what")


REGISTER = Register("demo", "Asha", date(2026, 1, 16), 3, {}, "en", 1, "…")


def refused(made: sandbox_world.World, *effects: Effect) -> str:
    before = (made.passes, made.places, made.person)
    with pytest.raises(sandbox_world.SandboxRefused) as no:
        made.perform_all(effects)
    assert (made.passes, made.places, made.person) == before
    return no.value.code


def test_this_world_keeps_the_rules_that_a_conversation_meets() -> None:
    made = world()
    day = date(2026, 1, 16)
    made.places["demo"][day] = EventDay(day, 4, closed=False)
    results = made.perform_all((Say(()), REGISTER))
    assert made.passes[0].code == results["code"]
    assert made.places["demo"][day].left == 1
    assert refused(made, REGISTER) == "already_registered"
    other = Register("demo", "Ravi", date(2026, 1, 16), 2, {}, "en", 1, "…", phone="+919876543210")
    assert refused(made, SendPass(results["code"], "en"), other) == "too_few_left"
    made.perform_all((ChangePass(results["code"], "2026-01-17", 2, "en"),))
    assert made.places["demo"][day].left == 4
    assert refused(made, CancelPass(results["code"])) == "no_such_pass"
    made.perform_all((CancelPass(made.passes[0].code),))
    assert made.passes == ()
    made.places["demo"][day] = EventDay(day, 0, closed=False)
    assert refused(made, KeepLanguage("hi"), REGISTER) == "day_full"
    made.places["demo"][day] = EventDay(day, 0, closed=True)
    assert refused(made, REGISTER) == "day_closed"


def test_an_effect_that_nobody_performs_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        world().perform(Effect())


def test_a_turn_that_is_refused_again_and_again_is_a_bug() -> None:
    made = with_passes("2026-01-16", refusals=[("Say", "no_such_pass", {})] * 9)
    with pytest.raises(RuntimeError):
        sandbox_world.send(made, None, UserInput("my pass"))
