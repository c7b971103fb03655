"""What is hard to take back is wished plainly or not at all; conversations are in scripts/wishes_*.txt."""

from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import understanding
from flows.understanding import intents, vocabulary
from flows.understanding.intents import IRREVERSIBLE

PLAIN = (
    "stop",
    "please stop messages",
    "message mat bhejo",
    "unsubscribe me",
    "मैसेज बंद करो",
    "cancel my pass",
    "delete my data",
)


@pytest.mark.parametrize("command", IRREVERSIBLE)
def test_every_word_of_the_vocabulary_is_the_wish_itself(command: str) -> None:
    for word in vocabulary.current().words(f"commands.{command}"):
        assert intents.read(word) == intents.CommandReading(command, plain=True, addressed=True)
        assert intents.command(f"*{word.upper()}*!") == command


@pytest.mark.parametrize("before", ["don't ", "never ", "do not ", "can I ", "how do I ", "क्या "])
@pytest.mark.parametrize("wish", ["stop", "stop messages", "cancel my pass", "delete my data", "मैसेज बंद करो"])
def test_a_negation_or_a_question_before_it_makes_it_no_wish(before: str, wish: str) -> None:
    assert not intents.read(before + wish).plain
    assert intents.command(before + wish) == ""


@pytest.mark.parametrize("wish", PLAIN)
@pytest.mark.parametrize("after", ["?", " or not", " at gate 2", " my friend", " नहीं", " kya", ", not now", " x" * 200])
def test_anything_else_behind_it_makes_it_no_wish(wish: str, after: str) -> None:
    assert not intents.read(wish + after).plain


@pytest.mark.parametrize("wish", PLAIN)
@pytest.mark.parametrize("after", [" please", "!", ". Thank you", " 🙏", ", जी", " now"])
def test_courtesy_changes_nothing(wish: str, after: str) -> None:
    assert intents.read(wish + after).plain


def test_no_misspelling_of_one_letter_is_a_wish() -> None:
    for command in IRREVERSIBLE:
        for word in vocabulary.current().words(f"commands.{command}"):
            for place, letter in product(range(len(word)), "qw"):
                near = word[:place] + letter + word[place + 1 :]
                assert near == word or intents.command(near) not in IRREVERSIBLE, near
                assert understanding.near_command(near) not in IRREVERSIBLE


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stopp", "stop"),
        ("unsubscirbe", "stop"),
        ("cancle my pass", "cancel_pass"),
        ("delet my data", "delete_data"),
        ("exist", ""),
        ("Banda", ""),
        ("Bandh", ""),
        ("quite", ""),
        ("Rocko", ""),
        ("pass cancel mat karo", ""),
        ("stop", ""),
        ("x" * 400, ""),
    ],
)
def test_near(text: str, command: str) -> None:
    assert intents.near(text) == command


def _of(*tables: str) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(vocabulary.current().words(*tables) - understanding.word_set("no, non, बिना")))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_of("intents.courtesy", "intents.messages"), max_size=4),
    _of("intents.stops", "intents.ends", "intents.unsubscribes"),
    st.one_of(_of("intents.negates"), st.text("bdfgjvwz", min_size=5, max_size=8)),
    st.randoms(use_true_random=False),
)
def test_a_negation_or_a_foreign_word_anywhere_keeps_it_from_being_plain(
    around: list[str], stop: str, other: str, random: Random
) -> None:
    words = [*around, stop, other]
    random.shuffle(words)
    assert not intents.read(" ".join(words)).plain, words


def test_two_wishes_at_once_are_asked_about() -> None:
    assert not intents.read("stop messages and delete my data").plain
