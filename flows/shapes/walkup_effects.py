"""The effects of a walk-up registration."""

from dataclasses import dataclass

from flows.shapes import Effect
from flows.shapes.gate_effects import AtEvent


@dataclass(frozen=True, slots=True)
class LookForPass(Effect):
    """Refuse `already_registered` (`code`, `day`) where this phone holds a pass of this kind for today."""

    event: str
    kind: str
    phone: str


@dataclass(frozen=True, slots=True)
class RegisterWalkup(AtEvent, Effect):
    """Register somebody for today and admit them where that is asked; refuses as bot.domain.checkins.walkups does.

    Results: `code`; `told`, the lines of the admission; `sent`, the sentence on how the pass reaches them.
    """

    gate: str | None
    timezone: str
    full_name: str
    party_size: int
    kind: str
    phone: str
    """E.164; empty: none."""
    language: str
    consent_version: int
    admit: bool
    anyway: bool
    overbook: bool
