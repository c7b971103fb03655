"""`make fuzz`: every part for its share of the time, with a seed that is printed and can be given again.

The chat has half of the time, the API a sixth, the readers of bytes the rest. A part that finds something ends; its
output and the bytes or steps stand in var/fuzz, and the same seed finds it again.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import TARGETS
from tests.paths import ROOT

KEPT = ROOT / "var" / "fuzz"
ATHERIS = ROOT / ".venv-fuzz"
CHAT, API = "chat", "api"
PARTS = (CHAT, API, *TARGETS)
SHARES = {CHAT: 1 / 2, API: 1 / 6}
"""Of the time; the others have equal parts of what is left."""
OVERTIME_SECONDS = 240
"""Until a part that does not end by itself is ended: what it found may still be made shorter."""
LAST_WORDS = 40
"""Lines of a part's output that are shown where it found something."""


@dataclass(frozen=True, slots=True)
class Run:
    """One part, and what came of it."""

    part: str
    seed: int
    seconds: float
    code: int | None
    """What the process ended with; None: it had to be ended, so slow was the machine."""
    log: Path

    @property
    def found(self) -> bool:
        """Whether anything was."""
        return bool(self.code)

    @property
    def told(self) -> str:
        """What came of it, in words."""
        return f"FOUND: see {self.log}" if self.found else "nothing" if self.code == 0 else "nothing, and did not end"


def followed() -> Path | None:
    """The packages of atheris's own environment, of this Python; None: bytes are tried at random."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return next(ATHERIS.glob(f"lib/{version}/site-packages/atheris"), None)


def command(part: str, seconds: float, seed: int) -> list[str]:
    """What runs one part."""
    folder = str(KEPT / part)
    if part in (CHAT, API):
        return ["-m", f"tests.fuzz.{part}", f"{seconds:.0f}", str(seed), folder]
    module = "tests.fuzz.coverage" if followed() else "tests.fuzz.at_random"
    return ["-m", module, part, folder, f"{seconds:.0f}", str(seed)]


def search(part: str, seconds: float, seed: int) -> Run:
    """Run one part to its end."""
    log = KEPT / f"{part}.log"
    packages = followed()
    path = os.pathsep.join([str(ROOT), *([str(packages.parent)] if packages and part in TARGETS else [])])
    begun = time.monotonic()
    arguments = [sys.executable, *command(part, seconds, seed)]
    env = os.environ | {"PYTHONPATH": path}
    with (
        log.open("wb") as out,
        subprocess.Popen(arguments, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=env) as process,
    ):
        code = ended(process, seconds + OVERTIME_SECONDS)
    return Run(part, seed, time.monotonic() - begun, code, log)


def ended(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    """What a process ended with; None: it was interrupted, so that it could end what it had started."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        process.wait()
        return None


def main() -> int:
    """Run what was asked for, print what came of it; 1 where anything was found."""
    asked = argparse.ArgumentParser(prog="make fuzz")
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    asked.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    told = asked.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    how = "by coverage" if followed() else "at random: there is no atheris for this machine"
    print(f"{told.minutes:g} minutes, seed {told.seed}; bytes {how}", flush=True)
    several = sum(part in TARGETS for part in told.only)
    left = 1 - sum(SHARES.get(part, 0) for part in told.only)
    runs = []
    for part in told.only:
        share = SHARES.get(part) or left / several
        share = share if len(told.only) > 1 else 1
        runs.append(search(part, max(60 * told.minutes * share, 5), told.seed))
        last = runs[-1]
        print(f"  {part:<14}{last.seconds:>6.0f} s  {last.told}", flush=True)
        if last.found:
            print("\n".join(last.log.read_text("utf-8", errors="replace").splitlines()[-LAST_WORDS:]), flush=True)
    return int(any(run.found for run in runs))


if __name__ == "__main__":
    sys.exit(main())
