"""The small run: half a minute for what `make chaos` does at full size (figures: docs/figures.md).

That the checker sees what goes wrong is shown by tests/chaos/checker/test_checker.py; that a run finds what is sent
twice by `make chaos`, where the look-up is off the last time.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.faults import SHORT
from tests.chaos.plan import Plan
from tests.chaos.under_faults import run_under_faults

pytestmark = pytest.mark.race
SMALL = Plan(
    webs=1, workers=1, phones=10, short=True, scale=0.06, hurried=True, odd=0.1, pause=1, capacity=24, patience=150
)


@pytest.fixture
def chaos_folder() -> Iterator[Path]:
    """Not pytest's own, which it closes to all other users whenever it starts: PostgreSQL may run as one."""
    with tempfile.TemporaryDirectory(prefix="pravesh-chaos-") as made:
        yield Path(made)


def test_every_promise_is_kept_while_everything_breaks(chaos_folder: Path) -> None:
    outcome = run_under_faults(SMALL, chaos_folder)
    print(outcome.table())
    assert outcome.broken == {}
    assert outcome.through == SMALL.phones
    assert len(outcome.happened) == len(SHORT)
