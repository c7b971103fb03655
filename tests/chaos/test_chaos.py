"""The small run: half a minute for what `make chaos` does at full size (figures: docs/figures.md).

That a run finds what is sent twice is shown there, where the look-up is off the second time; for one worker
and one message in tests/bot/delivery/dispatch/test_crashes.py.
"""

from pathlib import Path

import pytest

from tests.chaos.plan import Plan
from tests.chaos.run import run

pytestmark = pytest.mark.race
SMALL = Plan(phones=24, kills=6, seconds=12, hurried=True, patience=150)


def test_nothing_is_lost_doubled_or_out_of_order_while_processes_are_killed(tmp_path: Path) -> None:
    report = run(SMALL, tmp_path)
    print(report.table())
    assert report.faults == {}
    assert report.exact == SMALL.phones
    assert sum(report.killed.values()) == SMALL.kills
