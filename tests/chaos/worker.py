"""`python -m tests.chaos.worker [hurried] [blind]`: the worker with its patience shortened or its eyes shut."""

import sys
from datetime import timedelta
from typing import Any

from bot.delivery.outbox import leases
from bot.delivery.twilio import messages as twilio_messages
from bot.jobs import worker


def hurried() -> None:
    """Take up what a killed worker held after seconds instead of a minute and a half."""
    leases.LEASE_TTL = timedelta(seconds=6)
    leases.LOOKUP_DELAY = timedelta(seconds=3)


def blind() -> None:
    """Find no message in Twilio's list: what an outbox does that simply tries again."""

    def find(*_: Any, **__: Any) -> None:
        return None

    twilio_messages.Twilio.find = find  # type: ignore[method-assign]  # the whole point


if __name__ == "__main__":
    for name in sys.argv[1:]:
        {"hurried": hurried, "blind": blind}[name]()
    sys.exit(worker.main())
