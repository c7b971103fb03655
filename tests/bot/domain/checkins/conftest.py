import pytest

from bot.database import Database
from bot.domain.keys import KeyRing
from tests.bot.domain.gate import make_fair


@pytest.fixture
def code(database: Database, ring: KeyRing) -> str:
    """The code of a pass of four for the fair, with its gates and people."""
    return make_fair(database, ring)
