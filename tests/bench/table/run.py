"""One run of the table: the bare stack and ours in turn, and what each of it costs."""

import os
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.bench import registrations
from tests.bench.standing import conditions
from tests.bench.table import load, pictures, second_start, spent, stack
from tests.bench.table.admissions import Scanning
from tests.bench.table.deliveries import Delivering
from tests.bench.table.messages import Registering
from tests.bench.table.plan import ANSWER_SECONDS, FULL, LINES, QUICK, WARM, WARM_SCANS, WEB, WORKERS, Plan
from tests.bench.table.rows import HEAD, Row, tell
from tests.bench.table.stack import Stack
from tests.e2e import server

MOST_ADMISSIONS = 400
"""A second, at which scans may come at half of the top rate: so many passes are made ready."""


def print_full() -> None:
    """All of the table."""
    _print(FULL)


def print_quick() -> None:
    """The table, measured with few of everything."""
    _print(QUICK)


def _print(plan: Plan) -> None:
    began = time.monotonic()
    print(f"PostgreSQL and Redis as they come, {WEB} web processes, {WORKERS} workers, {plan.rounds} rounds; Twilio")
    print(f"answers in {1000 * ANSWER_SECONDS:.0f} ms; {conditions()}\n\n{HEAD}", flush=True)
    with tempfile.TemporaryDirectory(prefix="pravesh-table-", ignore_cleanup_errors=True) as folder:
        with stack.standing(Path(folder)) as made:
            _measure(made, plan)
        registrations.print_all()
        tell(*second_start.rows(Path(folder) / "run", plan.rounds - 1))
    tell(*pictures.rows(plan.pictures))
    print(f"\n{time.monotonic() - began:.0f} s; load {os.getloadavg()[0]:.1f}")


def _measure(made: Stack, plan: Plan) -> None:
    registering, delivering = Registering(made, plan), Delivering(made, plan)
    scanning = Scanning(made, plan, WARM_SCANS + int(plan.rounds * plan.scans + MOST_ADMISSIONS * plan.paced_seconds))
    server.until(partial(stands, made), "all processes stand", 90)
    at_rest = _sizes(made)
    _warm(made, registering, delivering)
    scanning.warm()
    for _ in range(plan.rounds):
        with made.held():
            owed = registering.turn()
            scanning.turn()
        delivering.turn(owed)
    tell(*registering.rows(), *_at_half_rate(made, registering, delivering))
    with made.held():
        tell(*scanning.rows(), *scanning.at_half_rate())
    tell(*delivering.rows(), *_with_trouble(made, registering, delivering, plan))
    _soak(made, registering, plan)
    tell(*_memory(made, at_rest, registering, delivering))
    print(f"wrong answers: {registering.rounds.wrong + scanning.rounds.wrong}")


def _warm(made: Stack, registering: Registering, delivering: Delivering) -> None:
    """Let every process do its first work, which loads and connects, before anything is measured."""
    load.flat_out(made.settings.port, registering.talks(WARM), LINES)
    delivering.wait(WARM, 60)


def _at_half_rate(made: Stack, registering: Registering, delivering: Delivering) -> list[Row]:
    before = registering.people
    with made.held():
        rows = registering.at_half_rate()
    delivering.wait(registering.people - before, 120)
    return rows


def _with_trouble(made: Stack, registering: Registering, delivering: Delivering, plan: Plan) -> list[Row]:
    with made.held():
        load.flat_out(made.settings.port, registering.talks(plan.faults), LINES)
        delivering.order_trouble()
    arrived = delivering.wait(plan.faults, plan.patience)
    delivering.end_trouble()
    return [
        Row(f"with 8 % 429, 6 % 500, 2 % cut: of {plan.faults} passes came", [arrived.number], digits=0),
        Row("  until the last of them, s", [arrived.seconds]),
        Row("  passes a second", [arrived.rate]),
    ]


def _soak(made: Stack, registering: Registering, plan: Plan) -> None:
    """People register as fast as they can while the workers send, for the memory."""
    end = time.monotonic() + plan.soak_seconds
    while time.monotonic() < end:
        load.flat_out(made.settings.port, registering.talks(plan.people), LINES)


def stands(made: Stack) -> bool:
    """Whether every process is forked that will be: until then the first one has all of the code to itself, which is
    then told as twice what each of them holds.
    """
    among = spent.processes()
    wanted = {"web": 1 + WEB, "worker": 1 + WORKERS}
    return all(len(spent.tree(made.roots[name], among)) >= number for name, number in wanted.items())


def _sizes(made: Stack) -> dict[str, float]:
    """The largest process of web and of worker, MB."""
    return {name: max(spent.megabytes(made.roots[name])) for name in ("web", "worker")}


def _memory(made: Stack, at_rest: dict[str, float], registering: Registering, delivering: Delivering) -> list[Row]:
    after, done = _sizes(made), f"{registering.messages:,} messages, {delivering.passes:,} passes"
    return [
        row
        for name, before in at_rest.items()
        for row in (
            Row(f"memory of a {name}, MB (PSS), at rest", [before], digits=0),
            Row(f"  after {done}", [after[name]], digits=0),
        )
    ]
