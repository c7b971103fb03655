"""The simulated 24-hour window: open until a test or a person closes it.

Nobody waits a day at a simulator; an order of `{"close_window": "+91…"}` lets the day be over for a phone.
"""

from webhooks.simulator.store.messages import KEEP_SECONDS, Message
from webhooks.simulator.store.phones import Phone
from webhooks.simulator.store.state import Parts


def shut(parts: Parts, phone: Phone) -> None:
    """Let a phone's last message to each of our senders be a day old."""
    for address in phone.addresses:
        for sender in parts.senders:
            parts.redis.set(_key(address, sender), 1, ex=KEEP_SECONDS)


def open_again(parts: Parts, phone: Phone, sender: str) -> None:
    """Open the window: somebody writes to this sender."""
    parts.redis.delete(*(_key(address, sender) for address in phone.addresses))


def is_shut(parts: Parts, message: Message) -> bool:
    """Whether WhatsApp would carry only an approved template."""
    return bool(parts.redis.exists(_key(message.recipient, message.sender)))


def _key(address: str, sender: str) -> str:
    return f"sim:window:{address}|{sender}"
