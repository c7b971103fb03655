"""What the tests of several rooms of the bot begin with."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events
from bot.domain.keys import KeyRing
from bot.domain.models import Event
from bot.service import Service, assemble
from bot.settings import Settings
from tests.bot.domain.builders import DAY, NOW, SECRET


@pytest.fixture
def ring(database: Database) -> KeyRing:
    """The signing keys of the database."""
    return KeyRing.open(database, SECRET)


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


@pytest.fixture
def service(redis: "Redis", redis_url: str, database: Database) -> Iterator[Service]:
    """The whole service, with the simulator's account; no event."""
    made = assemble(Settings(database_url=database.url, redis_url=redis_url, secret_key="a secret for tests only"))
    yield made
    made.close()
