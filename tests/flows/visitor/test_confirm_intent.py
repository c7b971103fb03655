"""What is asked about where words may mean something hard to take back."""

from typing import Any

import pytest

from flows.engine.state_codec import to_json
from flows.shapes import Say, State, StopMessages
from flows.text.translate import format_value
from flows.understanding.intents import IRREVERSIBLE
from tests.flows.turns import done, tap
from tests.flows.worlds import Talk, on_duty, with_passes, world


@pytest.mark.parametrize("wish", [*IRREVERSIBLE, "dance", None, 3])
def test_whatever_an_older_program_kept_is_answered(wish: Any) -> None:
    kept = to_json(State("unsure", 1, {"wish": wish}, "meant"))
    talk = Talk(world(), kept)
    assert talk.say("no").effects
    assert not talk.turn.state.flow


def test_nobody_is_asked_about_a_pass_that_they_do_not_have() -> None:
    assert Talk(with_passes()).say("cancle my pass").state.flow == "menu"
    assert Talk(with_passes("2026-01-16")).say("cancle my pass").state.flow == "unsure"


def test_who_has_not_chosen_a_language_reads_the_choices_in_each() -> None:
    talk = Talk(world())
    talk.say("stopp")
    asked = talk.turn.effects[0]
    assert isinstance(asked, Say)
    assert [format_value(option.title, "en") for option in asked.options] == [
        "Stop messages / संदेश बंद करें",
        "Continue / आगे बढ़ें",
    ]
    assert talk.say("आगे बढ़ें").state.flow == ""


def test_a_tap_on_the_question_below_answers_it() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha", "can I stop?", tap("2026-01-16", "visit_date"))
    assert talk.asked == "party_size"
    assert talk.turn.state.answers["visit_date"] == "2026-01-16"


def test_a_stop_ends_what_was_going_on() -> None:
    talk = Talk(world())
    talk.say("hi", "1", "Asha", "can I stop?", "stop messages")
    assert done(talk.turn) == [StopMessages]
    assert talk.turn.state.stopped
    assert talk.turn.state.under is None


def test_who_works_at_a_gate_is_not_asked_by_a_visitor_s_question() -> None:
    talk = Talk(world(duty=on_duty(gate="main")))
    assert talk.say("can I stop?").state.flow == ""
    assert talk.say("new", "can I stop?").state.flow == "walk_up"
