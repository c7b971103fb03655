"""When a scan happened that is told later: whose clock is believed, and what is flagged."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.checkins.scan_times import at_its_time, live_scan_time
from tests.bot.domain.gate import NOON, at, scan

MADE, ARRIVED = at(9), at(19)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def anchored(moment: datetime, minutes: int = 30) -> dict[str, Any]:
    """An anchor so many minutes before the moment."""
    return {"anchored_at": moment - minutes * MINUTE, "elapsed_ms": minutes * 60_000}


CASES: dict[str, tuple[dict[str, Any], datetime, bool]] = {
    "nothing is said": ({}, ARRIVED, False),
    "the scanner's clock": ({"scanned_at": NOON}, NOON, False),
    "a clock that was put back a day": (anchored(NOON) | {"scanned_at": NOON - DAY}, NOON, False),
    "a clock that was put forward": (anchored(NOON) | {"scanned_at": NOON + 3 * DAY}, NOON, False),
    "an anchor without its milliseconds": ({"anchored_at": at(10), "scanned_at": NOON}, NOON, False),
    "milliseconds without their anchor": ({"elapsed_ms": 5, "scanned_at": NOON}, NOON, False),
    "an anchor that we have not told yet": (anchored(ARRIVED + DAY) | {"scanned_at": NOON}, NOON, False),
    "the same, and no other clock": (anchored(ARRIVED + DAY), ARRIVED, True),
    "at the end of the calendar": (
        {"anchored_at": datetime.max.replace(tzinfo=UTC), "elapsed_ms": 10**9},
        ARRIVED,
        True,
    ),
    "at its beginning": ({"anchored_at": datetime.min.replace(tzinfo=UTC), "elapsed_ms": 0}, ARRIVED, True),
    "milliseconds that a crystal ran ahead": (anchored(ARRIVED + MINUTE), ARRIVED, False),
    "an anchor before the pass was made": (anchored(MADE - 3 * MINUTE) | {"scanned_at": NOON}, NOON, False),
    "both before it": (anchored(MADE - DAY) | {"scanned_at": MADE - DAY}, ARRIVED, True),
    "just before it": ({"scanned_at": MADE - 2 * MINUTE}, MADE - 2 * MINUTE, False),
    "too long before it": ({"scanned_at": MADE - 2 * MINUTE - timedelta(seconds=1)}, ARRIVED, True),
    "in the future": ({"scanned_at": ARRIVED + MINUTE}, ARRIVED, True),
    "in the same second as we": ({"scanned_at": ARRIVED + timedelta(seconds=1)}, ARRIVED, False),
    "years ago": ({"scanned_at": NOON.replace(year=2000)}, ARRIVED, True),
}


@pytest.mark.parametrize("case", CASES)
def test_whose_clock_is_believed(case: str) -> None:
    said, moment, flagged = CASES[case]
    found = at_its_time(scan("x", channel="batch", **said), MADE, ARRIVED)
    assert (found.scanned_at, found.clock) == (moment, flagged)


def test_a_scan_that_is_told_at_once_is_minutes_old_at_most() -> None:
    told: tuple[dict[str, Any], ...] = (
        {},
        {"scanned_at": NOON - MINUTE},
        anchored(NOON - MINUTE) | {"scanned_at": NOON - DAY},
        {"scanned_at": NOON + MINUTE},
        {"scanned_at": NOON - DAY},
    )
    assert [NOON - live_scan_time(scan("x", **one), NOON) for one in told] == [*(n * MINUTE for n in (0, 1, 1, 0, 0))]
