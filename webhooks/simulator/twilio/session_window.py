"""The simulated 24-hour window: open until a test or a person closes it.

Nobody waits a day at a simulator; an order of `{"close_window": "+91…"}` lets the day be over for a phone.
"""

from webhooks.simulator.store.messages import MESSAGE_TTL_SECONDS, SimulatedMessage
from webhooks.simulator.store.phones import SimulatedPhone
from webhooks.simulator.store.state import SimulatorState


def shut(simulator: SimulatorState, phone: SimulatedPhone) -> None:
    """Let a phone's last message to each of our senders be a day old."""
    for address in phone.addresses:
        for sender in simulator.senders:
            simulator.redis.set(_key(address, sender), 1, ex=MESSAGE_TTL_SECONDS)


def open_again(simulator: SimulatorState, phone: SimulatedPhone, sender: str) -> None:
    """Open the window: somebody writes to this sender."""
    simulator.redis.delete(*(_key(address, sender) for address in phone.addresses))


def is_shut(simulator: SimulatorState, message: SimulatedMessage) -> bool:
    """Whether WhatsApp would carry only an approved template."""
    return bool(simulator.redis.exists(_key(message.recipient, message.sender)))


def _key(address: str, sender: str) -> str:
    return f"sim:window:{address}|{sender}"
