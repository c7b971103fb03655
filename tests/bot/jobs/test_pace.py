"""Two worker processes and one budget: each message takes a place of its own and leaves no sooner.

How many that makes in a second, and who waits for whom, is shown by a clock of the test's in
tests/bot/delivery/outbox/test_limit.py; what a machine makes of it, by `make bench`.
"""

import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue
from bot.delivery.outbox.enqueue import BULK
from bot.delivery.outbox.rate_limit import SPACING_MARGIN_SECONDS
from tests.bot.delivery.fake_api import FakeApi
from tests.bot.jobs.conftest import running, wait_for

LIMIT = 80
STEP = (1 + SPACING_MARGIN_SECONDS) / LIMIT
MANY = 120
SENDER = "whatsapp:+14155238886"
AHEAD = 3.0
"""Seconds until the first place: the workers have started by then, and begin together."""
CLOCKS = 0.005
"""Seconds that Redis' clock and the test's may differ: they are one machine's."""


@pytest.mark.race
def test_two_workers_share_one_row_of_places(
    database: Database, worker_outbox: Outbox, redis: "Redis", api: FakeApi, environment: dict[str, str], tmp_path: Path
) -> None:
    first = time.time() + AHEAD
    redis.set(f"pace:next:{SENDER}", f"{first * 1e6:.0f}")
    with database.write() as db:
        now = datetime.now(UTC)
        lanes = [f"whatsapp:+9198{number:08}" for number in range(MANY)]
        rows = [
            enqueue(db, kind="text", address=lane, payload={"body": lane}, priority=BULK, now=now) for lane in lanes
        ]
    worker_outbox.dispatch(rows)
    between = time.time() - time.monotonic()
    with running("bot.jobs.worker", environment | {"WORKERS": "2", "TWILIO_MPS": str(LIMIT)}, tmp_path) as workers:

        def all_taken() -> bool:
            worker_outbox.sweep(datetime.now(UTC))  # no clock runs here, and whoever came too early was put off
            return len(api.taken) == MANY

        wait_for(all_taken, "every message")
        assert workers.stop() == 0
    left = sorted(moment + between for moment in api.moments)
    places = [first + number * STEP for number in range(MANY)]
    assert all(moment >= place - CLOCKS for moment, place in zip(left, places, strict=True))
    last = float(redis.get(f"pace:next:{SENDER}") or 0) / 1e6
    assert last >= first + MANY * STEP - CLOCKS
    gaps = [later - earlier for earlier, later in pairwise(left)]
    print(f"\n{(MANY - 1) / (left[-1] - left[0]):.1f} a second; the longest pause {max(gaps) * 1000:.0f} ms")
