"""Supervises processes: starts them in order, restarts one that dies, stops them in reverse.

Our own and not a library's: see docs/adr/0007-own-launcher.md.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from bot.errors import NotReady
from bot.timeouts import DEATH_WINDOW_SECONDS, MAX_DEATHS


@dataclass
class ChildProcess:
    """A process, and what it takes to start it again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MAX_DEATHS))

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self.process.poll() is not None


class Supervisor:
    """The children of one launcher.

    `log_line` gets one line for each failure; `environment` is the children's, None: our own. `output` is the file
    into which they write, None: where we write ourselves.
    """

    def __init__(
        self,
        log_line: Callable[[str], None],
        environment: Mapping[str, str] | None = None,
        output: IO[bytes] | None = None,
    ) -> None:
        self._children: list[ChildProcess] = []
        self._tell = log_line
        self._environment = environment
        self._output = output

    @property
    def said_where(self) -> str:
        """Where it stands what the children have said."""
        return f"stands in {self._output.name}" if self._output else "stands above"

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process that dies with us, in a session of its own: a terminal's Ctrl-C reaches only us."""
        self._children.append(ChildProcess(name, command, self._spawn(command)))

    def check(self) -> None:
        """Raise NotReady if one has ended: while starting, a process that ends will end again."""
        for child in self._children:
            if child.ended:
                reason = f"{child.name} ended while starting ({_exit_reason(child)})"
                raise NotReady(f"{reason}; what it said {self.said_where}")

    def restart_ended(self) -> None:
        """Start again whoever has died. Raises NotReady when one dies again and again."""
        for child in self._children:
            if not child.ended:
                continue
            child.deaths.append(time.monotonic())
            if len(child.deaths) == MAX_DEATHS and child.deaths[-1] - child.deaths[0] < DEATH_WINDOW_SECONDS:
                raise NotReady(
                    f"{child.name} died {MAX_DEATHS} times in {DEATH_WINDOW_SECONDS:.0f} s ({_exit_reason(child)})"
                )
            self._tell(f"{child.name} died ({_exit_reason(child)}); starting it again")
            _kill_group(child.process.pid)
            child.process = self._spawn(child.command)

    def stop(self, names: Sequence[str], timeout_seconds: float) -> None:
        """End these: ask by SIGTERM, wait so many seconds at most, then SIGKILL with all that they started."""
        leaving = [child for child in self._children if child.name in names]
        self._children = [child for child in self._children if child.name not in names]
        for child in leaving:
            child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + timeout_seconds
        for child in leaving:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
        for child in leaving:
            if not child.ended:
                self._tell(f"{child.name} did not end in {timeout_seconds:.0f} s; killed")
            _kill_group(child.process.pid)
            child.process.wait()

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        # Nothing runs in a second thread of ours, so what happens between fork and exec is safe.
        return subprocess.Popen(  # noqa: S603 - the commands are those of the Procfile and our own
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""


def die_with_parent() -> None:
    """Called in a new process before it becomes its program: have it killed when its parent dies (Linux)."""
    # A launcher killed with -9 cannot stop anybody; every process of ours may be killed at any point.
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _exit_reason(child: ChildProcess) -> str:
    code = child.process.returncode
    return f"signal {-code}" if code < 0 else f"exit code {code}"
