"""One run from start to table."""

import time
from contextlib import ExitStack, closing
from pathlib import Path

from redis import Redis

from bot.database import Database
from tests.chaos import facts
from tests.chaos.kill import Killer
from tests.chaos.phones import Crowd
from tests.chaos.plan import NOBODY, Plan
from tests.chaos.processes import Stack, standing
from tests.chaos.report import Report, heard, judge

ALONE_SECONDS = 60.0
THINK_SECONDS = 3.0
"""On the average, between an answer and the next message."""


def run(plan: Plan, folder: Path) -> Report:
    """Let everybody register while processes are killed; what came of it."""
    with ExitStack() as around:
        told = around.enter_context(ExitStack())
        stack = around.enter_context(standing(plan, folder))
        database = around.enter_context(closing(Database(stack.settings.database)))
        redis = around.enter_context(closing(Redis.from_url(stack.settings.redis)))
        crowd = Crowd(plan, stack.twilio)
        crowd.register([NOBODY], 0, 0.01, ALONE_SECONDS, lambda: not facts.waiting(database, redis))
        if not heard(crowd, NOBODY).pictures:
            raise RuntimeError(f"one person alone did not come through; see the logs in {folder}")
        killer = Killer(plan, stack, crowd.taken)
        told.callback(killer.over.set)
        return _under_fire(plan, stack, crowd, killer, database, redis)


def _under_fire(plan: Plan, stack: Stack, crowd: Crowd, killer: Killer, database: Database, redis: "Redis") -> Report:
    began = time.monotonic()
    killer.start()

    def ended() -> bool:
        return killer.ended and not facts.waiting(database, redis)

    crowd.register(plan.numbers, plan.seconds * 0.8, THINK_SECONDS, plan.patience, ended)
    states = facts.states(redis, [NOBODY, *plan.numbers])
    report = judge(crowd, plan.numbers, facts.registrations(database), states)
    report.seconds = time.monotonic() - began
    report.killed = killer.done
    report.left_over = facts.waiting(database, redis)
    report.looked_up = facts.looked_up(stack)
    return report
