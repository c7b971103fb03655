"""`python -m tests.chaos`, as tables: the full run, one that aims at workers, and one without the look-up."""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.chaos.plan import Plan
from tests.chaos.report import Report
from tests.chaos.run import run


def main() -> int:
    """The exit code: 1 where one of the first two had a fault, or the one without look-up had none."""
    plan = _asked()
    folder = Path(tempfile.mkdtemp(prefix="pravesh-chaos-"))
    print(f"The logs are in {folder}\n", flush=True)
    seeing = _printed("as it is", plan, folder / "seeing")
    aimed = replace(plan, phones=10, kills=4, seconds=6, hurried=True, aimed=True, silent=1.0)
    looked = _printed("workers killed when Twilio has just taken a message", aimed, folder / "aimed")
    blind = _printed("without the look-up", replace(plan, blind=True, hurried=True, silent=1.0), folder / "blind")
    return int(bool(seeing.faults or looked.faults) or not looked.looked_up or not blind.doubled)


def _printed(title: str, plan: Plan, folder: Path) -> Report:
    folder.mkdir()
    report = run(plan, folder)
    print(f"{title}\n{report.table()}\n", flush=True)
    return report


def _asked() -> Plan:
    usual = Plan()
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--phones", type=int, default=usual.phones)
    parser.add_argument("--kills", type=int, default=usual.kills)
    parser.add_argument("--seconds", type=float, default=usual.seconds)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--hurried", action="store_true")
    return replace(usual, **vars(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
