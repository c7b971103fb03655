"""What an event says of itself: its welcome, its notice and its instructions, where people look."""

from dataclasses import replace

import pytest

from flows.pretend import World
from flows.shapes import Say, Turn
from flows.texts import render
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
