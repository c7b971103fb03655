"""The questions of an event among those of the flow, and the summary of the answers."""

from dataclasses import replace

from flows.engine.catalogue import FLOWS
from flows.fields.steps import questions_of, steps_of, summary
from flows.sandbox.world import CITY
from flows.shapes import Question
from flows.text import render
from tests.flows.worlds import world

FLOW = FLOWS["registration"]


def test_an_events_questions_are_asked_before_the_last_step() -> None:
    names = [step.name for step in steps_of(FLOW, {"event": "demo"}, world())]
    assert names[-2:] == ["city", "agree"]


def test_they_are_not_asked_before_the_event_is_known_nor_by_other_flows() -> None:
    assert questions_of(FLOW, {}, world()) == ()
    assert questions_of(FLOW, {"event": "gone"}, world()) == ()
    assert questions_of(FLOWS["change"], {"event": "demo"}, world()) == ()


def test_a_question_that_is_called_like_a_step_is_left_out() -> None:
    made = world()
    clash = Question("full_name", "text", {"en": "Name?"})
    made.events = (replace(made.events[0], questions=(clash, CITY)),)
    assert questions_of(FLOW, {"event": "demo"}, made) == (CITY,)


def test_the_summary_names_every_answer_that_was_given() -> None:
    answers = {
        "language": "en",
        "event": "demo",
        "full_name": "Asha Rao",
        "visit_date": "2026-01-16",
        "party_size": 3,
        "city": "",
    }
    told = [render(line, "en") for line in summary(FLOW, answers, world())]
    assert len(told) == 3
    assert "Asha Rao" in told[0]
    assert "16 Jan" in told[1]
    assert "3" in told[2]
    assert len(summary(FLOW, {**answers, "city": "Delhi"}, world())) == 4


def test_the_summary_is_in_the_readers_language() -> None:
    answers = {"event": "demo", "visit_date": "2026-01-16"}
    (line,) = summary(FLOW, answers, world())
    assert "जनवरी" in render(line, "hi")
