"""Whoever is writing, as the database knows them, and the passes that are theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class PassFacts:
    """A valid pass that this person may see, change or cancel: today's or a later one."""

    code: str
    """As shown: XXXX-XXXX."""
    event: str
    day: date
    party_size: int
    full_name: str
    own: bool
    """False: this person registered somebody else."""
    kind_days: tuple[date, ...] = ()
    """Those of its kind, `day` being the first; empty where the day was chosen."""
    answers: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """To the event's own questions, by their names."""


@dataclass(frozen=True, slots=True)
class Person:
    """What the database holds of whoever is writing; `known` is False for a first-timer."""

    known: bool = False
    language: str | None = None
    phone: str | None = None
    stopped: bool = False
    failed_codes: tuple[str, ...] = ()
    """Codes of passes whose image could not be delivered and who was not told so yet."""
    may_prove: bool = False
    """Their phone was somebody else's, one of whose pass codes would prove that they are the same person."""
    proof_untold: bool = False
    """They have not been told of that yet, and there are passes to be had by it."""
    is_unconfirmed: bool = False
    """Their phone stands on a roster, and it is not certain that it is still the same person's."""
