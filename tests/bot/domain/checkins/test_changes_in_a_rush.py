"""The rule changes at the moment of the scans: real threads and processes, and once without what prevents it."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import time
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.database import Database
from bot.domain import checkins, events
from bot.domain.checkins.offline import upload as offline_upload
from bot.domain.events import changes as event_changes
from bot.domain.events import rows as event_rows
from bot.domain.keys import KeyRing
from bot.domain.models import Checkin, Event, Pass, PassUse
from bot.domain.passes import kinds
from bot.domain.stats import recount
from flows.shapes.scans import Scan
from tests.bot.domain import race_processes
from tests.bot.domain.builders import SECRET
from tests.bot.domain.gate import NOON, scan

pytestmark = pytest.mark.race
PARTY = 4


def acting(database: Database, wish: Scan | str) -> str:
    """Somebody who scans, live or in a batch; or who changes the policy, of the event or of the kind."""
    if isinstance(wish, str):
        whose, policy = wish.split()
        with database.write() as db:
            if whose == "event":
                events.change(db, "fair", policy=policy)
            else:
                kinds.change(db, "fair", "visitor", policy=None if policy == "none" else policy)
        return "changed"
    ring = KeyRing.open(database, SECRET)
    if wish.channel == "batch":
        offline_upload.record(database, ring, [wish], NOON)
        return "uploaded"
    with database.write() as db:
        return checkins.admit(db, ring, wish, NOON).result


CHANGES = ["event once", "kind daily", "kind none", "event in_out", "kind once", "event daily", "kind none"]


def test_no_more_go_in_than_the_party_has_while_the_policy_changes(
    race: race_processes.Race, database: Database, code: str
) -> None:
    live = [scan(code, count=1, gate="main" if number % 2 else "north") for number in range(16)]
    batch = [scan(code, count=1, channel="batch", scanned_at=NOON) for _ in range(4)]
    outcomes = Counter(race(acting, [*live[:8], *CHANGES, *batch, *live[8:]]))
    assert outcomes["changed"] == len(CHANGES)
    assert outcomes["admitted"] <= PARTY
    assert _people(database) == PARTY
    with database.read() as db:
        assert recount.differences(db, "fair") == []


def test_a_change_waits_for_the_scans_under_the_old_rule(database: Database, ring: KeyRing, code: str) -> None:
    assert _meanwhile(database, ring, code) == ["admitted", "already_admitted"]
    assert _people(database) == PARTY


def test_without_waiting_a_party_goes_in_twice(
    database: Database, ring: KeyRing, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the wait prevents; SQLite has one writer at a time anyway."""

    def unlocked(db: Any, slug: str, *, lock: bool) -> Event:
        return event_rows.get_event(db, slug, lock=False)

    monkeypatch.setattr(event_changes, "get_event", unlocked)
    twice = ["admitted", "already_admitted"] if database.is_sqlite else ["admitted", "admitted"]
    assert _meanwhile(database, ring, code) == twice


def test_a_scan_that_waited_for_a_change_goes_by_the_new_rule(database: Database, ring: KeyRing, code: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        with database.write() as db:
            events.change(db, "fair", opens=time(18), closes=time(2))
            scanning = pool.submit(acting, database, scan(code))
            with pytest.raises(TimeoutError):
                scanning.result(0.3)
        assert scanning.result(30) == "event_closed"


def _meanwhile(database: Database, ring: KeyRing, code: str) -> list[str]:
    """A scan that takes its time, a change that comes meanwhile, and the next scan, of a moment later."""
    changed, found = threading.Event(), []

    def change() -> None:
        acting(database, "event once")
        changed.set()

    with ThreadPoolExecutor(1) as pool:
        with database.write() as db:
            found.append(checkins.admit(db, ring, scan(code), NOON).result)
            changing = pool.submit(change)
            if changed.wait(0.5):  # it has not waited
                found.append(pool.submit(acting, database, scan(code)).result(30))
        changing.result(30)
        if len(found) == 1:
            found.append(acting(database, scan(code)))
    return found


def _people(database: Database) -> int:
    """Who is in, by the uses and by the entries."""
    with database.read() as db:
        event_id = events.by_slug(db, "fair").id
        used = select(func.sum(PassUse.entered)).join(Pass).where(Pass.event_id == event_id)
        came = select(func.sum(Checkin.people)).where(Checkin.event_id == event_id)
        assert db.scalar(used) == db.scalar(came)
        return db.scalar(used) or 0
