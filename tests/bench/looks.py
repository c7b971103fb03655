"""What a look at a large event costs, what its figures cost each admission, and how long counting anew takes."""

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select, text

from bot.database import Database
from bot.domain import checkins, events
from bot.domain.keys import KeyRing
from bot.domain.models import Checkin, Figure, FigureChange, Gate, Staff
from bot.domain.roster import gates
from bot.domain.stats import counter_changes, dashboard_query, gate_figures, metrics, recount
from bot.domain.stats.metrics import WHOLE_EVENT_DAY, CounterChange
from tests.bench.standing import SECRET, conditions, standing
from tests.bot.domain import rush
from tests.bot.domain.builders import DAY, NOW
from tests.bot.domain.gate import at, scan

GATES, STAFF, DAYS, VISITORS = 40, 200, 5, 2_000_000
UNFOLDED, LOOKS, ADMISSIONS = 2_000, 30, 300
ROWS = int(os.environ.get("ROWS", "100000"))
"""Entries that are there as rows when all is counted anew."""
STATES = ("canceled", "delivered", "read", "read", "read", "sent", "failed:63016", "failed:63003")
EVENING = at(19)


def print_all() -> None:
    """On SQLite and on PostgreSQL."""
    print(f"looks: {VISITORS:,} visitors in sums, {GATES} gates, {STAFF} volunteers; {conditions()}")
    for kind in ("sqlite", "postgres"):
        with standing(kind) as environment, closing(Database(environment["DATABASE_URL"])) as database:
            _of_one(kind, database)


def _of_one(kind: str, database: Database) -> None:
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        fair = events.create(
            db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=DAYS - 1), now=NOW
        )
        events.open_event(db, "fair")
        for number in range(GATES):
            gates.add(db, "fair", f"Gate {number}")
        names = [{"phone": f"+91{number + 7 * 10**9}", "name": f"Volunteer {number}"} for number in range(STAFF)]
        db.execute(insert(Staff), [{**one, "event_id": fair.id, "created_at": NOW} for one in names])
        event_id, where = fair.id, list(db.scalars(select(Gate.id).where(Gate.event_id == fair.id)))
    print(f"  {kind:9} an admission {_admissions(database, ring)}; without the triggers ", end="")
    print(f"{_without_triggers(database, ring)}")
    _recount(kind, database, event_id, where)
    _fill(database, event_id, where)
    with database.read() as db:
        sums, coming = (db.scalar(select(func.count()).select_from(table)) for table in (Figure, FigureChange))
    print(f"  {kind:9} {sums:,} sums, {coming:,} changes on their way: ", end="")
    print(
        f"a look {_median(database, dashboard_query.get_dashboard)}, "
        f"the gate's figures {_median(database, gate_figures.today)}"
    )


# --- a look -----------------------------------------------------------------------------------------


def _fill(database: Database, event_id: int, where: list[int]) -> None:
    with database.write() as db:
        counter_changes._add(db, metrics.totals(_facts(event_id, where)))
        some = random.Random(1)
        late = metrics.minute_of(EVENING)
        row = {"event_id": event_id, "fact": "in", "day": DAY + timedelta(days=DAYS - 1), "minute": late, "times": 1}
        more = {"device_id": 0, "what": "admitted", "more": "", "people": 3}
        rows = [{**row, **more, "gate_id": some.choice(where), "staff_id": 1} for _ in range(UNFOLDED)]
        db.execute(insert(FigureChange), rows)


def _facts(event_id: int, where: list[int]) -> Iterator[CounterChange]:
    """A quarter of a year of registrations and messages, and five full days at the gates."""
    some, last = random.Random(2), metrics.minute_of(EVENING + timedelta(days=DAYS - 1))
    quarters = range(last - 90 * 1440, last, metrics.QUARTER_HOUR)
    each = VISITORS // len(quarters)
    for minute in quarters:
        for channel in ("whatsapp", "web", "import"):
            yield CounterChange(event_id, "registered", WHOLE_EVENT_DAY, minute, 0, 0, 0, channel, "", 0, each // 3)
            yield CounterChange(event_id, "held", WHOLE_EVENT_DAY, minute, 0, 0, 0, channel, "", each, 0)
        for state in STATES:
            yield CounterChange(
                event_id, "message", WHOLE_EVENT_DAY, minute, 0, 0, 0, "pass", state, 0, each // len(STATES)
            )
        for step in ("language", "full_name", "visit_date", "agree", "done"):
            yield CounterChange(event_id, "begun", WHOLE_EVENT_DAY, minute, 0, 0, 0, "whatsapp", step, 0, each // 5)
    minutes = [metrics.minute_of(at(9) + timedelta(days=day)) + one for day in range(DAYS) for one in range(600)]
    scans = VISITORS // (len(minutes) * len(where))
    for number, minute in enumerate(minutes):
        day = DAY + timedelta(days=number // 600)
        for gate in where:
            who = some.randint(1, STAFF)
            yield CounterChange(event_id, "in", day, minute, gate, who, 0, "admitted", "", 3 * scans, scans)
            yield CounterChange(event_id, "refused", day, minute, gate, who, 0, "already_admitted", "", 0, 1)


def _median(database: Database, look: Callable[[Any, str, datetime], object]) -> str:
    """Of the wall clock, and of this process's own work: on a busy machine the first says more of the others."""
    taken, worked = [], []
    for _ in range(LOOKS):
        begun, busy = time.perf_counter(), time.process_time()
        with database.read() as db:
            look(db, "fair", EVENING + timedelta(days=DAYS - 1, minutes=1))
        taken.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    return f"{statistics.median(taken):.0f} ms, {statistics.median(worked):.0f} ms of work"


# --- an admission -----------------------------------------------------------------------------------


def _admissions(database: Database, ring: KeyRing, first: int = 10_000) -> str:
    """One, in a transaction of its own: the median of the wall clock, and of this process's own work."""
    with database.write() as db:
        codes = rush.issued(db, events.by_slug(db, "fair"), ring.current, ADMISSIONS, first=first)
    taken, worked = [], []
    for code in codes:
        begun, busy = time.perf_counter(), time.process_time()
        with database.write() as db:
            checkins.admit(db, ring, scan(code, gate="gate-1"), at(12))
        taken.append((time.perf_counter() - begun) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    return f"{statistics.median(taken):.1f} ms, {statistics.median(worked):.1f} ms of work"


def _without_triggers(database: Database, ring: KeyRing) -> str:
    tables = {"checkins": ("insert", "update", "delete"), "attempts": ("insert",)}
    names = [(f"figures_{table}_{act}", table) for table, acts in tables.items() for act in acts]
    kept: list[str] = []
    with database.write() as db:
        sqlite = db.get_bind().dialect.name == "sqlite"
        for name, table in names:
            if sqlite:
                made = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name")
                kept.append(str(db.scalar(made, {"name": name})))
                db.execute(text(f"DROP TRIGGER {name}"))
            else:
                kept.append(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
                db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {name}"))
    try:
        return _admissions(database, ring, first=50_000)
    finally:
        with database.write() as db:
            for statement in kept:
                db.connection().exec_driver_sql(statement)
            recount.rebuild(db, "fair")


# --- counting anew ----------------------------------------------------------------------------------


def _recount(kind: str, database: Database, event_id: int, where: list[int]) -> None:
    some = random.Random(3)
    begun = time.perf_counter()
    for _ in range(ROWS // 10_000):
        with database.write() as db:
            db.execute(insert(Checkin), [_entry(event_id, some, where) for _ in range(10_000)])
    written, begun = time.perf_counter() - begun, time.perf_counter()
    changes = sum(counter_changes.fold_all(database))
    folded, begun = time.perf_counter() - begun, time.perf_counter()
    with database.read() as db:
        differed = len(recount.differences(db, "fair"))
    counted = time.perf_counter() - begun
    print(
        f"  {kind:9} {ROWS:,} entries written in {written:.0f} s; {changes:,} changes folded in {folded:.0f} s; ",
        end="",
    )
    print(f"counted anew in {counted:.1f} s, {differed} differ")


def _entry(event_id: int, some: random.Random, where: list[int]) -> dict[str, Any]:
    day = some.randrange(DAYS)
    moment = at(9) + timedelta(days=day, minutes=some.randrange(600))
    who = {
        "event_id": event_id,
        "scan_id": uuid4().hex,
        "gate_id": some.choice(where),
        "staff_id": some.randint(1, 200),
    }
    what = {"result": "admitted", "people": 3, "claimed": 3, "remaining": 0, "forced": False, "channel": "api"}
    return {**who, **what, "day": DAY + timedelta(days=day), "scanned_at": moment, "arrived_at": moment}
