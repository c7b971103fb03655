"""One message, ready for its carrier, and what is asked of a carrier's list of messages.

What is personal of them shows in no repr.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    """A Content template and what is put into it."""

    sid: str
    variables: str = field(repr=False)
    """JSON, as Twilio takes it."""


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message, ready for its carrier."""

    to: str = field(repr=False)
    """The address, in its written form (bot.address)."""
    sender: str | None
    """Which of our senders; None: the first one of the settings."""
    body: str = field(repr=False)
    media_url: str | None = field(default=None, repr=False)
    validity: int | None = None
    """Seconds after which Twilio drops it unsent; None: Twilio's own limit."""
    content: FilledTemplate | None = None
    """Sent in the place of body and picture; the body goes at once where Twilio refuses the template."""
    also_listed_as: tuple[str, ...] = field(default=(), repr=False)
    """Texts other than the body under which Twilio may list the message."""
    callback: str | None = None
    """Where Twilio tells how the message fares."""

    @property
    def listed_as(self) -> tuple[str, ...]:
        """The texts under which Twilio may list it."""
        return (self.body, *self.also_listed_as)


@dataclass(frozen=True, slots=True)
class SentSearch:
    """A message that may have been sent, as a carrier's list would show it."""

    to: str = field(repr=False)
    bodies: tuple[str, ...] = field(repr=False)
    """All texts that it may be listed with."""
    media: int | None
    """How many media it has; None: any number."""
    since: datetime
    known: Collection[str] = ()
    """SIDs of other messages."""
