"""Nobody gets in twice, whoever scans at the same moment: threads and processes, on both databases."""

import os
import threading
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import checkins, events
from bot.domain.checkins import rules as scan_rules
from bot.domain.checkins import usage as pass_usage
from bot.domain.checkins.offline import upload as offline_upload
from bot.domain.events import scan_context
from bot.domain.keys import KeyRing
from bot.domain.models import Attempt, Checkin, Pass, PassUse
from bot.domain.stats import recount
from flows.shapes.scans import Admission, Scan
from tests.bot.domain import race_processes, rush
from tests.bot.domain.builders import SECRET
from tests.bot.domain.gate import NOON, scan

pytestmark = pytest.mark.race

PASSES, GATES = int(os.environ.get("RUSH", "40")), 4
"""`RUSH=2000 make test TESTS=tests/bot/domain/checkins/test_gate_races.py` is the run of docs/figures.md."""


def scanning(database: Database, wish: Scan) -> str:
    """One scanner; what it hears."""
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        answer = checkins.admit(db, ring, wish, NOON)
    return _heard(answer)


def uploading(database: Database, wish: Scan) -> str:
    """One scanner that comes back online, or scans the same live."""
    if wish.channel != "batch":
        return scanning(database, wish)
    answers = offline_upload.record(database, KeyRing.open(database, SECRET), [wish], NOON)
    return _heard(answers[0]) if isinstance(answers[0], Admission) else answers[0].code


def _heard(answer: Admission) -> str:
    return f"{answer.result} {answer.admitted_now}{' again' if answer.again else ''}"


def test_64_scans_of_one_pass_are_one_admission(race: race_processes.Race, database: Database, code: str) -> None:
    wishes = [scan(code, gate="main" if number % 2 else "north") for number in range(64)]
    assert Counter(race(scanning, wishes)) == {"admitted 4": 1, "already_admitted 0": 63}
    assert _kept(database) == (1, 63, 4)


def test_a_party_in_parts_never_exceeds_itself(race: race_processes.Race, database: Database, code: str) -> None:
    outcomes = Counter(race(scanning, [scan(code, count=1 + number % 3) for number in range(24)]))
    people = sum(int(outcome.split()[1]) * times for outcome, times in outcomes.items())
    entries = sum(times for outcome, times in outcomes.items() if outcome.startswith("admitted"))
    assert people <= 4
    assert people >= 3  # two who are left and a three that comes do not fit; with 3 in, a 1 always fits
    assert _kept(database) == (entries, 24 - entries, people)


def test_one_scan_sent_many_times_is_one_row_and_one_answer(
    race: race_processes.Race, database: Database, code: str
) -> None:
    outcomes = Counter(race(scanning, [scan(code, scan_id="the same", count=1)] * 16))
    assert outcomes == {"admitted 1": 1, "admitted 1 again": 15}
    assert _kept(database) == (1, 0, 1)


def test_live_and_batch_at_once_count_nobody_twice(race: race_processes.Race, database: Database, code: str) -> None:
    live = [scan(code, scan_id=f"scan {number}", count=1) for number in range(6)]
    batch = [replace(one, channel="batch", scanned_at=NOON) for one in live]
    outcomes = Counter(race(uploading, [*live, *batch, *live]))
    assert set(outcomes) <= {"admitted 1", "admitted 1 again", "already_admitted 0", "conflict 0", "conflict 0 again"}
    assert outcomes["admitted 1"] == 4
    assert _kept(database)[2] == 4


def test_of_many_passes_at_four_gates_none_enters_twice_and_none_is_lost(
    database: Database, database_url: str, code: str, processes: race_processes.Processes
) -> None:
    with database.write() as db:
        fair = events.by_slug(db, "fair")
        codes = rush.issued(db, fair, KeyRing.open(database, SECRET).current, PASSES)
    wishes = [(gate, codes) for gate in ("main", "north") * (GATES // 2)]
    outcomes = processes.race(database_url, rush.at_a_gate, list(enumerate(wishes)))
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total.update({what: int(count) for what, count in (one.split("=") for one in outcome.split())})
    assert total == {"admitted": PASSES, "already_admitted": (GATES - 1) * PASSES, "people": PASSES * rush.PARTY}
    assert _kept(database) == (PASSES, (GATES - 1) * PASSES, PASSES * rush.PARTY)


def test_without_the_guard_more_go_in_than_the_party_has(
    database: Database, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the condition prevents: this test fails when it comes back."""
    monkeypatch.setattr(pass_usage, "_fits", lambda *_, **__: true())
    monkeypatch.setattr(pass_usage, "_enter", pass_usage._enter.__wrapped__)
    outcomes = Counter(race_processes.in_threads(database, scanning, [scan(code, count=4) for _ in range(8)]))
    assert outcomes == {"admitted 4": 8}
    assert _kept(database)[2] == 32


@pytest.mark.databases("postgres")
def test_without_the_lock_a_repeat_is_still_one_row_but_hears_no_answer(
    database: Database, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What taking the scan_id first prevents: both look for an answer before the first of them has one to give."""
    both, look = threading.Barrier(2), scan_rules.identify

    def looked(*asked: Any) -> tuple[Any, str]:
        found = look(*asked)
        both.wait(30)
        return found

    monkeypatch.setattr(scan_rules, "identify", looked)
    monkeypatch.setattr(scan_context, "_ALONE", scan_context._HELD)
    one, other = sorted(race_processes.in_threads(database, scanning, [scan(code, scan_id="the same", count=1)] * 2))
    assert one.startswith("OperationalError")
    assert other == "admitted 1"
    assert _kept(database) == (1, 0, 1)


def _kept(database: Database) -> tuple[int, int, int]:
    """Entries, attempts, and people let in, of the fair; the figures say what the rows do."""
    with database.read() as db:
        assert recount.differences(db, "fair") == []
        event_id = events.by_slug(db, "fair").id
        people = select(func.sum(PassUse.entered)).join(Pass).where(Pass.event_id == event_id)
        return _count(db, Checkin, event_id), _count(db, Attempt, event_id), db.scalar(people) or 0


def _count(db: Session, table: Any, event_id: int) -> int:
    return db.scalar(select(func.count(table.id)).where(table.event_id == event_id)) or 0
