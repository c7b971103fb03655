"""Where the files are that tests read."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The root of the repository."""
VECTORS = ROOT / "tests" / "vectors"
"""Recorded webhooks, signatures, error codes, and lists as organisers bring them."""
