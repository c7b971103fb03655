"""The limit against the wall clock: two worker processes as they run, and a Twilio on a port of this machine."""

import os
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue, enqueue_reply
from bot.delivery.outbox.enqueue import BULK, REPLIES
from bot.delivery.twilio.messages import Twilio
from bot.settings import Settings
from tests.bench.standing import SECRET, conditions, standing
from tests.bot.delivery.conftest import FakeOtps, fetched
from tests.bot.delivery.fake_api import FakeApi, serving
from tests.bot.jobs.conftest import running, wait_for

LIMIT = 80
FREE = 1000
"""A limit that no machine reaches: what two workers can do at all."""
MANY, ASKED = 800, 12


@dataclass(frozen=True)
class Seen:
    """What Twilio saw of a run."""

    rate: float
    """Messages a second, from the first to the last."""
    busiest: int
    """The most within one second, wherever it begins."""
    longest_wait: float
    """Seconds that a reply waited, at most."""
    behind: int
    """Messages to many that left between the asking for a reply and its leaving, at most."""


def print_all() -> None:
    """The limit and what of it was used, beside what the same machine does without one."""
    print(f"Pace: {MANY} messages to many and {ASKED} replies, two worker processes, SQLite; {conditions()}")
    limited, free = measured(LIMIT), measured(FREE)
    print(f"  limit {LIMIT}: {limited.rate:.1f} a second, at most {limited.busiest} in any second;")
    print(f"    replies waited {limited.longest_wait * 1000:.0f} ms at most, behind {limited.behind} at most")
    print(f"  no limit: {free.rate:.1f} a second; the limited run used {limited.rate / LIMIT:.1%} of its limit")
    if free.rate < 1.5 * LIMIT:
        print("  a figure below 76 says here more of the machine, and of what else it does, than of the limit")


def measured(limit: int) -> Seen:
    """Let two workers send many messages, and ask for replies meanwhile."""
    with standing("sqlite") as environment, serving() as api, tempfile.TemporaryDirectory() as folder:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        more = {"TWILIO_API_BASE": api.origin, "TWILIO_MPS": str(limit), "WORKERS": "2", "LOG_FORMAT": "json"}
        settings = Settings(secret_key=SECRET, twilio_api_base=api.origin)
        database, redis = Database(environment["DATABASE_URL"]), Redis.from_url(environment["REDIS_URL"])
        outbox = Outbox(database, redis, Twilio(settings), FakeOtps(), settings, check_media=fetched)
        outbox.dispatch([_owed(database, number, BULK) for number in range(MANY)])
        with running("bot.jobs.worker", inherited | environment | more, Path(folder)):
            asked = _ask(database, outbox, api)
            wait_for(lambda: len(api.taken) == MANY + ASKED, "every message")
        redis.close()
        database.close()
    return _seen(api, asked)


def _ask(database: Database, outbox: Outbox, api: FakeApi) -> dict[str, float]:
    asked: dict[str, float] = {}
    wait_for(lambda: len(api.taken) > LIMIT, "the first second")
    for number in range(MANY, MANY + ASKED):
        outbox.dispatch([_owed(database, number, REPLIES)])
        asked[str(number)] = time.monotonic()
        wait_for(_came(api, str(number)), "the reply")
    return asked


def _came(api: FakeApi, body: str) -> Callable[[], bool]:
    return lambda: body in api.bodies


def _owed(database: Database, number: int, priority: int) -> int:
    lane, body, now = f"whatsapp:+9198{number:08}", str(number), datetime.now(UTC)
    with database.write() as db:
        if priority == BULK:
            return enqueue(db, kind="text", address=lane, payload={"body": body}, priority=priority, now=now)
        return enqueue_reply(db, message_sid=body, address=lane, sender=None, body=body, now=now)


def _seen(api: FakeApi, asked: dict[str, float]) -> Seen:
    left = dict(zip(api.bodies, api.moments, strict=True))
    moments, many = sorted(left.values()), [moment for body, moment in left.items() if int(body) < MANY]
    return Seen(
        rate=(len(moments) - 1) / (moments[-1] - moments[0]),
        busiest=max(bisect_left(moments, moment + 1) - place for place, moment in enumerate(moments)),
        longest_wait=max(left[reply] - began for reply, began in asked.items()),
        behind=max(sum(1 for one in many if began < one < left[reply]) for reply, began in asked.items()),
    )
