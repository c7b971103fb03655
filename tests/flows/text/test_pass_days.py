"""The days of a pass in words: no day that it is not good for, and none left out without a word."""

from datetime import UTC, date, datetime

import pytest

from flows.sandbox.world import World, demo
from flows.shapes import PassFacts
from flows.text import pass_days as pass_day_texts
from flows.text import render
from flows.text.choices import days_of
from flows.text.formats import moment
from flows.text.languages import LANGUAGES

NOW = datetime(2027, 1, 5, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("days", "named", "besides"),
    [
        ((10,), (10,), 0),
        ((10, 12), (10, 12), 0),
        ((10, 11, 12), (10, 12), 0),
        ((10, 11, 14), (10, 11, 14), 0),
        ((10, 12, 14, 16, 17), (10, 12, 14), 2),
    ],
)
def test_days_in_words(days: tuple[int, ...], named: tuple[int, ...], besides: int, language: str) -> None:
    said = render(pass_day_texts.describe_days([date(2027, 1, day) for day in days]), language)
    every = {day: moment(date(2027, 1, day), language) for day in range(9, 19)}
    assert tuple(day for day, words in every.items() if words in said) == named
    rest = said.rpartition(every[named[-1]])[2]
    assert rest == "" if not besides else str(besides) in rest


def test_nobody_chooses_among_the_days_of_a_kind() -> None:
    """Whoever changes such a pass is asked only how many they are."""
    world = World(NOW)
    world.add(demo(NOW))
    every = [day.day for day in days_of({"event": "demo"}, world)]
    held = PassFacts("demo", every[1], 2, "Asha Rao", "7QK2-M9X5", own=True, kind_days=(every[1], every[3]))
    world.passes = (held,)
    assert [day.day for day in days_of({"event": "demo", "code": held.code}, world)] == [every[1]]
