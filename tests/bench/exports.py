"""How much memory an export takes, few rows and many: it must not grow with them."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.database import Database
from bot.domain import events
from bot.domain.keys import KeyRing
from tests.bench.standing import COMMAND, SECRET, conditions, standing
from tests.bot.domain import rush

FEW, MANY = 20_000, 200_000


def print_all() -> None:
    """Visitors of one event in each form: seconds, and the process's largest size."""
    print(f"export visitors, SQLite; {conditions()}")
    with standing("sqlite") as environment, tempfile.TemporaryDirectory() as folder:
        database = Database(environment["DATABASE_URL"])
        for there, rows in ((0, FEW), (FEW, MANY)):
            _grow(database, there, rows)
            for form in ("csv", "xlsx", "jsonl"):
                seconds, peak = _export(environment, form, Path(folder) / f"visitors.{form}")
                print(f"  {rows:>9,} rows  {form:<5}  {seconds:6.1f} s  peak {peak} MB")
        database.close()


def _grow(database: Database, there: int, rows: int) -> None:
    key = KeyRing.open(database, SECRET).current
    with database.write() as db:
        rush.issued(db, events.by_slug(db, "demo"), key, rows - there, first=rush.FIRST + there)


def _export(environment: dict[str, str], form: str, out: Path) -> tuple[float, int]:
    begun = time.monotonic()
    command = [
        sys.executable,
        "-c",
        COMMAND,
        "export",
        "visitors",
        "--event",
        "demo",
        "--format",
        form,
        "--out",
        str(out),
    ]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    return time.monotonic() - begun, int(done.stdout)
