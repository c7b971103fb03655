"""What touches a fixed number of rows must cost the same among ten thousand passes and among a million.

For each at both sizes the median of the wall clock, and on PostgreSQL what of its plans reads a table from end to end.
Beside them searches for a name, and a day's whole list for scanners, which grows with the passes. `KINDS=postgres`
measures one database alone.
"""

import os
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, event, insert, select, text
from sqlalchemy.orm import Session

from bot.conversation import look
from bot.database import Database
from bot.delivery.carriers import StatusUpdate
from bot.delivery.dispatch import failures
from bot.domain import checkins
from bot.domain.checkins.offline import document
from bot.domain.keys import KeyRing
from bot.domain.messaging import audience
from bot.domain.messaging.audience import Selection
from bot.domain.models import Delivery, Event, Pass
from bot.domain.stats import counter_changes, dashboard_query, gate_figures
from bot.inbound import Inbound
from flows.shapes.scans import Scan
from tests.bench import search
from tests.bench.search import BATCH, SIZES, fair_with_passes, fill
from tests.bench.standing import SECRET, conditions, standing
from tests.bot.domain.builders import DAY, NOW
from tests.bot.domain.gate import at, scan

ROUNDS, WHOLE_ROUNDS = 60, 3
KINDS = os.environ.get("KINDS", "sqlite,postgres").split(",")
SMALL = (
    "owners",
    "alerts",
    "events",
    "event_days",
    "gates",
    "kinds",
    "signing_keys",
    "devices",
    "staff",
    "figures",
    "figure_changes",
)
"""Tables that do not grow with the visitors, or are read in whole by design."""
Executed = tuple[str, Any]
_MORE = (
    """INSERT INTO contact_aliases (kind, value, contact_id)
       SELECT 'phone', '+91' || (7000000000 + id), id FROM contacts WHERE id >= :first AND id < :last""",
    """INSERT INTO turns (message_sid, answer, state, address, created_at)
       SELECT 'SMT' || id, '{}', '{}', 'phone:+91' || (7000000000 + id), created_at
       FROM contacts WHERE id >= :first AND id < :last""",
    """INSERT INTO pass_uses (pass_id, period, entered, gone, moved)
       SELECT id, day, 3, 0, 3 FROM passes
       WHERE day <> :day AND registration_id >= :first AND registration_id < :last""",
    """INSERT INTO checkins (event_id, scan_id, pass_id, result, people, claimed, remaining, day, period,
                             forced, clock, channel, scanned_at, arrived_at)
       SELECT event_id, 'scan ' || id, id, 'admitted', 3, 3, 0, day, day, false, false, 'api', issued_at, issued_at
       FROM passes WHERE day <> :day AND registration_id >= :first AND registration_id < :last""",
)
"""Their phones, their last turns, and the entries of all days but the one of which all is asked."""


def print_all() -> None:
    """On SQLite and on PostgreSQL, and how the larger compares."""
    print(f"growth: passes {', '.join(f'{size:,}' for size in SIZES)}; {conditions()}")
    for kind in KINDS:
        with standing(kind) as environment, closing(Database(environment["DATABASE_URL"])) as database:
            _of_one(kind, database)


def _of_one(kind: str, database: Database) -> None:
    ring, event_id, kind_id, ravi = fair_with_passes(database)
    taken, filled, swept = list[dict[str, float]](), 0, dict[str, set[str]]()
    for size in SIZES:
        while filled < size:
            numbers = range(filled, min(filled + BATCH, size))
            with database.write() as db:
                fill(db, numbers, event_id, kind_id, ring.current)
                db.execute(insert(Delivery), [_sent(number) for number in numbers])
                for more in _MORE:
                    db.execute(
                        text(more),
                        {"first": 10_000 + numbers.start, "last": 10_000 + numbers.stop, "day": DAY.isoformat()},
                    )
            filled = numbers.stop
        for _folded in counter_changes.fold_all(database):
            pass
        with database.write() as db:
            db.execute(text("ANALYZE"))
        found = _steps(database, ring, filled)
        took = {what: _median(database, step) for what, step in found.items()}
        took |= search.times(database, ravi) | {"the day's whole list": _median(database, _whole_list, WHOLE_ROUNDS)}
        taken.append(took)
        swept = {what: _swept(database, step) for what, step in found.items()}
    for what in taken[0]:
        times = [one[what] for one in taken]
        told = "  ".join(f"{one:8.2f} ms" for one in times)
        whole = f"; reads from end to end: {', '.join(sorted(swept[what]))}" if swept.get(what) else ""
        print(f"  {kind:9} {what:22} {told}   {times[-1] / times[0]:5.1f} times{whole}", flush=True)


def _sent(number: int) -> dict[str, Any]:
    """A message of somebody's, delivered long ago."""
    moments = {"not_before": NOW, "give_up_at": NOW + timedelta(hours=4), "created_at": NOW, "sent_at": NOW}
    sid = {"message_sid": f"SM{number:032}", "status": "sent"}
    return {"kind": "pass", "lane": f"whatsapp:+91{7 * 10**9 + number}", "priority": 1, "payload": {}, **moments, **sid}


def _steps(database: Database, ring: KeyRing, filled: int) -> dict[str, Callable[[Session, int], object]]:
    """What is done once a round, each with a pass or message of its own."""
    with database.read() as db:
        unused = select(Pass.code).where(Pass.day == DAY).order_by(Pass.id.desc()).limit(ROUNDS)
        scans = [scan(code, gate=None) for code in db.scalars(unused)]
        since = document.document(db, SECRET, "fair", at(12))["next"]

    def status(db: Session, place: int) -> object:
        return failures.record_status(db, StatusUpdate(f"SM{filled - 1 - place:032}", "delivered", None), None, at(12))

    def message(db: Session, place: int) -> object:
        phone = f"+91{7 * 10**9 + place}"
        inbound = Inbound(f"SM{place}", f"whatsapp:{phone}", "whatsapp:+1", phone=phone)
        return db.connection().execute(*look.statement(database.engine.dialect.name, inbound, at(12))).all()

    def recipients(db: Session, _place: int) -> object:
        fair = db.scalars(select(Event).where(Event.slug == "fair")).one()
        return audience.page(db, fair, Selection(days=(DAY.isoformat(),)), 0)

    def admit(of: list[Scan], db: Session, place: int) -> object:
        return checkins.admit(db, ring, of[place], at(12))

    return {
        "the look of a message": message,
        "an admission": partial(admit, scans),
        "the same scan again": partial(admit, scans),
        "a pass used before": partial(admit, [scan(one.text, gate=None) for one in scans]),
        "a status": status,
        "the dashboard": lambda db, _place: dashboard_query.get_dashboard(db, "fair", at(12)),
        "the gate's figures": lambda db, _place: gate_figures.today(db, "fair", at(12)),
        "a page of a broadcast": recipients,
        "changes for scanners": lambda db, _place: document.document(db, SECRET, "fair", at(12), since),
    }


def _whole_list(db: Session, _place: int) -> object:
    """What a scanner that comes new asks for."""
    return document.document(db, SECRET, "fair", at(12))


def _median(database: Database, step: Callable[[Session, int], object], rounds: int = ROUNDS) -> float:
    taken = []
    for place in range(rounds):
        with database.write() as db:
            begun = time.perf_counter()
            step(db, place)
            db.flush()
            taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def _swept(database: Database, step: Callable[[Session, int], object]) -> set[str]:
    """Growing tables that one more of it reads from end to end, by the plans of its statements."""
    executed = list[Executed]()
    with database.write() as db:
        connection, note = db.connection(), partial(_note, executed)
        event.listen(connection, "before_cursor_execute", note)
        step(db, 0)
        event.remove(connection, "before_cursor_execute", note)
        return {line for told in executed for line in _sweeps(connection, *told)}


def _note(executed: list[Executed], _conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
    executed.append((statement, parameters))


def _sweeps(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Tables that grow and that the plan reads from end to end."""
    if not statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
        return []
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{statement}", parameters)
    lines = [row.detail if sqlite else row[0] for row in rows]
    swept = [line.partition("SCAN " if sqlite else "Seq Scan on ")[2].split() for line in lines]
    return [
        words[0] for words in swept if words and words[0].removesuffix("_1") not in (*SMALL, "CONSTANT", "(subquery-1)")
    ]
