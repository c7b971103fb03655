"""A walk-up: somebody who is registered at the gate, from whatever channel; and the effects of its conversation."""

from dataclasses import dataclass, field

from flows.shapes import Effect


@dataclass(frozen=True, slots=True)
class Walkup:
    """A walk-up to register: the visitor's answers, and who registers them."""

    event: str
    """The event's slug."""
    request_id: str
    """The desk's own name of this request, unique within the event: a UUID, or a message's SID."""
    full_name: str
    party_size: int
    language: str
    """The language of the pass and of what comes with it."""
    consent_version: int
    """That of the words that were read out and agreed to."""
    kind: str = "visitor"
    """The slug of any kind of the event."""
    phone: str | None = None
    """E.164; None: they gave none."""
    gate: str | None = None
    """The slug of the gate where they stand."""
    admit: bool = False
    """Whether the whole party goes in now."""
    anyway: bool = False
    """Although the phone holds a pass of this kind for today."""
    overbook: bool = False
    """Whether to go beyond the day's capacity: supervisors only."""
    staff_id: int | None = None
    device_id: int | None = None
    """Who registers them: a volunteer or a device."""
    channel: str = "api"
    """The channel of the admission: `whatsapp`, `api` or `page`."""


@dataclass(frozen=True, slots=True)
class LookForPass(Effect):
    """Refuse `already_registered` (`code`, `day`) where this phone holds a pass of this kind for today."""

    event: str
    kind: str
    phone: str


@dataclass(frozen=True, slots=True)
class RegisterWalkup(Walkup, Effect):
    """Register somebody for today and admit them where that is asked; refuses as bot.domain.checkins.walkups does.

    Results: `code`; `told`, the lines of the admission; `sent`, the sentence on how the pass reaches them.
    """

    request_id: str = field(default="", kw_only=True)
    """That of the message that is answered, whatever stands here; so is the channel."""
    timezone: str = field(kw_only=True)
