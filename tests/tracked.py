"""The files that belong to the repository, and none that somebody has lying in it."""

import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository whose path fits one of these patterns; without a repository the test is skipped."""
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git clone")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
