"""The gate in the chat: a fair, a pass for it, and a volunteer."""

import pytest

from bot.database import Database
from bot.domain.keys import KeyRing
from flows.understanding import codes
from tests.bot.domain.gate import NOON, make_fair
from tests.gate_talk import RAVI, Chat, chat


@pytest.fixture
def shown_code(database: Database, ring: KeyRing) -> str:
    """The code of a pass of four at a fair with two gates, where Ravi and Mira work."""
    return codes.shown(make_fair(database, ring))


@pytest.fixture
def ravi(database: Database, ring: KeyRing, shown_code: str) -> Chat:
    """Ravi's phone, at noon of the first day."""
    return chat(database, ring, RAVI, NOON)
