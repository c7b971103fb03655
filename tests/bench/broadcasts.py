"""How long it takes to look at a crowd and to put a broadcast to it into the outbox, and in how much memory."""

import os
import subprocess
import sys
import time

from sqlalchemy import insert

from bot.database import Database
from bot.domain import events
from bot.domain.keys import KeyRing
from bot.domain.models import ContactAlias
from tests.bench.standing import COMMAND, PEAK, SECRET, conditions, standing
from tests.bot.domain import rush
from tests.bot.domain.builders import DAY

FEW, MANY = 20_000, 100_000
SEND = ("broadcast", "send", "--event", "demo", "--text", "Gate 2 is closed today.", "--day")
FILL = (
    "import time\n"
    "from bot.delivery.campaigns import broadcasts as sender\n"
    "from bot.service import assemble, utc_now\n"
    "from bot.settings import load\n"
    "from bot.domain.messaging import broadcasts\n"
    "sender.OUTBOX_AHEAD_SECONDS = 10**6\n"
    "sender.BROADCAST_RUN_LIMIT_SECONDS = 10**6\n"
    "service = assemble(load())\n"
    "begun = time.monotonic()\n"
    "slices = service.broadcast_sender\n"
    "slices.outbox.__class__.dispatch = lambda *_: None\n"
    "[number] = slices._unfinished()\n"
    "slices.run(utc_now())\n"
    "seconds = time.monotonic() - begun\n"
    "with service.database.read() as db:\n"
    "    begun = time.monotonic()\n"
    "    counts = broadcasts.counts(db, number)\n"
    "print(counts.owed, seconds, time.monotonic() - begun)\n"
) + PEAK


def print_all() -> None:
    """Few people and many: seconds, and the largest size of each process."""
    print(f"a broadcast's rows; {conditions()}")
    for kind in ("sqlite", "postgres"):
        for people in (FEW, MANY):
            with standing(kind) as environment:
                _crowd(environment["DATABASE_URL"], people)
                print(f"  {kind:<8} {people:>9,} people  {_measured(environment)}")


def _measured(environment: dict[str, str]) -> str:
    day = DAY.isoformat()
    begun = time.monotonic()
    *_, looked = _run(environment, COMMAND, *SEND, day, "--yes").split()
    seconds = time.monotonic() - begun
    owed, filled, counted, peak = _run(environment, FILL).split()
    return (
        f"looked at in {seconds:5.1f} s, peak {looked} MB; {int(owed):,} rows in {float(filled):6.1f} s, "
        f"peak {peak} MB; counted in {float(counted):.2f} s"
    )


def _crowd(url: str, people: int) -> None:
    database = Database(url)
    key = KeyRing.open(database, SECRET).current
    ids = range(rush.FIRST, rush.FIRST + people)
    with database.write() as db:
        event = events.by_slug(db, "demo")
        events.change(db, "demo", starts_on=DAY, ends_on=DAY)
        rush.issued(db, event, key, people)
        names = [{"kind": "phone", "value": f"+91{7_000_000_000 + one}", "contact_id": one} for one in ids]
        db.execute(insert(ContactAlias), names)
    database.close()


def _run(environment: dict[str, str], code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env={**os.environ, **environment}, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout
