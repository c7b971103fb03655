"""Asks other programs of this machine who they are."""

import re
import subprocess

from bot.timeouts import PROGRAM_TIMEOUT_SECONDS


def version(program: str, pattern: str) -> tuple[int, ...]:
    """The numbers that the pattern finds in what it says of its version; empty where it cannot be run or says none."""
    try:
        told = subprocess.run(  # noqa: S603 - the caller names the program
            [program, "--version"], capture_output=True, text=True, timeout=PROGRAM_TIMEOUT_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(pattern, told)
    return tuple(map(int, found.groups())) if found else ()
