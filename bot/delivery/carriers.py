"""What takes messages to people: one carrier for each kind of address."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.address import Address


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A status of one message as its carrier tells it, by callback or in its list."""

    message_sid: str
    status: str
    error_code: int | None = None


class Carrier(Protocol):
    """Sends messages and can look up what was sent: see bot.delivery.twilio.messages.Twilio."""

    def send(
        self,
        address: str,
        sender: str | None,
        body: str | None = None,
        media_url: str | None = None,
        status_callback: str | None = None,
        validity: int | None = None,
        content: tuple[str, str] | None = None,
    ) -> str:
        """Send one message; its SID. Raises SendFailed."""

    def find(
        self,
        address: str,
        *,
        body: str | Collection[str],
        media: int | None,
        since: datetime,
        known: Collection[str] = (),
    ) -> StatusUpdate | None:
        """A message that was sent. Raises SendFailed where that cannot be known."""


@dataclass(frozen=True, slots=True)
class ByAddress:
    """The carrier that hands each message to the one of its address's kind."""

    twilio: Carrier
    """Takes every kind that no other one takes, and refuses what it does not know."""
    others: Mapping[str, Carrier] = field(default_factory=dict)
    """Further carriers, by kind of address."""

    def send(
        self,
        address: str,
        sender: str | None,
        body: str | None = None,
        media_url: str | None = None,
        status_callback: str | None = None,
        validity: int | None = None,
        content: tuple[str, str] | None = None,
    ) -> str:
        """See Carrier."""
        return self._of(address).send(address, sender, body, media_url, status_callback, validity, content)

    def find(
        self,
        address: str,
        *,
        body: str | Collection[str],
        media: int | None,
        since: datetime,
        known: Collection[str] = (),
    ) -> StatusUpdate | None:
        """See Carrier."""
        return self._of(address).find(address, body=body, media=media, since=since, known=known)

    def _of(self, address: str) -> Carrier:
        return self.others.get(Address.parse(address).kind, self.twilio)
