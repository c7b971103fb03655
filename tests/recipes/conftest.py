from pathlib import Path

import pytest

from tests.recipes.copy import Copy, copied


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The repository, to follow a recipe in."""
    return copied(tmp_path)
