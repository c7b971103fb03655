"""The state of a conversation survives its keeping, and what cannot be read is given up gently."""

import json
from typing import Any

import pytest

from flows.engine.state_codec import revive, to_json
from flows.shapes import State

STATE = State("registration", 1, {"language": "hi", "party_size": 3}, "visit_date", 2, "hi", under={"flow": "menu"})


def test_a_state_survives_json() -> None:
    assert revive(json.loads(json.dumps(to_json(STATE)))) == (STATE, False)


def test_nothing_kept_is_a_new_conversation() -> None:
    assert revive(None) == (State(), False)


def test_a_new_state_is_small() -> None:
    assert len(json.dumps(to_json(State()))) < 200


@pytest.mark.parametrize(
    "changes",
    [
        {"flow": "gone"},
        {"flow": None},
        {"answers": []},
        {"answers": None},
        {"version": "1"},
        {"asked": 3},
        {"tries": "many"},
        {"stopped": None},
    ],
)
def test_what_cannot_be_read_is_given_up_but_not_the_language(changes: dict[str, Any]) -> None:
    assert revive({**to_json(STATE), **changes}) == (State(language="hi"), True)


def test_the_wish_to_be_left_alone_outlives_everything() -> None:
    state, restarted = revive({"flow": "gone", "stopped": True, "language": "xx"})
    assert (state.stopped, state.language, restarted) == (True, None, True)


@pytest.mark.parametrize("kept", [[], "state", 3, {}, {"flow": "registration"}])
def test_anything_else(kept: Any) -> None:
    assert revive(kept) == (State(), True)


def test_what_lies_below_and_cannot_be_read_is_left_out() -> None:
    assert revive({**to_json(STATE), "under": "menu"}) == (STATE.but(under=None), False)
