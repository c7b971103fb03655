"""The choice among the languages of an event."""

from flows.locale import CODES
from flows.sandbox.play import spoken
from flows.sandbox.world import demo
from flows.shapes import Say
from flows.text import render
from flows.text.languages import LANGUAGES
from flows.text.sentences import MAX_SPOKEN_AT_ONCE
from flows.understanding import vocabulary
from tests.flows.gate_world import World
from tests.flows.worlds import NOW, Talk

MAX_GREETING_LINES = 12


def _greeted(languages: tuple[str, ...], text: str = "hi") -> Say:
    world = World(NOW)
    world.add(demo(NOW, languages=languages))
    turn = Talk(world).say(text)
    paragraphs = [part for effect in turn.effects if isinstance(effect, Say) for part in effect.paragraphs]
    (asked,) = [effect for effect in turn.effects if isinstance(effect, Say) and effect.options]
    return Say(tuple(paragraphs), asked.options)


def _lines(greeting: Say) -> list[str]:
    world = World(NOW)
    world.add(demo(NOW))
    turn = Talk(world).say("hi")
    shown = spoken(turn.__class__(turn.state, (Say(greeting.paragraphs),)), {})
    return shown.split("\n")


def test_the_languages_stand_in_the_events_order_by_their_own_names() -> None:
    assert [option.id for option in _greeted(("hi", "en")).options] == ["hi", "en"]
    titles = [
        render(option.title, "en") for option in _greeted(("hi", "en")).options if not isinstance(option.title, str)
    ]
    assert titles == [LANGUAGES["hi"], LANGUAGES["en"]]


def test_the_greeting_of_two_is_in_both() -> None:
    lines = _lines(_greeted(("en", "hi")))
    assert any("*language*" in line for line in lines)
    assert any("*भाषा*" in line for line in lines)
    assert len(lines) <= MAX_GREETING_LINES


def test_the_greeting_of_many_is_short_and_names_the_word_for_language_in_each() -> None:
    assert len(CODES) > MAX_SPOKEN_AT_ONCE
    lines = _lines(_greeted(CODES))
    assert len(lines) <= MAX_GREETING_LINES
    named = vocabulary.of(CODES).first_words("commands.language")
    assert len(named) >= len(LANGUAGES)
    assert [word for word in named.values() if f"*{word}*" not in "\n".join(lines)] == []


def test_whoever_writes_in_a_script_is_greeted_in_its_language_first() -> None:
    assert [_greeted(("en", "hi"), text).paragraphs[0].params["lines"][0].language for text in ("hi", "नमस्ते")] == [
        "en",
        "hi",
    ]
