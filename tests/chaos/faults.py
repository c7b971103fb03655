"""What goes wrong: each fault begins and ends with a block, and says whom it met."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from redis import Redis

from tests.chaos.plan import AWAY_KEY
from tests.chaos.processes import Stack, Started

OFF_SECONDS = 60
"""How wrong a process' clock is."""
SEGMENTS = 8
"""Files of PostgreSQL's log that are asked for, so that those that it has in store do not suffice."""

Happening = Callable[[Stack, random.Random], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong."""

    name: str
    seconds: float
    """How long it lasts; 0: what was killed is started again at once."""
    happen: Happening


def _killed(stack: Stack, victims: tuple[Started, ...]) -> Iterator[str]:
    with ExitStack() as away:
        for victim in victims:
            away.enter_context(victim.away())
    yield ", ".join(victim.name for victim in victims)


def _web_killed(stack: Stack, chance: random.Random) -> Iterator[str]:
    return _killed(stack, (chance.choice(stack.webs),))


def _all_webs_killed(stack: Stack, chance: random.Random) -> Iterator[str]:
    return _killed(stack, stack.webs)


def _worker_killed(stack: Stack, chance: random.Random) -> Iterator[str]:
    return _killed(stack, (chance.choice(stack.workers),))


def _all_workers_killed(stack: Stack, chance: random.Random) -> Iterator[str]:
    return _killed(stack, stack.workers)


def _clock_killed(stack: Stack, chance: random.Random) -> Iterator[str]:
    return _killed(stack, (stack.clock,))


def _redis_killed(stack: Stack, chance: random.Random) -> Iterator[str]:
    with stack.redis.away():
        yield "redis"


def _redis_frozen(stack: Stack, chance: random.Random) -> Iterator[str]:
    with stack.redis.frozen():
        yield "redis"


def _database_killed(stack: Stack, chance: random.Random) -> Iterator[str]:
    stack.postgres.kill()
    yield "postgres"
    stack.postgres.start()


def _database_disk_full(stack: Stack, chance: random.Random) -> Iterator[str]:
    """At first single statements fail; then its log has no room, and the server ends: somebody has to start it."""
    disk = stack.disks["database"]
    disk.fill()
    with suppress(psycopg.Error):
        for _ in range(SEGMENTS):
            stack.postgres.run("SELECT pg_switch_wal(), pg_logical_emit_message(false, '', '')")
    yield disk.kind
    disk.free()
    stack.postgres.start()


def _redis_disk_full(stack: Stack, chance: random.Random) -> Iterator[str]:
    disk = stack.disks["redis"]
    disk.fill()
    yield disk.kind
    disk.free()


def _twilio_away(stack: Stack, chance: random.Random) -> Iterator[str]:
    with Redis.from_url(stack.twilio.redis) as redis:
        redis.set(AWAY_KEY, 1)
        yield "its REST API"
        redis.delete(AWAY_KEY)


def _clock_off(stack: Stack, chance: random.Random) -> Iterator[str]:
    victim = chance.choice((*stack.victims, stack.clock))
    offset = chance.choice((-OFF_SECONDS, OFF_SECONDS))
    with victim.told_otherwise(**_faked(offset)):
        yield f"{victim.name}, {offset:+} s"


FAULTS = (
    Fault("a web killed", 0, _web_killed),
    Fault("all webs killed", 0, _all_webs_killed),
    Fault("a worker killed", 0, _worker_killed),
    Fault("all workers killed", 0, _all_workers_killed),
    Fault("the clock killed", 0, _clock_killed),
    Fault("Redis killed", 3, _redis_killed),
    Fault("Redis frozen", 10, _redis_frozen),
    Fault("PostgreSQL killed", 3, _database_killed),
    Fault("PostgreSQL's disk full", 10, _database_disk_full),
    Fault("Redis' disk full", 10, _redis_disk_full),
    Fault("Twilio away", 60, _twilio_away),
    Fault("a clock 60 s off", 20, _clock_off),
)
SHORT = ("a worker killed", "Redis killed", "Redis frozen", "PostgreSQL killed", "Twilio away")
"""Those of the small run."""


@contextmanager
def happening(fault: Fault, stack: Stack, chance: random.Random) -> Iterator[str]:
    """The fault, for as long as the block lasts; whom it met."""
    with contextmanager(fault.happen)(stack, chance) as victim:
        yield victim


def impossible(fault: Fault) -> str:
    """Why this fault cannot be had on this machine; empty where it can."""
    if fault.happen is not _clock_off:
        return ""
    if not _library():
        return "libfaketime is not installed (Debian's package)"
    told = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        env={**os.environ, **_faked(OFF_SECONDS)},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    works = told and float(told) > time.time() + OFF_SECONDS / 2
    return "" if works else "libfaketime changes nothing here"


def _library() -> str:
    return next(map(str, Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), "")


def _faked(offset: int) -> Mapping[str, str]:
    """The environment of a process whose clock is wrong by so many seconds; what measures spans stays right."""
    monotonic = dict.fromkeys(("FAKETIME_DONT_FAKE_MONOTONIC", "DONT_FAKE_MONOTONIC", "NO_FAKE_STAT"), "1")
    return {"LD_PRELOAD": _library(), "FAKETIME": f"{offset:+}s", **monotonic}
