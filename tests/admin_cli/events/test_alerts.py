"""`events alerts`: the thresholds shown, set one by one, and switched off."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
Rows = Callable[..., Any]
USUAL = {"inside": None, "silent_minutes": 10, "failures_percent": 2.0, "queue_seconds": 60}

pytestmark = pytest.mark.databases("sqlite")


def test_the_usual_ones_hold_until_somebody_sets_others(rows: Rows, fair_slug: str) -> None:
    assert rows("events", "alerts", fair_slug) == USUAL
    changed = rows("events", "alerts", fair_slug, "--inside", "5000", "--failures-percent", "2.5")
    assert changed == {**USUAL, "inside": 5000, "failures_percent": 2.5}
    changed = rows("events", "alerts", fair_slug, "--inside", "none", "--queue-seconds", "none")
    assert changed == {**USUAL, "failures_percent": 2.5, "queue_seconds": None}
    assert rows("events", "alerts", fair_slug) == changed


@pytest.mark.parametrize("wrong", ["2.55", "0", "101", "a few", "nan"])
def test_what_is_no_percentage_is_a_usage_error(run: Run, fair_slug: str, wrong: str) -> None:
    assert run("events", "alerts", fair_slug, "--failures-percent", wrong).exit_code == 2


def test_what_cannot_be_a_threshold_is_refused(run: Run, fair_slug: str) -> None:
    for option in ("--inside", "--silent-minutes", "--queue-seconds"):
        result = run("events", "alerts", fair_slug, option, "0")
        assert (result.exit_code, "bad_threshold" in result.stderr) == (1, True)
