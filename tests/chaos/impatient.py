"""`python -m tests.chaos.impatient worker|clock [hurried] [blind]`: with its patience shortened or its eyes shut."""

import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.conversation import replay
from bot.delivery.outbox import leases
from bot.delivery.twilio import messages as twilio_messages
from bot.jobs import clock, tasks, worker

FEW_SECONDS = 5


def hurried() -> None:
    """Take up after seconds what a killed worker held, and what never came: instead of minutes."""
    leases.LEASE_TTL = timedelta(seconds=6)
    leases.LOOKUP_DELAY = timedelta(seconds=3)
    replay.SETTLING_TIME = timedelta(seconds=9)
    often = (tasks.look_for_missed, tasks.take_over)
    schedule = (replace(piece, every=FEW_SECONDS) if piece.task in often else piece for piece in clock.SCHEDULE)
    clock.Clock.__init__.__defaults__ = (tuple(schedule),)  # what it takes by itself


def blind() -> None:
    """Find no message in Twilio's list: what an outbox does that simply tries again."""

    def find(*_: Any, **__: Any) -> None:
        return None

    twilio_messages.Twilio.find = find  # type: ignore[method-assign]  # the whole point


if __name__ == "__main__":
    for name in sys.argv[2:]:
        {"hurried": hurried, "blind": blind}[name]()
    {"worker": worker.main, "clock": clock.main}[sys.argv[1]]()
