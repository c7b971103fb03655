"""The words of several languages at once: what is understood, and what collides."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from flows import locale, understanding
from flows.understanding import agreement, dates, intents, vocabulary
from flows.understanding.intents import NONE, CommandReading

WORDS: Mapping[str, dict[str, Any]] = {
    "x1": {
        "commands": {"stop": "halta, tena"},
        "answers": {"yes": "aya", "no": "nebu"},
        "agreement": {"yes": "aya", "no": "nebu"},
        "numbers": {"values": {"3": "tri"}},
        "days": {"relative": {"-1": "kel"}},
    },
    "x2": {
        "commands": {"stop": "thamba"},
        "answers": {"no": "aya"},
        "agreement": {"no": "aya"},
        "numbers": {"values": {"10": "tena", "8": "tri"}},
        "days": {"relative": {"1": "kel"}},
    },
}
"""Two languages that nobody speaks."""
TODAY = date(2026, 12, 3)


@pytest.fixture(autouse=True)
def languages(monkeypatch: pytest.MonkeyPatch) -> None:
    read = locale.read
    monkeypatch.setattr(locale, "CODES", ("en", "x1", "x2"))
    monkeypatch.setattr(locale, "read", lambda code, name: WORDS[code] if code in WORDS else read(code, name))
    monkeypatch.setattr(vocabulary, "of", lambda languages: vocabulary.Vocabulary(tuple(languages)))


def test_a_word_is_understood_where_its_language_is_offered() -> None:
    with vocabulary.understood(["x1"]):
        assert agreement.yes_no("aya") is True
        assert understanding.number("tri") == 3
        assert dates.read("kel", TODAY, ()) == date(2026, 12, 2)
    with vocabulary.understood(["x2"]):
        assert agreement.yes_no("aya") is False
        assert dates.read("kel", TODAY, ()) == date(2026, 12, 4)
    with vocabulary.understood(["en"]):
        assert agreement.yes_no("aya") is None
        assert understanding.number("tri") is None


def test_the_words_of_the_source_are_understood_everywhere() -> None:
    with vocabulary.understood(["x1"]):
        assert agreement.yes_no("yes") is True
        assert understanding.command("help") == "help"


def test_a_word_that_means_one_thing_in_one_language_and_another_in_a_second_one_means_nothing_by_itself() -> None:
    with vocabulary.understood(["x1", "x2"]):
        assert agreement.yes_no("aya") is None
        assert agreement.yes_no("nebu") is False
        assert understanding.number("tri") is None
        assert dates.read("kel", TODAY, ()) is None
        assert dates.find("saturday kel", TODAY, (date(2026, 12, 5),)) is None
        assert dates.find("saturday", TODAY, (date(2026, 12, 5),)) == date(2026, 12, 5)


def test_opt_out_words_of_every_language_are_heard_everywhere() -> None:
    for offered in (["en"], ["x1"], ["x2"]):
        with vocabulary.understood(offered):
            assert intents.command("Thamba!") == "stop"
            assert intents.command("halta") == "stop"


@pytest.mark.parametrize("offered", [["x2"], ["x1", "x2"]])
def test_an_opt_out_word_that_means_something_else_here_is_asked_about(offered: list[str]) -> None:
    with vocabulary.understood(offered):
        assert intents.command("tena") == ""
        assert intents.read("tena") == CommandReading("stop", plain=False, addressed=True)
        assert intents.read("saturday") == NONE


def test_languages_that_are_not_ours_are_left_out() -> None:
    assert vocabulary.Vocabulary(("x1", "x2")).languages == ("en", "x1", "x2")


def test_the_first_word_of_a_table_is_the_one_that_is_shown() -> None:
    assert vocabulary.Vocabulary(("en", "x1", "x2")).first_words("commands.stop") == {
        "en": "stop",
        "x1": "halta",
        "x2": "thamba",
    }
