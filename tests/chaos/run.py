"""One run from start to table."""

import time
from contextlib import closing
from pathlib import Path

from redis import Redis

from bot.database import Database
from tests.chaos import facts
from tests.chaos.killing import Killer
from tests.chaos.phones import Crowd
from tests.chaos.plan import NOBODY, Plan
from tests.chaos.processes import standing
from tests.chaos.report import Report, heard, judge

ALONE_SECONDS = 60.0
THINK_SECONDS = 3.0
"""On the average, between an answer and the next message."""


def run(plan: Plan, folder: Path) -> Report:
    """Let everybody register while processes are killed; what came of it."""
    with standing(plan, folder) as stack, closing(Database(stack.settings.database)) as database:
        redis = Redis.from_url(stack.settings.redis)
        crowd = Crowd(plan, stack.twilio)
        crowd.register([NOBODY], 0, 0.01, ALONE_SECONDS, lambda: not facts.waiting(database, redis))
        if not heard(crowd, NOBODY).pictures:
            raise RuntimeError(f"one person alone did not come through; see the logs in {folder}")
        began = time.monotonic()
        killer = Killer(plan, stack, crowd.taken)
        killer.start()
        crowd.register(
            plan.numbers,
            plan.seconds * 0.8,
            THINK_SECONDS,
            plan.patience,
            lambda: killer.ended and not facts.waiting(database, redis),
        )
        report = judge(crowd, plan.numbers, facts.registrations(database), facts.states(redis, [NOBODY, *plan.numbers]))
        report.seconds = time.monotonic() - began
        report.killed = killer.done
        report.left_over = facts.waiting(database, redis)
        report.looked_up = facts.looked_up(stack)
        return report
