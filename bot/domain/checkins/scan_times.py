"""When a scan happened: by the scanner's clock where that can be right, else when it arrived."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from flows.shapes.scans import Scan

MAX_CLOCK_BEHIND = timedelta(minutes=2)
"""How far a clock may be behind the making of the pass or the device (docs/contract.md#scans-without-a-network)."""
MAX_COUNTER_DRIFT = timedelta(minutes=2)
"""How far a counter of milliseconds may run ahead of our clock in days without a network."""
NOW_TOLERANCE = timedelta(seconds=5)
"""How far a scanner's clock may be ahead of ours: two machines never agree to the second."""


MAX_LIVE_SCAN_AGE = timedelta(minutes=15)
"""How old a live scan may be by what the scanner says; what differs by more, or is ahead, is not believed."""


def live_scan_time(scan: Scan, now: datetime) -> datetime:
    """The moment of a scan that is told at once: the scanner's where that can be, else ours."""
    return next((moment for moment, _ in _claimed_time(scan, now) if now - MAX_LIVE_SCAN_AGE <= moment <= now), now)


def at_its_time(scan: Scan, earliest: datetime, now: datetime) -> Scan:
    """A scan of a batch at the moment that counts for it. `earliest`: when the latest was made of all that it needs
    (pass, device, event).

    By the server's time when the scanner last heard it, and the milliseconds since; without these, or where their sum
    cannot be, by the scanner's own clock; where that cannot be either, by the arrival.
    """
    said = list(_claimed_time(scan, now))
    possible = (min(moment, now) for moment, ahead in said if earliest - MAX_CLOCK_BEHIND <= moment <= now + ahead)
    moment = next(possible, None)
    return replace(scan, scanned_at=moment or now, clock=bool(said) and moment is None)


def _claimed_time(scan: Scan, now: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """The moments that the scanner says, the best first, each with how far it may be ahead of our clock."""
    if scan.anchored_at is not None and scan.elapsed_ms is not None:
        # A time in our future was never told by us, and near the calendar's end adding would overflow.
        heard = min(scan.anchored_at, now + 2 * MAX_COUNTER_DRIFT)
        yield heard + timedelta(milliseconds=scan.elapsed_ms), MAX_COUNTER_DRIFT
    if scan.scanned_at is not None:
        yield scan.scanned_at, NOW_TOLERANCE
