"""The sender that writes to somebody: the one to which they last wrote."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from admin_cli.console import session


@contextmanager
def last_sender_of() -> Iterator[Callable[[str], str | None]]:
    """A function that gives, for an address, the sender to which it last wrote; None where nobody knows."""
    from bot.delivery.outbox.session_window import SessionWindows
    from bot.ops.connections import connect_redis

    settings = session.load_settings()
    with connect_redis(settings.redis) as redis:
        yield partial(SessionWindows(redis).last, senders=settings.twilio_whatsapp_from)
