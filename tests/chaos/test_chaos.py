"""The small runs: a minute for what `make chaos` does at full size (figures: docs/figures.md).

That a run finds what is sent twice is shown there, where the look-up is off the second time; for one worker
and one message in tests/delivery/test_crashes.py.
"""

from pathlib import Path

import pytest

from tests.chaos.plan import Plan
from tests.chaos.run import run

pytestmark = pytest.mark.race
SMALL = Plan(phones=24, kills=6, seconds=12, hurried=True, patience=150)
AIMED = Plan(phones=8, kills=3, seconds=4, hurried=True, aimed=True, silent=1.0, patience=120)
"""Workers are killed just when Twilio has taken a message, and no status ever tells."""


def test_nothing_is_lost_doubled_or_out_of_order_while_processes_are_killed(tmp_path: Path) -> None:
    report = run(SMALL, tmp_path)
    print(report.table())
    assert report.faults == {}
    assert report.exact == SMALL.phones
    assert sum(report.killed.values()) == SMALL.kills


def test_what_a_killed_worker_had_sent_is_found_in_twilios_list(tmp_path: Path) -> None:
    report = run(AIMED, tmp_path)
    print(report.table())
    assert report.looked_up > 0
    assert report.faults == {}
