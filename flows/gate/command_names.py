"""The gate's commands, by the names that they have in the vocabulary."""

from flows.shapes.scans import IN as IN
from flows.shapes.scans import OUT as OUT

SCAN, COUNT, CHECK, FORCE = "scan", "count", "check", "force"
FIND, GATE_COMMAND, EVENT, UNDO, NEW, STATS, VISITOR = "find", "gate", "event", "undo", "new", "stats", "visitor"
SIGN_IN = "sign_in"
PAUSE, RESUME, RELEASE = "pause_entry", "resume_entry", "release"
UNCLEAR = "unclear"
"""Passes beside what does not say plainly what is to be done with them."""
