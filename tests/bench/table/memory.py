"""Memory over a long day: what each process holds while 50,000 messages come and the passes of all go out."""

import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from tests.bench.standing import conditions
from tests.bench.table import load, spent, stack
from tests.bench.table.deliveries import Delivering
from tests.bench.table.messages import PLACES, Registering
from tests.bench.table.plan import FULL, LINES, WEB, WORKERS
from tests.bench.table.run import stands
from tests.e2e import server

MESSAGES = 50_000
PEOPLE_A_LINE = 400
"""Who register between two lines of what is printed."""
DELIVERY_TIMEOUT_SECONDS = 300


def print_all() -> None:
    """A line for every 2,800 messages: the first process and those that it forked, of web and of worker."""
    print(f"PSS in MB, the first process and those that it forked, {WEB} web, {WORKERS} workers; {conditions()}")
    print(f"{'messages':>9} {'passes':>8}   {'web':21}{'workers'}")
    with (
        tempfile.TemporaryDirectory(prefix="pravesh-memory-", ignore_cleanup_errors=True) as folder,
        stack.standing(Path(folder)) as made,
    ):
        registering, delivering = Registering(made, FULL), Delivering(made, FULL)
        server.until(partial(stands, made), "all processes stand", 90)
        while True:
            sizes = [_told(spent.megabytes(made.roots[name])) for name in ("web", "worker")]
            print(f"{registering.messages:9,} {delivering.passes:8,}   {sizes[0]:21}{sizes[1]}", flush=True)
            if registering.messages >= MESSAGES:
                return
            people = min(PEOPLE_A_LINE, 1 + (MESSAGES - registering.messages) // PLACES)
            load.flat_out(made.settings.port, registering.talks(people), LINES)
            delivering.wait(people, DELIVERY_TIMEOUT_SECONDS)


def _told(sizes: Iterable[float]) -> str:
    return ", ".join(f"{size:.0f}" for size in sizes)
