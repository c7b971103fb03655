"""The small run: half a minute for what `make chaos` does at full size (figures: docs/figures.md).

That the checker sees what goes wrong is shown by tests/chaos/checker/test_checker.py; that a run finds what is sent
twice by `make chaos`, where the look-up is off the last time.
"""

from pathlib import Path

import pytest

from tests.chaos.faults import SHORT
from tests.chaos.plan import Plan
from tests.chaos.under_faults import run_under_faults

pytestmark = pytest.mark.race
SMALL = Plan(
    webs=1, workers=1, phones=12, short=True, scale=0.1, hurried=True, odd=0.1, pause=1.5, capacity=30, patience=120
)


def test_every_promise_is_kept_while_everything_breaks(tmp_path: Path) -> None:
    outcome = run_under_faults(SMALL, tmp_path)
    print(outcome.table())
    assert outcome.broken == {}
    assert outcome.through == SMALL.phones
    assert len(outcome.happened) == len(SHORT)
