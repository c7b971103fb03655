"""Commands as processes: each a Python of its own, or, faster, forked from one that has loaded what all load."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.paths import ROOT

PATIENCE = 60
COLD = frozenset(("db", "events", "visitors", "export", "doctor"))
"""Nouns that begin with a Python of their own: each way of loading once, of which starting shows something."""


@dataclass(frozen=True)
class Ended:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


class Shell(Protocol):
    """Where commands are typed."""

    def __call__(self, command: str, args: str, stdin: str = "") -> Ended: ...


@contextmanager
def cold(env: Mapping[str, str], folder: Path) -> Iterator[Shell]:
    """The first command of COLD's nouns by `pravesh`, as an operator types it; all others are forked."""
    typed = set[str]()
    with warm(env, folder) as again:

        def run(command: str, args: str, stdin: str = "") -> Ended:
            noun = command.partition(" ")[0]
            if noun in typed or noun not in COLD:
                return again(command, args, stdin)
            typed.add(noun)
            words = [sys.executable, "-m", "admin_cli", *shlex.split(f"{command} {args}")]
            whole = {**os.environ, **env}
            done = subprocess.run(
                words, cwd=ROOT, env=whole, input=stdin, capture_output=True, encoding="utf-8", timeout=PATIENCE
            )
            return Ended(done.returncode, done.stdout, done.stderr)

        yield run


@contextmanager
def warm(env: Mapping[str, str], folder: Path) -> Iterator[Shell]:
    """Each command in a process forked from a loaded one: its own memory, files and exit code, without the loading."""
    command = [sys.executable, "-m", "tests.admin_cli.shell.forked", str(folder)]
    pipe, whole = subprocess.PIPE, {**os.environ, **env}
    with subprocess.Popen(command, cwd=ROOT, env=whole, stdin=pipe, stdout=pipe, encoding="utf-8") as parent:
        assert parent.stdin
        assert parent.stdout
        asking, answers = parent.stdin, parent.stdout

        def run(command: str, args: str, stdin: str = "") -> Ended:
            asking.write(json.dumps({"words": shlex.split(f"{command} {args}"), "stdin": stdin}) + "\n")
            asking.flush()
            return Ended(**json.loads(answers.readline()))

        try:
            yield run
        finally:
            asking.close()
            parent.wait(PATIENCE)
