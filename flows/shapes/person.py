"""The person who writes and their passes, as flows know them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

MIN_NAME_LENGTH, MAX_NAME_LENGTH = 2, 80
"""Characters of a name, one of them a letter (docs/contract.md#visitors-in-the-chat)."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A day for which people are registered, or wait."""

    event: str
    day: date
    party_size: int
    full_name: str
    answers: Mapping[str, Any] = field(default_factory=dict, hash=False, kw_only=True)
    """Answers to the event's own questions, by name."""


@dataclass(frozen=True, slots=True)
class PassFacts(Visit):
    """A valid pass that this person may see, change or cancel: today's or a later one."""

    code: str
    """As shown: XXXX-XXXX."""
    own: bool
    """False: this person registered somebody else."""
    kind_days: tuple[date, ...] = ()
    """The days of its kind, `day` being the first; empty where the day was chosen."""


@dataclass(frozen=True, slots=True)
class Person:
    """The person who writes, as the database knows them; `known` is False for a newcomer."""

    known: bool = False
    language: str | None = None
    phone: str | None = None
    stopped: bool = False
    failed_codes: tuple[str, ...] = ()
    """Codes of passes whose image could not be delivered and who was not told so yet."""
    may_prove: bool = False
    """Whether their phone was somebody else's: a code of one of that person's passes would prove that they are the
    same."""
    proof_untold: bool = False
    """They have not been told of that yet, and there are passes to be had by it."""
    is_unconfirmed: bool = False
    """Whether their phone stands on a roster, but may not be the same person's any more."""


@dataclass(frozen=True, slots=True)
class WaitingFacts(Visit):
    """A day for which this person waits, or of which they have not been told that the line ended without them."""

    id: int
    place: int
    """Where they stand in the line, from 1; 0 where they do not stand in it any more."""
    offered_until: datetime | None = None
    """Until when a place is theirs for a yes; None: none is."""
    language: str = ""
    consent_version: int = 1
    """The version of the event's consent that they agreed to."""

    @property
    def has_ended(self) -> bool:
        """Whether the line has ended without them."""
        return not self.place and self.offered_until is None
