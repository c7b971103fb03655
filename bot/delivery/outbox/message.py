"""One message, ready for Twilio."""

from dataclasses import dataclass


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
    """A message, ready for Twilio."""

    to: str
    sender: str | None
    body: str
    media_url: str | None = None
    validity: int | None = None
    """Seconds after which Twilio drops it unsent; None: Twilio's own limit."""
    content: FilledTemplate | None = None
    """Sent in the place of the body, which goes at once where Twilio refuses the template."""
    also_listed_as: tuple[str, ...] = ()
    """Texts other than the body under which Twilio may list the message."""

    @property
    def listed_as(self) -> tuple[str, ...]:
        """The texts under which Twilio may list it."""
        return (self.body, *self.also_listed_as)

    def __repr__(self) -> str:
        """Without personal data."""
        return f"Message(media={self.media_url is not None})"
