"""What a request of the gate costs the database: how many statements, and none that reads a whole table."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from bot.database import Database
from bot.service import Service
from tests.webhooks.api.conftest import Gate

GROWING = ("passes", "registrations", "contacts", "checkins", "attempts", "pass_uses", "deliveries", "devices", "staff")

NEWEST_FIRST = re.compile(r"ORDER BY \w+\.id DESC\s+LIMIT")


@pytest.fixture
def said(service: Service) -> Iterator[list[tuple[str, Any]]]:
    """What is said to the database from now on."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):  # that SQLite is told so is ours, and no way to anywhere
            statements.append((statement, parameters))

    engines = (service.database.engine, service.database.looking)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def ended(service: Service) -> Iterator[list[str]]:
    """How transactions end from now on."""
    seen: list[str] = []
    notes = {name: lambda _connection, name=name: seen.append(name) for name in ("commit", "rollback")}
    for name, note in notes.items():
        event.listen(service.database.engine, name, note)
    yield seen
    for name, note in notes.items():
        event.remove(service.database.engine, name, note)


def test_an_admission_over_the_api_is_five_statements_and_one_commit(
    api_gate: Gate, said: list[tuple[str, Any]], ended: list[str]
) -> None:
    """One finds who asks, four are the admission; that they are at work is noted when the answer has left."""
    api_gate.scan("nothing")
    costs = []
    for changes in ({"count": 1}, {"count": 1}, {"direction": "out"}, {"simulate": True}):
        said.clear()
        ended.clear()
        assert api_gate.result(**changes) in ("admitted", "left")
        costs.append((len(said), ended.count("commit")))
    assert costs == [(5, 1)] * 4, "\n".join(statement for statement, _ in said)
    api_gate.sign_in("ravi")
    api_gate.scan("nothing")
    said.clear()
    api_gate.result()
    assert len(said) == 5


def test_no_statement_of_the_gate_reads_a_whole_table(api_gate: Gate, said: list[tuple[str, Any]]) -> None:
    api_gate.result(count=1)
    api_gate.result("nothing")
    api_gate.ask("/checkins/batch", {"scans": [{"pass": api_gate.issued.code, "scan_id": str(uuid4())}]})
    api_gate.ask("/counts", {"request_id": "c", "direction": "in", "count": 1})
    assert api_gate.ask("/events/fair/stats").status_code == 200
    since = api_gate.ask("/events/fair/offline").get_json()["next"]
    assert api_gate.ask(f"/events/fair/offline?since={since}").status_code == 200
    api_gate.sign_in("ravi")
    api_gate.result(count=1)
    database, statements = api_gate.service.database, list(said)
    assert len(statements) > 40
    assert {
        (line, statement) for statement, given in statements for line in _scans(database, statement, given)
    } == set()


def _scans(database: Database, statement: str, parameters: Any) -> list[str]:
    """The lines of SQLite's plan that read a growing table from end to end."""
    if statement.split()[0] not in ("SELECT", "UPDATE", "DELETE", "INSERT"):
        return []
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        lines = [row.detail for row in plan]
    # To begin at the newest row and stop at the first that fits reads no table, though the plan says SCAN.
    return [
        line for line in lines if line.startswith("SCAN") and line.split()[1] in GROWING and "LIMIT" not in statement
    ]
