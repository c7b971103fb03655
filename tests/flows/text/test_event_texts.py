"""What an event says of itself: its welcome, its notice and its instructions, where people look."""

from dataclasses import replace
from typing import Any

import pytest

from flows.gate import walkup
from flows.shapes import Register, Say, Turn
from flows.text import render
from flows.visitor.consent import CONSENT, consent_of, read_out_text
from tests.flows.gate_facts import FACTS
from tests.flows.gate_world import World
from tests.flows.worlds import NOW, Talk, with_passes, world

TEXTS = {
    "welcome": {"en": "Entry is free."},
    "notice": {"en": "Gate 2 is closed.", "hi": "द्वार 2 बंद है।"},
    "instructions": {"en": "Bring water."},
}


def saying(made: World) -> World:
    made.events = tuple(replace(event, **TEXTS) for event in made.events)  # type: ignore[arg-type]  # of several types
    return made


def read(turn: Turn, language: str = "en") -> str:
    return "\n".join(
        render(paragraph, language)
        for effect in turn.effects
        if isinstance(effect, Say)
        for paragraph in effect.paragraphs
    )


@pytest.mark.parametrize(("language", "choice"), [("en", "1"), ("hi", "2")])
def test_a_newcomer_reads_the_welcome_and_the_notice(language: str, choice: str) -> None:
    talk = Talk(saying(world()))
    told = read(talk.say("hi"), language) + read(talk.say(choice), language)
    assert TEXTS["welcome"]["en"] in told
    assert TEXTS["notice"][language] in told


@pytest.mark.parametrize("words", ["hi", "my pass"])
def test_who_has_a_pass_reads_the_notice(words: str) -> None:
    assert TEXTS["notice"]["en"] in read(Talk(saying(with_passes(NOW.date().isoformat()))).say(words))


def test_instructions_come_with_the_pass() -> None:
    new = Talk(saying(world())).say("hi", "1", "Asha Rao", "1", "3", "Delhi", "yes")
    again = Talk(saying(with_passes(NOW.date().isoformat()))).say("my pass")
    for turn in (new, again):
        assert TEXTS["instructions"]["en"] in read(turn)


def test_instructions_come_with_a_walk_up() -> None:
    made = saying(world())
    FACTS["duty"](made, "volunteer main")
    answers = {"full_name": "Asha", "party_size": 2, "kind": "visitor", "phone": "", "admit": True}
    told = (one for one in walkup.finish(answers, made, "en") if isinstance(one, Say))
    assert TEXTS["instructions"]["en"] in [render(text, "en") for one in told for text in one.paragraphs]


def test_instructions_come_with_a_pass_for_somebody_else() -> None:
    other = Talk(saying(world()))
    other.say("hi", "1", "register someone else", "98123 45678", "123456")
    told = read(other.say("Ravi Kumar", "1", "2", "Delhi", "yes"))
    assert TEXTS["instructions"]["en"] in told


ANSWERABLE = {"organiser": "Sarva Trust", "purpose": "to let visitors in", "complaints": "help@example.org"}
KEPT_FOR = "Data is kept for 45 days after the event"


def test_whoever_agrees_reads_who_answers_for_the_data() -> None:
    made = world()
    told: dict[str, Any] = {**ANSWERABLE, "retention_days": 45}
    made.events = tuple(replace(event, **told) for event in made.events)
    talk = Talk(made)
    asked = read(talk.say("hi", "1", "Asha Rao", "1", "3", "Delhi"))
    done = talk.say("yes")
    (registered,) = (one for one in done.effects if isinstance(one, Register))
    for said in (*ANSWERABLE.values(), KEPT_FOR):
        assert said in asked
        assert said in registered.consent_text
    for own in ({}, {"en": "Do you agree?"}):
        event = replace(made.events[0], consent=own)
        for whole in (read_out_text(event, "hi"), render(consent_of(event, another=True), "hi")):
            assert [said for said in (*ANSWERABLE.values(), " 45 ") if said not in whole] == []
    assert KEPT_FOR in render(consent_of(event, another=False, ticked=True), "en")


def test_an_event_that_says_nothing_of_it_says_nothing_more() -> None:
    assert consent_of(world().events[0], another=False) == CONSENT
