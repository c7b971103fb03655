"""What a run is to be."""

from dataclasses import dataclass

SPOKEN = ("hi", "1", "{name}", "1", "3", "Delhi", "yes")
"""A whole registration with the demo event."""
NOBODY = "+918200000000"
"""The phone of somebody who registers alone, before anything is killed: what everybody should hear."""

AWAY_KEY = "chaos:away"
"""In the Redis of the process that plays Twilio: while it stands, the REST API hangs up on whoever calls."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many phones write while how many processes are killed."""

    webs: int = 2
    workers: int = 2
    phones: int = 300
    kills: int = 60
    seconds: float = 110.0
    """Within which the kills fall and most phones begin."""
    twice: float = 1 / 3
    """The share of messages that Twilio delivers twice."""
    silent: float = 1 / 2
    """The share of our messages of which Twilio reports no status, so that only its list can tell."""
    odd: float = 0.0
    """The share of messages that Twilio delivers late, reports twice, refuses or hangs up on."""
    late: float = 1.5
    """Seconds by which what is late is late, at most."""
    seed: int = 3
    hurried: bool = False
    """Short leases in the outbox: for a run of a minute, not for figures."""
    blind: bool = False
    """Without the look-up in Twilio's list: shows that the run can find a doubled message."""
    aimed: bool = False
    """Every kill hits a worker whose message Twilio has just taken."""
    patience: float = 330.0
    """Seconds after the start within which all must have come right; under faults: after the last of them."""
    short: bool = False
    """Of the faults only some."""
    scale: float = 1.0
    """How much shorter or longer than usual the faults are."""
    slower: float = 1.5
    """How much longer the faults may take than they would if nothing took long to start."""
    pause: float = 10.0
    """Seconds from the end of one fault to the beginning of the next: between this and half of it more or less."""
    capacity: int | None = None
    """Places of the first day; whoever comes too late takes another."""

    @property
    def numbers(self) -> list[str]:
        """The phones' numbers."""
        return [f"+9182{place:08d}" for place in range(1, self.phones + 1)]


def name_of(number: str) -> str:
    """The name that the person with this phone gives: letters only, so that no digit of it is changed."""
    letters = "".join("abcdefghij"[int(digit)] for digit in number[-4:])
    return f"Asha {letters.capitalize()}"
