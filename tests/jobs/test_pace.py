"""Two worker processes against the clock: the limit is used and never passed, and replies do not wait behind bulk."""

import time
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis

from bot.database import Database
from bot.delivery.outbox import Outbox, owe, owe_reply
from bot.delivery.owing import BULK
from bot.delivery.owing import REPLIES as REPLIES_FIRST
from tests.delivery.fake_api import FakeApi
from tests.jobs.conftest import running, wait_for

LIMIT = 80
USED = 0.95
"""So much of the limit must be used."""
MANY = 400
"""Messages to many: five seconds of them."""
REPLIES = 12


@dataclass(frozen=True)
class Seen:
    """What Twilio saw of a run."""

    rate: float
    """Messages a second from the first to the last."""
    busiest: int
    longest_wait: float
    """Seconds that a reply waited, at most."""
    behind: int
    """Messages to many that left between the asking for a reply and its leaving, at most."""


@pytest.mark.race
def test_two_workers_keep_the_limit_and_replies_pass_by(
    database: Database, outbox: Outbox, redis: "Redis", api: FakeApi, environment: dict[str, str], tmp_path: Path
) -> None:
    environment |= {"WORKERS": "2", "TWILIO_MPS": str(LIMIT)}
    seen = one_run("paced", database, outbox, api, environment, tmp_path)
    print(f"\n{seen.rate:.1f} a second, at most {seen.busiest} in any second; of {REPLIES} replies none waited")
    print(f"over {seen.longest_wait * 1000:.0f} ms nor behind more than {seen.behind} of {MANY} messages to many")
    assert seen.busiest <= LIMIT
    assert seen.behind <= 4
    if seen.rate < USED * LIMIT:
        # Where the machine has other things to do, two workers may not be able to use the limit: that is judged
        # by what they do without one.
        free = one_run("free", database, outbox, api, environment | {"TWILIO_MPS": "1000"}, tmp_path)
        print(f"this machine can do {free.rate:.1f} a second just now")
        assert free.rate < 1.5 * LIMIT


def one_run(
    name: str, database: Database, outbox: Outbox, api: FakeApi, environment: dict[str, str], folder: Path
) -> Seen:
    """Let two workers send many messages, and ask for replies meanwhile."""
    first, asked = len(api.taken), list[float]()
    outbox.enqueue([owed(database, f"{name} many {number}", BULK) for number in range(MANY)])
    with running("bot.jobs.worker", environment, folder) as workers:
        wait_for(lambda: len(api.taken) > first + LIMIT, "the first second of messages")
        while len(asked) < REPLIES:
            reply = f"{name} reply {len(asked)}"
            outbox.enqueue([owed(database, reply, REPLIES_FIRST)])
            asked.append(time.monotonic())
            wait_for(lambda: reply in api.bodies, "the reply")  # noqa: B023 - called before the next one is asked for
        wait_for(lambda: len(api.taken) == first + MANY + REPLIES, "every message")
        assert workers.stop() == 0
    left = dict(zip(api.bodies, api.moments, strict=True))
    replied = [left[f"{name} reply {number}"] for number in range(REPLIES)]
    moments = api.moments[first:]
    return Seen(
        rate=(len(moments) - 1) / (moments[-1] - moments[0]),
        busiest=busiest_second(moments),
        longest_wait=max(end - start for start, end in zip(asked, replied, strict=True)),
        behind=max(overtaken(api, start, end) for start, end in zip(asked, replied, strict=True)),
    )


def owed(database: Database, body: str, priority: int) -> int:
    """A message to somebody of their own."""
    lane = f"whatsapp:+9198{abs(hash(body)) % 10**8:08}"
    with database.write() as db:
        if priority == BULK:
            return owe(db, kind="text", lane=lane, payload={"body": body}, priority=priority, now=now())
        return owe_reply(db, message_sid=body, lane=lane, sender=None, body=body, now=now())


def now() -> datetime:
    return datetime.now(UTC)


def busiest_second(moments: list[float]) -> int:
    """The most that came within one second, wherever it begins."""
    return max(bisect_left(moments, moment + 1) - place for place, moment in enumerate(moments))


def overtaken(api: FakeApi, asked: float, left: float) -> int:
    """How many messages to many left between the asking for a reply and its leaving."""
    pairs = zip(api.bodies, api.moments, strict=True)
    return sum(1 for body, moment in pairs if " many " in body and asked < moment < left)
