"""What `make run` says while it starts."""

import pytest

from bot.ops import progress
from bot.ops.progress import Progress
from tests.bot.ops.test_supervisor import wait_until


def test_on_a_terminal_seconds_are_counted_until_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr(progress, "SILENT_SECONDS", 0.01)
    said = ""

    def counts() -> bool:
        nonlocal said
        said += capsys.readouterr().out
        return said.count("\n") > 2

    starting = Progress("Starting")
    wait_until(counts)
    starting.end()
    assert said.startswith("Starting …\n")


def test_elsewhere_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Progress("Starting").end()
    assert capsys.readouterr().out == ""
