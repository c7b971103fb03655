"""Which sender writes to somebody who is told something: the one to which they last wrote."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from admin_cli import opening


@contextmanager
def last_senders() -> Iterator[Callable[[str], str | None]]:
    """By address the sender to which somebody last wrote; None: nobody knows."""
    from bot.delivery.window import Windows
    from bot.whereabouts import connected

    settings = opening.settings()
    with connected(settings.redis) as redis:
        yield partial(Windows(redis).last, senders=settings.twilio_whatsapp_from)
