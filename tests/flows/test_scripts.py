"""The conversations that are written as text come out as written."""

import pytest

from flows.engine.catalogue import FLOWS
from tests.flows.scripts import Script, play, read, scripts

WRITTEN = tuple(scripts())


@pytest.mark.parametrize("script", WRITTEN, ids=lambda script: f"{script.file}: {script.title}")
def test_conversation(script: Script) -> None:
    play(script)


def test_a_wrong_line_is_told_with_its_place() -> None:
    (script,) = read("=== wrong\n> hi\n? party_size\n", "wrong.txt")
    with pytest.raises(AssertionError, match=r"wrong\.txt:3"):
        play(script)


def test_an_effect_that_is_not_told_is_told() -> None:
    (script,) = read("=== silent\n> stop\n? -\n", "silent.txt")
    with pytest.raises(AssertionError, match="StopMessages"):
        play(script)


def test_every_flow_has_scripts() -> None:
    begun = {line.split()[-1] for script in WRITTEN for _, line in script.lines if line.startswith("= @flow")}
    assert set(FLOWS) - {"my_pass", "my_data"} <= begun
