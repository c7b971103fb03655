"""One message, ready for its carrier, and what is asked of a carrier's list of messages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    """A Content template and what is put into it."""

    sid: str
    variables: str
    """JSON, as Twilio takes it."""

    def __repr__(self) -> str:
        """Without personal data."""
        return f"Filled({self.sid})"


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message, ready for its carrier."""

    to: str
    """The address, in its written form (bot.address)."""
    sender: str | None
    """Which of our senders; None: the first one of the settings."""
    body: str
    media_url: str | None = None
    validity: int | None = None
    """Seconds after which Twilio drops it unsent; None: Twilio's own limit."""
    content: FilledTemplate | None = None
    """Sent in the place of body and picture; the body goes at once where Twilio refuses the template."""
    also_listed_as: tuple[str, ...] = ()
    """Texts other than the body under which Twilio may list the message."""
    callback: str | None = None
    """Where Twilio tells how the message fares."""

    @property
    def listed_as(self) -> tuple[str, ...]:
        """The texts under which Twilio may list it."""
        return (self.body, *self.also_listed_as)

    def __repr__(self) -> str:
        """Without personal data."""
        return f"Message(media={self.media_url is not None})"


@dataclass(frozen=True, slots=True)
class SentSearch:
    """A message that may have been sent, as a carrier's list would show it."""

    to: str
    bodies: tuple[str, ...]
    """All texts that it may be listed with."""
    media: int | None
    """How many media it has; None: any number."""
    since: datetime
    known: Collection[str] = ()
    """SIDs of other messages."""

    def __repr__(self) -> str:
        """Without personal data."""
        return f"SentSearch(since={self.since})"
