"""Processes that live and end together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.errors import NotReady
from bot.ops.supervisor import Supervisor
from bot.timeouts import MAX_DEATHS
from tests.paths import ROOT

SLEEPER = ["/bin/sh", "-c", "exec sleep 600"]


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Return as soon as it holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether no such process runs; one that only waits to be buried counts as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture
def told() -> list[str]:
    """What the family said."""
    return []


@pytest.fixture
def family(told: list[str]) -> Iterator[Supervisor]:
    """A family that is ended after the test."""
    family = Supervisor(told.append)
    yield family
    family.stop(["one", "two"], 0)


def _pid(family: Supervisor, name: str) -> int:
    return next(child.process.pid for child in family._children if child.name == name)


def test_they_end_when_asked(family: Supervisor, told: list[str]) -> None:
    family.start("one", SLEEPER)
    family.start("two", SLEEPER)
    pids = [_pid(family, "one"), _pid(family, "two")]
    family.check()
    family.stop(["one", "two"], 10)
    assert all(gone(pid) for pid in pids)
    assert told == []


def test_one_that_does_not_end_is_killed_with_its_children(family: Supervisor, told: list[str], tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    family.start(
        "one", ["/bin/sh", "-c", f"trap '' TERM; sleep 600 & echo $! > {note}.new; mv {note}.new {note}; wait; wait"]
    )
    wait_until(note.exists)
    family.stop(["one"], 0.2)
    wait_until(lambda: gone(int(note.read_text())))
    assert len(told) == 1


def test_one_that_dies_is_started_again(family: Supervisor, told: list[str]) -> None:
    family.start("one", SLEEPER)
    first = _pid(family, "one")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: gone(first))
    family.restart_ended()
    assert _pid(family, "one") != first
    assert len(told) == 1
    assert "one" in told[0]


def test_one_that_keeps_dying_ends_the_whole(family: Supervisor, told: list[str]) -> None:
    family.start("one", ["/bin/sh", "-c", "exit 3"])

    def mend_until_it_is_enough() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            family.restart_ended()
            time.sleep(0.01)

    with pytest.raises(NotReady, match="exit code 3"):
        mend_until_it_is_enough()
    assert len(told) == MAX_DEATHS - 1


def test_one_that_ends_while_starting_is_told_of(family: Supervisor) -> None:
    family.start("one", ["/bin/sh", "-c", "exit 3"])
    wait_until(lambda: gone(_pid(family, "one")))
    with pytest.raises(NotReady, match="one"):
        family.check()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_they_die_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "child"
    launcher = f"""
import time
from bot.ops.supervisor import Supervisor
family = Supervisor(print)
family.start("one", ["/bin/sh", "-c", "echo $$ > {note}.new; mv {note}.new {note}; exec sleep 600"])
time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", launcher], cwd=ROOT)
    try:
        wait_until(note.exists)
    finally:
        process.kill()
        process.wait()
    wait_until(lambda: gone(int(note.read_text())))
