"""What a visitor says never comes to the gate's code: whatever breaks there, visitors are answered."""

import pytest

from flows import engine
from flows.engine import gate_messages
from flows.shapes import Say, State, UserInput
from tests.flows.worlds import world


class Reached(Exception):
    """The gate's code was asked."""


@pytest.fixture(autouse=True)
def broken_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    def reached(*_: object) -> None:
        raise Reached

    for name in ("handle", "finish_turn", "without_staff_flows", "is_gate_work", "off_duty_answer"):
        monkeypatch.setattr(gate_messages, name, reached)


def test_a_visitor_is_answered() -> None:
    state, here = State(), world()
    for text in ("hi", "1", "7QK2-M9X5", "stop", "hi", "help"):
        turn = engine.step(state, UserInput(text), here)
        assert any(isinstance(effect, Say) for effect in turn.effects)
        state = turn.state
    assert engine.step_late(state, here).effects


def test_who_stands_on_a_roster_is_not_answered_without_it() -> None:
    here = world()
    here.former_duty = here.events[0]
    with pytest.raises(Reached):
        engine.step(State(), UserInput("hi"), here)
