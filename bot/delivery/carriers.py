"""What takes messages to people: one carrier for each kind of address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.address import Address
from bot.delivery.message import OutboundMessage, SentSearch


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A status of one message as its carrier tells it, by callback or in its list."""

    message_sid: str
    status: str
    error_code: int | None = None


class Carrier(Protocol):
    """Sends messages and can look up what was sent, from several threads at once: see
    bot.delivery.twilio.messages.Twilio.
    """

    def send(self, message: OutboundMessage) -> str:
        """Send one message; its SID. Raises SendFailed."""

    def find(self, wanted: SentSearch) -> StatusUpdate | None:
        """A message that was sent; None: none such was. Raises SendFailed where that cannot be known."""


@dataclass(frozen=True, slots=True)
class ByAddress:
    """The carrier that hands each message to the one of its address's kind."""

    twilio: Carrier
    """Takes every kind that no other one takes, and refuses what it does not know."""
    others: Mapping[str, Carrier] = field(default_factory=dict)
    """Further carriers, by kind of address."""

    def send(self, message: OutboundMessage) -> str:
        """See Carrier."""
        return self._of(message.to).send(message)

    def find(self, wanted: SentSearch) -> StatusUpdate | None:
        """See Carrier."""
        return self._of(wanted.to).find(wanted)

    def _of(self, address: str) -> Carrier:
        return self.others.get(Address.parse(address).kind, self.twilio)
