"""The sender that writes to somebody: the one to which they last wrote."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from admin_cli.console import session


@contextmanager
def last_senders() -> Iterator[Callable[[str], str | None]]:
    """A function that gives, for an address, the sender to which it last wrote; None where nobody knows."""
    from bot.delivery.outbox.session_window import Windows
    from bot.ops.connections import connected

    settings = session.settings()
    with connected(settings.redis) as redis:
        yield partial(Windows(redis).last, senders=settings.twilio_whatsapp_from)
