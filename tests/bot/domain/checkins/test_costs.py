"""With two million visitors no turn may read a whole table: what SQLite would do with each statement.

But for a search by name, which goes through one day's passes.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.conversation.facts import LiveFacts, Sources
from bot.database import Database
from bot.domain import events, passes, people
from bot.domain.keys import KeyRing
from bot.domain.passes import registration as registrations
from bot.inbound import Inbound
from flows.understanding import codes
from tests.bot.domain.builders import DAY, NOW, SECRET, asking
from tests.bot.domain.gate import NOON, make_world
from tests.gate_talk import MIRA, RAVI, chat

GROWING = (
    *("passes", "registrations", "contacts", "contact_aliases", "deliveries", "turns"),
    *("checkins", "attempts", "pass_uses", "head_counts", "audit"),
)
"""Tables that have a row a visitor or more."""
PHONE = "+919812345670"


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    """A database whose planner tells its plans in words."""
    database = Database(sqlite_url)
    yield database
    database.close()


@pytest.mark.parametrize("work", ["visit", "shift"])
def test_no_statement_reads_a_whole_table(sqlite: Database, work: str) -> None:
    ring = KeyRing.open(sqlite, SECRET)
    with sqlite.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=3), now=NOW)
        made = make_world(db, ring, events.open_event(db, "fair"))
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(sqlite.engine, "before_cursor_execute", note)
    if work == "visit":
        _visit(sqlite, ring)
    else:
        _shift(sqlite, ring, codes.shown(made.issued.code))
    event.remove(sqlite.engine, "before_cursor_execute", note)
    scans = {(line, statement) for statement, given in statements for line in _scans(sqlite, statement, given)}
    assert scans == set()


def _shift(database: Database, ring: KeyRing, code: str) -> None:
    """What a volunteer and a supervisor do in the chat."""
    ravi, mira = (chat(database, ring, phone, NOON) for phone in (RAVI, MIRA))
    assert ravi.say(code).startswith("✅")
    for text in (code, f"out {code} 1", f"check {code}", code[:-1] + ("A" if code[-1] != "A" else "B"), "no", "in 5"):
        ravi.say(text)
    for text in ("find asha", "find 98123 45678", "gate north", "undo", "stats"):
        assert ravi.say(text)
    for text in ("gate main", "pause entry", "stats", "resume entry", f"force {code} because", "resume ravi"):
        assert mira.say(text)


def _visit(database: Database, ring: KeyRing) -> None:
    """What one visitor does from the first message to the last, a joining too."""
    with database.write() as db:
        person = people.find_or_make(db, phone=PHONE, now=NOW)
        people.find_or_make(db, user="IN.1", now=NOW)
        first = registrations.register(db, ring, **asking(person))
        tomorrow = DAY + timedelta(days=1)
        passes.change(db, ring, contact=person, code=first.code, visit_date=tomorrow, party_size=3, now=NOW)
    with database.write() as db:
        person = people.find_or_make(db, phone=PHONE, user="IN.1", now=NOW)
    facts = LiveFacts(Sources(database, "IN"), Inbound("SM", f"whatsapp:{PHONE}", "whatsapp:+1", phone=PHONE), NOW)
    assert facts.person.known
    assert facts.days(facts.events[0])
    with database.write() as db:
        passes.cancel(db, contact=person, code=facts.passes[0].code, now=NOW)
        assert passes.by_code(db, first.code).status == "replaced"


def _scans(database: Database, statement: str, parameters: Any) -> list[str]:
    if statement.split()[0] not in ("SELECT", "UPDATE", "DELETE", "INSERT"):
        return []
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row.detail for row in plan if row.detail.startswith("SCAN") and row.detail.split()[1] in GROWING]
