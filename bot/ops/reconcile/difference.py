"""One thing that is not as another says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference: nothing in it is personal."""

    code: str
    """Which rule does not hold, such as `taken_differs`."""
    subject: str
    """What it is about: `registration 12`, `pass 7K3M-PQ2R`."""
    said: str
    """Both sides, in words."""
    mended: bool = False
