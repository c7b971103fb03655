"""`python -m tests.chaos`, as tables: under faults; workers killed in the act; without the look-up; all replaced."""

import argparse
import os
import random
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.chaos.plan import Plan
from tests.chaos.report import Report
from tests.chaos.rolling import run as rolling
from tests.chaos.run import run
from tests.chaos.under_faults import run_under_faults

UNDER_FAULTS = Plan(phones=150, odd=0.05, capacity=360, pause=8, patience=330)
"""450 people who want the first day's 360 places, while everything breaks that can."""
AIMED = Plan(phones=10, kills=4, seconds=6, hurried=True, aimed=True, silent=1.0, patience=150)
BLIND = replace(AIMED, blind=True)
"""What the look-up prevents is sent twice then, each time: kills at random hit that moment in some runs only."""
SEEDS = 10_000
PHASES = ("faults", "aimed", "blind", "rolling")


def main() -> int:
    """The exit code: 1 where a promise was broken, where nothing was looked up, or where a blind run shows nothing."""
    asked, began = _asked(), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="pravesh-chaos-"))
    load = " ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"make chaos SEED={asked.seed}   (load {load}; the logs are in {folder})\n", flush=True)
    wrong = [name for name in asked.phases if not PHASE[name](asked.seed, folder / name)]
    print(f"{time.monotonic() - began:.0f} s in all; {'not well: ' + ', '.join(wrong) if wrong else 'all is well'}")
    return int(bool(wrong))


def _faults(seed: int, folder: Path) -> bool:
    """Whether every promise was kept."""
    folder.mkdir(mode=0o700)
    outcome = run_under_faults(replace(UNDER_FAULTS, seed=seed), folder)
    print(f"under faults\n{outcome.table()}\n", flush=True)
    return not outcome.broken and outcome.through == UNDER_FAULTS.phones


def _aimed(seed: int, folder: Path) -> bool:
    """Whether all is word for word as without kills, and something had to be looked up."""
    report = _printed("workers killed when Twilio has just taken a message", replace(AIMED, seed=seed), folder)
    return not report.faults and bool(report.looked_up)


def _blind(seed: int, folder: Path) -> bool:
    """Whether it shows that something is sent twice."""
    return bool(_printed("without the look-up", replace(BLIND, seed=seed), folder).doubled)


def _printed(title: str, plan: Plan, folder: Path) -> Report:
    folder.mkdir(mode=0o700)
    report = run(plan, folder)
    print(f"{title}\n{report.table()}\n", flush=True)
    return report


def _rolling(seed: int, folder: Path) -> bool:
    """Whether nobody noticed that every process was replaced by the next version."""
    folder.mkdir(mode=0o700)
    report = rolling.run(rolling.Change(seed=seed), folder)
    print(f"every process replaced by the next version, with migrations on the way\n{report.table()}\n", flush=True)
    return report.is_clean


PHASE = dict(zip(PHASES, (_faults, _aimed, _blind, _rolling), strict=True))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=random.randrange(SEEDS))
    parser.add_argument("--phases", nargs="+", choices=PHASES, default=list(PHASES))
    parser.add_argument("only", nargs="?", choices=PHASES, help="this phase alone")
    asked = parser.parse_args()
    asked.phases = [asked.only] if asked.only else asked.phases
    return asked


if __name__ == "__main__":
    sys.exit(main())
