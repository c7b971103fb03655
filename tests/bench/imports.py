"""How long an import of 50,000 people takes, twice, in how much memory, and how long others wait meanwhile."""

import csv
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from bot.database import Database
from bot.domain import events, people
from bot.domain.exports import workbook
from bot.domain.keys import KeyRing
from bot.domain.passes import registration as registrations
from bot.service import utc_now
from tests.bench.standing import SECRET, conditions, standing
from tests.bot.domain.builders import asking

MANY, FEW_PRINTED, MANY_PRINTED = 50_000, 400, 4_000
HEADS = ("Full Name", "Mobile No.", "Visit Date", "No. of people", "Language", *(f"Field {n}" for n in range(35)))
EVERY = 0.3
"""Seconds after which somebody else registers."""
# Not ru_maxrss: that begins with the size of whoever started the process.
PEAK = (
    "import resource, sys\n"
    "from admin_cli.__main__ import cli\n"
    "code = cli(sys.argv[1:], standalone_mode=False)\n"
    "used = resource.getrusage(resource.RUSAGE_SELF)\n"
    "size = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
    "print(int(size.split()[1]) // 1024, used.ru_utime + used.ru_stime)\n"
    "sys.exit(code)\n"
)


def print_all() -> None:
    """Seconds, the process's largest size, and the longest wait of somebody who registers meanwhile."""
    print(f"visitors import, {MANY:,} rows of 40 columns; {conditions()}")
    for kind in ("sqlite", "postgres"):
        for form in ("csv", "xlsx"):
            with standing(kind) as environment, tempfile.TemporaryDirectory() as folder:
                _twice(kind, form, environment, Path(folder))


def _twice(kind: str, form: str, environment: dict[str, str], folder: Path) -> None:
    day = _day(environment)
    file = _file(folder / f"people.{form}", MANY, day)
    for time_of in ("first", "second"):
        with _others(environment, day) as waits:
            took = _import(environment, file)
        waited = f"somebody else waited {max(waits) * 1000:.0f} ms at most" if waits else ""
        print(f"  {kind:<9} {form:<5} {time_of:<7} {took}  {waited}", flush=True)
    if (kind, form) == ("sqlite", "csv"):
        for number in (FEW_PRINTED, MANY_PRINTED):
            some = _file(folder / "some.csv", number, day)
            took = _import(environment, some, "--sheet", str(folder / "passes.pdf"))
            size = (folder / "passes.pdf").stat().st_size / 1e6
            print(f"  {number:,} passes on sheets  {took}  file {size:.0f} MB", flush=True)


def _day(environment: dict[str, str]) -> str:
    database = Database(environment["DATABASE_URL"])
    with database.read() as db:
        day = events.days(db, "demo")[-1].day.isoformat()
    database.close()
    return day


def _rows(number: int, day: str) -> Iterator[list[str]]:
    yield list(HEADS)
    for one in range(number):
        phone = f"98{one:08}" if one % 10 else ""
        yield [f"Person {one} Verma", phone, day, str(one % 5 + 1), ("en", "hi")[one % 2], *["more"] * 35]


def _file(path: Path, number: int, day: str) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows(_rows(number, day))
        return path
    heads, *rows = _rows(number, day)
    with workbook.written(path, heads) as book:
        for row in rows:
            book.write_row(row)
    return path


def _import(environment: dict[str, str], file: Path, *more: str) -> str:
    """How long it took, of that the processor's time without the database server's, and its largest size."""
    begun = time.monotonic()
    importing = ["visitors", "import", str(file), "--event", "demo", "--consent", "bench", "--yes", *more]
    command = [sys.executable, "-c", PEAK, *importing]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    peak, processor = done.stdout.splitlines()[-1].split()
    return f"{time.monotonic() - begun:6.1f} s ({float(processor):.1f} s of a core)  peak {peak} MB"


@contextmanager
def _others(environment: dict[str, str], day: str) -> Iterator[list[float]]:
    """People who register one by one in another process's stead; how long each took."""
    waits: list[float] = []
    over = threading.Event()
    thread = threading.Thread(target=_register, args=(environment, day, over, waits))
    thread.start()
    try:
        yield waits
    finally:
        over.set()
        thread.join()


def _register(environment: dict[str, str], day: str, over: threading.Event, waits: list[float]) -> None:
    database = Database(environment["DATABASE_URL"])
    ring = KeyRing.open(database, SECRET)
    wish: dict[str, Any] = {"event": "demo", "visit_date": date.fromisoformat(day)}
    while not over.wait(EVERY):
        begun = time.monotonic()
        with database.write() as db:
            asker = people.find_or_make(db, phone=f"+9170{time.monotonic_ns() % 10**8:08}", now=utc_now())
            registrations.register(db, ring, **asking(asker, **wish, now=utc_now()))
        waits.append(time.monotonic() - begun)
    database.close()
