"""How long `make run` takes when all has been installed and made before: until it serves."""

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.bench.table import spent
from tests.bench.table.rows import Row
from tests.paths import ROOT
from tests.ports import free_port

READY = "Pravesh is ready."
ENDING_SECONDS = 30


def rows(folder: Path, times: int) -> list[Row]:
    """The first start is not counted: it makes the database."""
    _start(folder)
    taken = [_start(folder) for _ in range(times)]
    return [
        Row("`make run` the second time, s until it serves", [seconds for seconds, _ in taken]),
        Row("  s of processor time until then", [worked for _, worked in taken]),
    ]


def _start(folder: Path) -> tuple[float, float]:
    """Seconds, and seconds of processor time of all that it starts."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    began = time.perf_counter()
    run = subprocess.Popen(
        ["make", "run", f"VAR_DIR={folder}", f"PORT={free_port()}"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert run.stdout is not None
    try:
        if not any(READY in line for line in run.stdout):
            raise RuntimeError("`make run` ended before it served")
        return time.perf_counter() - began, spent.seconds({"run": run.pid})["run"]
    finally:
        os.killpg(run.pid, signal.SIGINT)
        run.wait(ENDING_SECONDS)
        run.stdout.close()
