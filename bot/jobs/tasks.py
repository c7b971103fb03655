"""What RQ runs, a line each. Jobs carry ids only; everything else is read when they run."""

import os

from bot.service import Service, assemble
from bot.settings import load

_kept: dict[int, Service] = {}


def service() -> Service:
    """The service of this process, put together by its first job.

    Kept by process id: connections must not be shared with the process that this one was forked from.
    """
    mine = os.getpid()
    if mine not in _kept:
        _kept.clear()
        _kept[mine] = assemble(load())
    return _kept[mine]


def deliver(delivery_id: int) -> None:
    """Send one delivery of the outbox."""
    service().outbox.deliver(delivery_id)


def sweep() -> None:
    """Enqueue deliveries that are due and that no job holds."""
    service().outbox.sweep(service().now())


def take_over() -> None:
    """Take the messages of people whom no web process serves any more."""
    service().dialogue.take_over()
