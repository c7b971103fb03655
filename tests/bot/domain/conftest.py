"""A database that is never empty: other events, other people and their passes stand around every test."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import checkins, events, people, roster
from bot.domain.checkins import head_counts
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Delivery, Event, Pass
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from flows.shapes.scans import Scan
from tests import snapshot
from tests.bot.domain import race_processes
from tests.bot.domain.builders import DAY, NOW, SECRET, asking
from tests.bot.domain.gate import World, make_world


@pytest.fixture(params=["threads", "processes"])
def race(request: pytest.FixtureRequest, database: Database, database_url: str) -> race_processes.Race:
    """Runs an act for every wish at once, in threads or in the module's own `processes`; what came of each."""
    if request.param == "threads":
        return lambda act, wishes: race_processes.in_threads(database, act, wishes)
    processes: race_processes.Processes = request.getfixturevalue("processes")
    return lambda act, wishes: processes.race(database_url, act, wishes)


@pytest.fixture(scope="module")
def processes(request: pytest.FixtureRequest) -> Iterator[race_processes.Processes]:
    """Processes for all races of a module: its PROCESSES, or two."""
    running = race_processes.Processes(getattr(request.module, "PROCESSES", 2))
    yield running
    running.close()


@pytest.fixture(scope="session")
def kept_noise() -> dict[bool, snapshot.Put]:
    """What puts the noise into an empty database, by whether it is an SQLite; made by the first test of each."""
    return {}


@pytest.fixture(autouse=True)
def noise(
    request: pytest.FixtureRequest, kept_noise: dict[bool, snapshot.Put], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Others' events, contacts, passes and deliveries, so that a forgotten filter fails a test."""
    if "database" not in request.fixturenames or request.node.get_closest_marker("without_noise"):
        return
    database: Database = request.getfixturevalue("database")
    put = kept_noise.get(database.is_sqlite)
    if put:
        put(database)
        return
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        for slug in ("noise-one", "noise-two"):
            _crowd(db, ring, slug)
    kept_noise[database.is_sqlite] = snapshot.taken(database, tmp_path_factory.mktemp("noise"))


def _crowd(db: Session, ring: KeyRing, slug: str) -> None:
    events.create(
        db, slug=slug, name=slug, starts_on=DAY, ends_on=DAY + timedelta(days=3), capacity_per_day=40, now=NOW
    )
    events.open_event(db, slug)
    for number in range(2):
        asker = people.find_or_make(db, phone=f"+9190000000{number:02}", now=NOW)
        issued = registrations.register(db, ring, **asking(asker, event=slug))
        db.add(_failed_delivery(issued, asker))
    _gate(db, ring, slug, issued)
    one = people.find_or_make(db, user="IN.noise", now=NOW)
    one.language, one.stopped_at = "hi", NOW


def _gate(db: Session, ring: KeyRing, slug: str, issued: Pass) -> None:
    """Their gate on the same day: somebody let in, somebody refused, somebody counted."""
    gates.add(db, slug, "Main")
    noon = NOW + (DAY - NOW.date())
    ravi = roster.add(db, slug, phone="+919811111111", name="Ravi", gate="main", region="IN", now=NOW)
    for scan_id in ("same", "twice"):
        scan = Scan(issued.code, scan_id, slug, "api", "main", staff_id=ravi.id)
        checkins.admit(db, ring, scan, noon)
    head_counts.add(db, HeadCountRequest(slug, "in 5", "in", 3, "whatsapp", "main", staff_id=ravi.id), noon)


def _failed_delivery(issued: Pass, contact: Contact) -> Delivery:
    return Delivery(
        kind="pass",
        lane="whatsapp:+919000000000",
        priority=1,
        payload={"language": "en"},
        pass_id=issued.id,
        contact_id=contact.id,
        status="failed",
        not_before=NOW,
        give_up_at=NOW,
        created_at=NOW,
    )


@pytest.fixture
def asha(db: Session) -> Contact:
    """Somebody with a phone."""
    return people.find_or_make(db, phone="+919812345678", now=NOW)


@pytest.fixture
def world(db: Session, ring: KeyRing, fair: Event) -> World:
    """The fair with its gates, its people and a pass of four."""
    return make_world(db, ring, fair)
