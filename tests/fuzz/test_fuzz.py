"""A short run of each search; what the long ones found is a test of its own beside what it broke."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.inbound import Inbound
from tests.fuzz import targets
from tests.fuzz.__main__ import PARTS, command
from tests.fuzz.chat import promises
from tests.fuzz.chat.__main__ import play
from tests.fuzz.chat.fair import Answer, Fair, fair
from tests.fuzz.targets import TARGETS, at_random

SEED = 1


@pytest.mark.parametrize("name", TARGETS)
def test_bytes(name: str) -> None:
    at_random(name, SEED, 60)


def test_a_target_that_breaks_tells_by_which_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Inbound, "to_json", lambda self: {})
    with pytest.raises(TypeError) as found:
        at_random("twilio_form", SEED, 1)
    assert found.value.__notes__ == [f"twilio_form with {targets.FORM.encode()!r}"]


def test_every_part_can_be_run() -> None:
    assert all(command(part, 1, SEED)[0] == "-m" for part in PARTS)


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory, redis_url: str, sqlite_template: Path) -> Iterator[Fair]:
    with fair(tmp_path_factory.mktemp("chat"), redis_url, sqlite_template) as made:
        yield made


def test_the_chat(chat: Fair) -> None:
    play(chat, SEED, examples=8, steps=15)
    assert chat.messages > 20


NO_BOOKS = promises.Books({}, 0, {})


@pytest.mark.parametrize(
    ("who", "text", "why"),
    [
        ("asha", "", "no reason"),
        ("asha", "Dear {full_name}", "full_name"),
        ("asha", "You are None", "None"),
        ("asha", "Binodini Yatnal: 2 people", "the name of bina"),
        ("asha", "+91 9811111111", "ravi"),
        ("asha", "9811111111", "the number of ravi"),
        ("bina", promises.english()[0], promises.english()[0][:20]),
    ],
)
def test_a_promise_that_is_broken_is_found(chat: Fair, who: str, text: str, why: str) -> None:
    chat.anew()
    state = {"language": "hi" if who == "bina" else "en"}
    with pytest.raises(AssertionError, match=re.escape(why)):
        promises.after_message(chat, who, "hi", Answer("SM1", text, (), False, state, state), NO_BOOKS)
