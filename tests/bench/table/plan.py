"""How much is measured."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of a run."""

    rounds: int
    """How often the bare stack and ours take turns."""
    people: int
    """Who register in a round; each gets a pass."""
    scans: int
    """Admissions of a round."""
    bare: int
    """Requests of a round to the bare stack."""
    paced_seconds: float
    """How long messages and scans come at half of the top rate."""
    faults: int
    """Passes that are delivered while Twilio makes trouble."""
    patience: float
    """Seconds after which those that have not arrived are given up."""
    soak_seconds: float
    """How long people register after all else, for the memory."""
    pictures: int


FULL = Plan(
    rounds=3,
    people=200,
    scans=600,
    bare=4000,
    paced_seconds=15.0,
    faults=200,
    patience=240.0,
    soak_seconds=90.0,
    pictures=40,
)
QUICK = Plan(
    rounds=2,
    people=32,
    scans=150,
    bare=1500,
    paced_seconds=4.0,
    faults=50,
    patience=20.0,
    soak_seconds=0.0,
    pictures=15,
)


WARM = 12
"""People who register before anything is measured, so that every process has done its first work."""
WARM_SCANS = 300
"""Scans, and rows of the bare application, before anything is measured: each of a process's connections to the
database connects once, and prepares a statement that it hears for the sixth time."""
LINES = 32
"""Phones, or scanners, at a time where all is asked flat out."""
PACED_LINES = 96
PAUSE = 0.5
"""Seconds between an answer and the next message of a person where messages come at a rate."""
WEB, WORKERS = 2, 2
"""Processes of each."""
ANSWER_SECONDS = float(os.environ.get("ANSWER_MS", "150")) / 1000
"""What Twilio takes to answer a call."""
