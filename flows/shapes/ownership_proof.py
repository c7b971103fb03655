"""The effects of a conversation with somebody whose number was another person's before."""

from dataclasses import dataclass

from flows.shapes import Effect


@dataclass(frozen=True, slots=True)
class ProveByCode(Effect):
    """Join the person with who had their phone before, if this is a pass code of theirs.

    Refuses `not_proved`, `too_many_proofs` (`minutes`).
    """

    code: str


@dataclass(frozen=True, slots=True)
class MarkProofTold(Effect):
    """Note that the person has been told how to prove that the passes of their number are theirs."""
