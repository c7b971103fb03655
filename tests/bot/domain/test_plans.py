"""Two million visitors on: what is asked at every message and every scan finds its rows by an index."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from bot.domain import audit, passes, people, roster, visitors
from bot.domain.checkins import head_counts, undo
from bot.domain.checkins import search as gate_search
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.passes import registration as registrations
from bot.domain.passes import reissue
from bot.domain.stats import conflicts, dashboard_query, gate_figures
from bot.domain.visitors import listing
from bot.domain.visitors.listing import PassFilter
from tests.bot.domain.builders import DAY, NOW, asking
from tests.bot.domain.gate import NOON, World

Step = Callable[[World], object]
Executed = tuple[str, Any]


def _register(world: World) -> object:
    asker = people.find_or_make(world.db, phone="+919833333333", user="IN.some", now=NOW)
    return registrations.register(world.db, world.ring, **asking(asker))


def _change(world: World) -> object:
    asha = people.find_or_make(world.db, phone="+919812345678", now=NOW)
    wish: dict[str, Any] = {"visit_date": DAY + timedelta(days=1), "party_size": 2, "now": NOW}
    return passes.change(world.db, world.ring, contact=asha, code=world.issued.code, **wish)


def _undo(world: World) -> object:
    world.admit()
    return undo.undo(world.db, world.ravi.id, NOON)


def _list(world: World, wanted: PassFilter) -> object:
    return listing.list_passes(world.db, "fair", wanted, region="IN", after="2027-01-14.1")


def _page(world: World, sort: str) -> object:
    return _list(world, PassFilter(sort=sort))


STEPS: dict[str, Step] = {
    "registering": _register,
    "changing": _change,
    "entering, by halves, twice, out": lambda world: [
        world.admit(count=1),
        world.admit(count=3),
        world.admit(),
        world.admit(direction="out"),
    ],
    "the same scan again": lambda world: [world.admit(scan_id="always the same") for _ in range(2)],
    "a look": lambda world: world.admit(simulate=True),
    "nonsense": lambda world: world.admit("nonsense"),
    "taking back": _undo,
    "taking back a named pass": lambda world: [
        world.admit(),
        undo.undo_pass(world.db, world.ring, world.ravi.id, world.issued.code, NOON),
    ],
    "counting": lambda world: head_counts.add(world.db, HeadCountRequest("fair", "one", "in", 3, "api"), NOON),
    "a name at the gate": lambda world: gate_search.search(
        world.db, "fair", staff_id=world.ravi.id, name="asha d'souza", now=NOON
    ),
    "a name for the organiser": lambda world: visitors.find(world.db, "fair", "kumari asha", region="IN", limit=20),
    "the list of visitors": lambda world: [_list(world, PassFilter(sort=sort)) for sort in listing.SORTS],
    "the list of visitors, filtered": lambda world: _list(
        world, PassFilter(entered=True, channel="web", kind="visitor")
    ),
    "a name in the list of visitors": lambda world: _list(world, PassFilter(text="kumari asha", day=DAY)),
    "the roster": lambda world: roster.of_phone(world.db, "+919811111111"),
    "the figures": lambda world: gate_figures.today(world.db, "fair", NOON),
    "a look at all of it": lambda world: dashboard_query.get_dashboard(world.db, "fair", NOON),
    "the conflicts": lambda world: conflicts.list_conflicts(world.db, "fair"),
    "clocks that are wrong": lambda world: conflicts.with_clocks(
        world.db, dashboard_query.get_dashboard(world.db, "fair", NOON)
    ),
    "issuing anew": lambda world: reissue.reissue(world.db, world.ring, world.issued.code, NOON),
}


@contextmanager
def listening(db: Session) -> Iterator[list[Executed]]:
    """The statements that are executed in the block."""
    connection, found = db.connection(), list[Executed]()

    def note(_conn: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        found.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    yield found
    event.remove(connection, "before_cursor_execute", note)


@pytest.mark.parametrize("step", STEPS)
def test_no_table_is_read_from_end_to_end(world: World, step: str) -> None:
    db = world.db
    with listening(db) as executed:
        STEPS[step](world)
        db.flush()
    assert executed
    sweeps = {statement: plan for statement, parameters in executed for plan in _sweeps(db, statement, parameters)}
    assert sweeps == {}


PAGES: dict[str, Step] = {
    **{f"visitors {sort}": partial(_page, sort=sort) for sort in listing.SORTS},
    "audit": lambda world: audit.search(world.db, slug="fair", beyond=9),
    "audit, the oldest first": lambda world: audit.search(world.db, slug="fair", beyond=9, oldest_first=True),
}


@pytest.mark.parametrize("step", PAGES)
def test_a_page_in_any_order_is_read_without_sorting_all_of_it(world: World, step: str) -> None:
    with listening(world.db) as executed:
        PAGES[step](world)
    assert [line for statement, parameters in executed for line in _sorts(world.db, statement, parameters)] == []


def test_an_order_without_an_index_is_noticed(world: World) -> None:
    assert _sorts(world.db, "SELECT id FROM passes WHERE event_id = 1 ORDER BY party_size LIMIT 1", ())


def test_a_question_without_an_index_is_noticed(world: World) -> None:
    assert _sweeps(world.db, "SELECT id FROM registrations WHERE full_name = 'Asha'", ())


def _sweeps(db: Session, statement: str, parameters: Any) -> list[str]:
    """The lines of the plan that read a whole table, were it large."""
    if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
        return []
    connection = db.connection()
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        details = [row.detail for row in rows if row.detail.startswith("SCAN")]
        return [detail for detail in details if not detail.startswith(("SCAN CONSTANT", "SCAN (subquery"))]
    connection.execute(text("SET LOCAL enable_seqscan = off"))  # the tables of a test are too small for an index
    rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    return [row[0] for row in rows if "Seq Scan" in row[0]]


def _sorts(db: Session, statement: str, parameters: Any) -> list[str]:
    """The lines of the plan that sort what was found."""
    connection = db.connection()
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [row.detail for row in rows if "ORDER BY" in row.detail]
    for way in ("seqscan", "bitmapscan", "sort"):
        connection.execute(text(f"SET LOCAL enable_{way} = off"))  # the tables of a test are too small for an index
    rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    return [row[0] for row in rows if "Sort" in row[0]]
