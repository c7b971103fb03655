"""What the tests of several rooms of the bot begin with."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events
from bot.domain.models import Event
from tests.bot.domain.builders import DAY, NOW


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """One transaction; committed where the test ends well."""
    with database.write() as session:
        yield session


@pytest.fixture
def fair(db: Session) -> Event:
    """An open event of four days from DAY on, without a limit."""
    events.create(db, slug="fair", name="Book Fair", starts_on=DAY, ends_on=DAY + timedelta(days=3), now=NOW)
    return events.open_event(db, "fair")
