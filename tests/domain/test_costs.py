"""With two million visitors no turn may read a whole table: what SQLite would do with each statement."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.database import Database
from bot.domain import events, passes, people, registrations
from bot.domain.keys import KeyRing
from bot.facts import LiveFacts, Sources
from bot.inbound import Inbound
from tests.domain.making import DAY, NOW, SECRET, asking

GROWING = ("passes", "registrations", "contacts", "contact_aliases", "deliveries", "turns")
"""Tables that have a row a visitor or more."""
PHONE = "+919812345678"


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A database whose planner tells its plans in words."""
    file = tmp_path / "plans.db"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


def test_no_statement_of_a_visitor_reads_a_whole_table(sqlite: Database) -> None:
    ring = KeyRing.open(sqlite, SECRET)
    with sqlite.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=3), now=NOW)
        events.open_event(db, "fair")
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(sqlite.engine, "before_cursor_execute", note)
    _visit(sqlite, ring)
    event.remove(sqlite.engine, "before_cursor_execute", note)
    scans = {(line, statement) for statement, given in statements for line in _scans(sqlite, statement, given)}
    assert scans == set()


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
