"""The checker is silent about a small event that went well, and names each promise as soon as it is broken."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bot.database import Database
from bot.delivery import dispatch
from bot.domain import checkins, events, people, roster
from bot.domain.keys import KeyRing
from bot.domain.models import DeliveryEvent
from bot.domain.passes import registration as registrations
from bot.domain.roster import devices, gates
from bot.domain.stats import counter_changes
from flows.shapes.scans import Scan
from tests import empty_tables
from tests.bot.domain.builders import DAY, NOW, SECRET, asking
from tests.chaos.checker import PROMISES, Evidence, Message, PageAnswer, ScanAnswer, broken

ASHA, VINOD, RAVI = "+919812345678", "+919812345679", "+919811111111"
LATER = "We have your message. The answer will come."
NOON = NOW + (DAY - NOW.date())
US = "whatsapp:+14155238886"


@dataclass
class World:
    """A fair with two visitors, a scanner and a volunteer, and what was said."""

    connection: Connection
    codes: tuple[str, str]
    log: list[Message] = field(default_factory=list)
    scans: list[ScanAnswer] = field(default_factory=list)
    pages: list[PageAnswer] = field(default_factory=list)

    @property
    def evidence(self) -> Evidence:
        """All of it."""
        return Evidence(self.connection, self.log, self.scans, self.pages, frozenset({LATER}))

    def sql(self, statement: str, **values: Any) -> None:
        """Change rows behind the service's back, in a transaction that is never committed."""
        self.connection.execute(text(statement), values)

    def says(self, phone: str, body: str, answer: str) -> None:
        """Somebody writes and is answered."""
        self.log.append(Message(f"SM{len(self.log)}", True, f"whatsapp:{phone}", US, body, "received", len(self.log)))
        self.hears(phone, answer)

    def hears(self, phone: str, body: str, **more: Any) -> None:
        """A message comes to somebody."""
        self.log.append(
            Message(f"SM{len(self.log)}", False, US, f"whatsapp:{phone}", body, "read", len(self.log), **more)
        )


@dataclass(frozen=True)
class Stage:
    """The rows, made once, and what the scanner was answered."""

    database: Database
    codes: tuple[str, str]
    scan: ScanAnswer


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """On SQLite; what a test spoils is never committed."""
    file = tmp_path_factory.mktemp("checker") / "test.db"
    file.write_bytes(sqlite_template.read_bytes())
    with closing(Database(f"sqlite:///{file}")) as database:
        yield _staged(database)


def _staged(database: Database) -> Stage:
    codes, scan = _rows(database)
    list(counter_changes.fold_all(database))
    return Stage(database, codes, scan)


@contextmanager
def _as_it_should_be(stage: Stage) -> Iterator[World]:
    codes, scan = stage.codes, stage.scan
    with stage.database.engine.connect() as connection:
        made = World(connection, codes)
        for phone, code in zip((ASHA, VINOD), codes, strict=True):
            made.says(phone, "hi", "What is your full name?")
            made.says(phone, "yes", f"Done! Your pass: {_shown(code)}")
            made.hears(phone, f"{_shown(code)}, 14 January", has_media=True)
        made.says(RAVI, _shown(codes[1]), "✅ Admitted: 2 people")
        made.scans.append(scan)
        made.pages.append(PageAnswer("/", 200, "text/html", "<body>The open events</body>"))
        yield made


def _rows(database: Database) -> tuple[tuple[str, str], ScanAnswer]:
    """The fair's rows as the service writes them, and what its scanner was answered."""
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        events.create(
            db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=1), capacity_per_day=8, now=NOW
        )
        events.open_event(db, "fair")
        gates.add(db, "fair", "Main")
        ravi = roster.add(db, "fair", phone=RAVI, name="Ravi", gate="main", region="IN", now=NOW)
        scanner, _token = devices.add(db, "fair", name="Scanner", gate="main", now=NOW)
        asha, vinod = (_registered(db, ring, phone) for phone in (ASHA, VINOD))
        by_scanner = Scan(asha, "scan-1", "fair", "api", "main", device_id=scanner.id)
        by_chat = Scan(vinod, "SM1", "fair", "whatsapp", "main", staff_id=ravi.id)
        admitted = [checkins.admit(db, ring, scan, NOON).admitted_now for scan in (by_scanner, by_chat)]
        assert admitted == [2, 2]
        refused = replace(by_scanner, scan_id="scan-2")
        assert checkins.admit(db, ring, refused, NOON).result == "already_admitted"
    said = {"result": "admitted", "admitted_now": 2, "message": "✅ Admitted: 2 people"}
    return (asha, vinod), ScanAnswer("scan-1", asha, 200, "application/json", json.dumps(said))


def _registered(db: Any, ring: KeyRing, phone: str) -> str:
    """The code of somebody's pass, which has left."""
    somebody = people.find_or_make(db, phone=phone, now=NOW)
    issued = registrations.register(db, ring, **asking(somebody))
    row = dispatch.enqueue_pass(
        db, issued, address=f"whatsapp:{phone}", sender=None, language="en", now=NOW, key=f"pass:{issued.id}"
    )
    db.execute(text("UPDATE deliveries SET status = 'read' WHERE id = :row"), {"row": row})
    db.add_all(DeliveryEvent(delivery_id=row, at=NOW, what=what) for what in ("tried", "taken"))
    return str(issued.code)


def _shown(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"


def test_where_all_went_well_nothing_is_said(stage: Stage) -> None:
    with _as_it_should_be(stage) as world:
        assert broken(world.evidence) == {}


Spoil = Callable[[World], None]
BROKEN: dict[str, dict[str, Spoil]] = {
    "told is registered": {
        "told a code that nobody has": lambda world: world.hears(ASHA, "Done! Your pass: 7QK2-M9X5"),
        "told, and the pass is no longer valid": lambda world: world.sql(
            "UPDATE passes SET status = 'revoked' WHERE code = :code", code=world.codes[0]
        ),
        "registered twice": lambda world: world.sql(
            "UPDATE registrations SET holder_id = (SELECT min(holder_id) FROM registrations)"
        ),
        "registered and never told": lambda world: _forget(world, lambda one: "Done!" in one.body),
    },
    "passes are sent once": {
        "never came": lambda world: _forget(world, lambda one: one.has_media),
        "failed on its way": lambda world: _fail(world),
        "came twice, and no answer was lost": lambda world: _picture_again(world),
        "came twice, too often": lambda world: _picture_again(world, lost=True),
    },
    "places are kept": {
        "more people than places": lambda world: world.sql("UPDATE event_days SET capacity = 3, beyond = 0, taken = 3"),
        "places given are not counted": lambda world: world.sql("UPDATE event_days SET taken = 3"),
        "a party that is too large": lambda world: world.sql("UPDATE events SET max_party = 1"),
    },
    "parties and scans": {
        "admitted and not in the rows": lambda world: world.sql("DELETE FROM checkins WHERE scan_id = 'scan-1'"),
        "admitted, and fewer in the rows": lambda world: world.sql(
            "UPDATE checkins SET people = 1 WHERE scan_id = 'scan-1'"
        ),
        "a volunteer's is not in the rows": lambda world: world.sql("DELETE FROM checkins WHERE scan_id = 'SM1'"),
        "more than the party in the rows": lambda world: world.sql(
            "UPDATE checkins SET people = 3 WHERE scan_id = 'SM1'"
        ),
        "more than the party were told": lambda world: world.scans.append(replace(world.scans[0], scan_id="scan-3")),
    },
    "nobody is stuck": {
        "a message without an answer": lambda world: world.log.append(
            Message("SM99", True, f"whatsapp:{ASHA}", US, "hi", "received", 99)
        ),
        "only told that the answer will come": lambda world: world.says(ASHA, "hi", LATER),
        "an answer more before, none afterwards": lambda world: _answered_before(world),
        "kept and not taken": lambda world: world.sql(
            "INSERT INTO inbound_messages (message_sid, message, source, sent_at, received_at)"
            " VALUES ('SM98', '{}', 'fallback', :now, :now)",
            now=datetime.now(UTC),
        ),
    },
    "outbox is explained": {
        "waits": lambda world: world.sql("UPDATE deliveries SET status = 'owed'"),
        "failed": lambda world: world.sql("UPDATE deliveries SET status = 'failed'"),
    },
    "figures equal rows": {
        "more went in": lambda world: world.sql("UPDATE figures SET people = people + 1 WHERE metric = 'in'"),
        "at another gate": lambda world: world.sql("UPDATE figures SET who = who + 1 WHERE metric = 'in_at'"),
        "a refusal less": lambda world: world.sql("DELETE FROM figures WHERE metric = 'refused'"),
        "a registration more": lambda world: world.sql(
            "UPDATE figures SET times = times + 1 WHERE metric = 'registered'"
        ),
        "a message less": lambda world: world.sql("UPDATE figures SET times = times - 1 WHERE metric = 'message'"),
        "some are not added": lambda world: world.sql(
            "UPDATE checkins SET undone_at = :now WHERE scan_id = 'SM1'", now=NOON
        ),
    },
    "failures are clear": {
        "an exception in the chat": lambda world: world.hears(ASHA, "OperationalError: server closed the connection"),
        "a placeholder in the chat": lambda world: world.hears(ASHA, "Hello {name}, this is your pass."),
        "nothing to read": lambda world: world.hears(ASHA, ""),
        "an answer that Twilio cannot use": lambda world: world.hears(
            ASHA, "Hello and welcome", note="12100: the answer cannot be used"
        ),
        "a scanner gets a page": lambda world: world.scans.append(
            ScanAnswer("scan-9", "", 500, "text/html", "<h1>Internal Server Error</h1>")
        ),
        "a scanner gets no word": lambda world: world.scans.append(
            ScanAnswer("scan-9", "", 503, "application/problem+json", "{}")
        ),
        "a bare page": lambda world: world.pages.append(
            PageAnswer("/", 500, "text/html", "<html><body><h1>Error</h1></body></html>")
        ),
        "a page for programmers": lambda world: world.pages.append(
            PageAnswer("/", 503, "text/html", "<body><p>redis is not there: ConnectionError</p></body>")
        ),
    },
}


def _forget(world: World, which: Callable[[Message], bool]) -> None:
    found = next(one for one in world.log if which(one))
    world.log.remove(found)
    world.hears(ASHA, "This is something else.")


def _fail(world: World) -> None:
    place = next(place for place, one in enumerate(world.log) if one.has_media)
    world.log[place] = replace(world.log[place], status="failed")


def _picture_again(world: World, *, lost: bool = False) -> None:
    world.hears(ASHA, f"{_shown(world.codes[0])}, 14 January", has_media=True)
    if lost:
        world.sql("DELETE FROM delivery_events WHERE what = 'taken'")


def _answered_before(world: World) -> None:
    world.hears(ASHA, "You are welcome, Asha.")
    world.log.append(Message("SM99", True, f"whatsapp:{ASHA}", US, "hi", "received", 99))


def test_every_promise_can_be_seen_broken() -> None:
    assert set(BROKEN) == set(PROMISES)


@pytest.mark.parametrize("promise", PROMISES)
def test_a_broken_promise_is_named(stage: Stage, promise: str) -> None:
    assert _unseen(stage, promise) == []


def test_so_it_is_on_postgresql(postgres: Database) -> None:
    empty_tables.empty(postgres)
    stage = _staged(postgres)
    with _as_it_should_be(stage) as world:
        assert broken(world.evidence) == {}
    assert [_unseen(stage, promise) for promise in PROMISES] == [[]] * len(PROMISES)


def _unseen(stage: Stage, promise: str) -> list[str]:
    """In which ways this promise can be broken so that the checker does not name it."""
    unseen = []
    for how, spoil in BROKEN[promise].items():
        with _as_it_should_be(stage) as world:
            spoil(world)
            if not list(PROMISES[promise](world.evidence)):
                unseen.append(how)
    return unseen
