"""Where somebody enters, what the menu offers, and that its rows fit buttons and lists."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from flows.sandbox.world import World, demo
from flows.shapes import Option, PassFacts, Person, Start
from flows.text.choices import language_options, pass_options
from flows.text.languages import LANGUAGES
from flows.text.translate import format_value
from flows.visitor.menu import entrance, options
from flows.visitor.registration import AGREE
from flows.visitor.visit_questions import VISIT_DATE

NOW = datetime(2026, 9, 22, 4, 30, tzinfo=UTC)
"""In September and on a Tuesday the longest names of months and weekdays follow."""

BUTTON, ROW = 20, 24
"""Characters that WhatsApp takes for the title of a button and of a list row."""
BUTTONS = 3

HELD = PassFacts("demo", date(2026, 9, 30), 10, "Asha Rao", "7QK2-M9X5", own=True)


@pytest.fixture
def menu_world() -> World:
    world = World(NOW)
    world.add(demo(NOW))
    return world


def known(world: World, *passes: PassFacts) -> World:
    world.person = Person(known=True, language="hi")
    world.passes = passes
    return world


def ids(offered: tuple[Option, ...]) -> list[str]:
    return [option.id for option in offered]


@pytest.mark.parametrize(
    "text", ["pass for another day", "Pass for anoter day", "किसी और दिन", "किसी और दिन का पस", "PASS FOR ANOTHER DAY!"]
)
def test_the_menus_words_are_understood_when_it_is_gone(menu_world: World, text: str) -> None:
    assert entrance(text, known(menu_world, HELD), None) == Start("registration")


@pytest.mark.parametrize("text", ["another", "Asha Rao", "day", "who is another day for", "zzz"])
def test_other_words_show_the_menu(menu_world: World, text: str) -> None:
    assert entrance(text, known(menu_world, HELD), None) == Start("menu")


def test_a_stranger_enters_by_registering(menu_world: World) -> None:
    assert entrance("hi", menu_world, None) == Start("registration")


def test_somebody_known_enters_by_the_menu(menu_world: World) -> None:
    assert entrance("hi", known(menu_world), None) == Start("menu")


def test_somebody_whose_language_nobody_knows_is_begun_with(menu_world: World) -> None:
    menu_world.person = Person(known=True)
    assert entrance("hi", menu_world, None) == Start("registration")
    assert entrance("hi", menu_world, "en") == Start("menu")


def test_the_code_of_ones_own_pass_asks_for_it(menu_world: World) -> None:
    assert entrance("7qk2 m9x5", known(menu_world, HELD), "en") == Start("my_pass", {"code": "7QK2-M9X5"})


def test_the_code_of_another_pass_asks_for_nothing(menu_world: World) -> None:
    assert entrance("B3D7-K2MM", known(menu_world, HELD), "en") == Start("menu")


def test_a_request_in_words_begins_a_registration(menu_world: World) -> None:
    assert entrance("register 3 people for saturday", known(menu_world, HELD), "en") == Start("registration")


def test_the_menu_offers_what_can_be_done(menu_world: World) -> None:
    with_pass = options({}, known(menu_world, HELD))
    assert ids(with_pass) == ["my_pass", "change", "cancellation", "registration", "someone_else", "language", "help"]
    assert ids(options({}, known(menu_world))) == ["registration", "someone_else", "language", "help"]


def test_the_menu_goes_on_with_what_it_interrupted(menu_world: World) -> None:
    assert ids(options({"under": "registration"}, known(menu_world)))[:2] == ["continue", "someone_else"]


def test_without_an_open_event_nobody_is_offered_to_register(menu_world: World) -> None:
    menu_world.events = (replace(menu_world.events[0], status="closed"),)
    assert ids(options({}, known(menu_world, HELD))) == ["my_pass", "change", "cancellation", "language", "help"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_fit_buttons_and_rows(menu_world: World, language: str) -> None:
    known(menu_world, HELD)
    answers = {"under": "someone_else", "event": "demo"}
    lists = [
        options(answers, menu_world),
        pass_options(answers, menu_world),
        language_options(answers, menu_world),
        VISIT_DATE.field.options(VISIT_DATE.field.known(answers, menu_world)),
        AGREE.field.options(AGREE.field.known(answers, menu_world)),
    ]
    for listed in lists:
        limit = BUTTON if len(listed) <= BUTTONS else ROW
        assert [title for option in listed if len(title := format_value(option.title, language)) > limit] == []
