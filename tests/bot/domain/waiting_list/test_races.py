"""One offer for each place, whoever comes at the same moment; a yes and the end of the hour agree."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events, passes, people, waiting_list
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, EventDay, Pass, WaitingEntry
from bot.domain.passes import registration as registrations
from bot.domain.waiting_list import offers
from bot.errors import Refused
from flows.shapes import VisitWish
from tests.bot.domain import race_processes
from tests.bot.domain.builders import DAY, NOW, SECRET, asking

pytestmark = pytest.mark.race

IN_LINE = 6


@pytest.fixture
def line(database: Database, ring: KeyRing) -> int:
    """A day of four places, two of them just given back, and six in line for one each; the event's id."""
    with database.write() as db:
        made = events.create(
            db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=1), capacity_per_day=4, now=NOW
        )
        events.change(db, "fair", waiting_list=True)
        events.open_event(db, "fair")
        holders = [people.find_or_make(db, phone=f"+91970000000{number}", now=NOW) for number in range(2)]
        issued = [registrations.register(db, ring, **asking(holder)) for holder in holders]
        for number in range(IN_LINE):
            person = people.find_or_make(db, phone=f"+91971000000{number}", now=NOW)
            to = f"whatsapp:+91971000000{number}"
            waiting_list.join(db, _wish(), channel="whatsapp", contact_id=person.id, address=to, sender=None, now=NOW)
        passes.cancel(db, contact=holders[0], code=issued[0].code, now=NOW)
        return made.id


def test_many_clocks_make_one_offer_a_place(race: race_processes.Race, database: Database, line: int) -> None:
    assert sum(int(made) for made in race(clock, [line] * 8)) == 2
    assert _sums(database, line) == (2, 2, IN_LINE - 2)


def test_a_yes_and_the_end_of_its_hour_give_the_place_to_one_of_two(
    race: race_processes.Race, database: Database, line: int
) -> None:
    assert clock(database, line) == "2"
    with database.read() as db:
        offered = list(db.scalars(select(WaitingEntry.id).where(WaitingEntry.status == WaitingEntry.OFFERED)))
    outcomes = Counter(race(yes_or_late_clock, [*offered, *offered, -line, -line, -line]))
    given, held, _waiting = _sums(database, line)
    assert outcomes["pass"] == given - 2
    assert given + held <= 4
    with database.read() as db:
        accepted = db.scalar(select(func.count()).where(WaitingEntry.status == WaitingEntry.ACCEPTED))
        issued = db.scalar(select(func.count()).select_from(Pass).where(Pass.event_id == line, Pass.status == "valid"))
    assert (accepted, issued) == (outcomes["pass"], outcomes["pass"] + 1)


@pytest.mark.databases("postgres")
def test_without_the_lock_of_the_day_a_place_is_offered_twice(
    database: Database, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the lock prevents; SQLite has one writer anyway."""
    monkeypatch.setattr(waiting_list, "lock_day", _without_lock)
    monkeypatch.setattr(offers, "_entries", _without_locks_of_entries)
    for _again in range(20):
        made = sum(int(outcome) for outcome in race_processes.in_threads(database, clock, [line] * 8))
        if made > 2:
            return
        _take_back(database, line)
    pytest.fail("twenty rushes without a lock, and no place was offered twice")


def clock(database: Database, event_id: int) -> str:
    """How many offers one look at the day makes."""
    with database.write() as db:
        return str(len(offers.review(db, event_id, DAY, NOW)))


def yes_or_late_clock(database: Database, number: int) -> str:
    """A yes to the entry of this number, or, where it is an event's id below nought, a clock after the hour."""
    try:
        return _yes_or_late_clock(database, number)
    except Refused as no:
        return no.code


def _yes_or_late_clock(database: Database, number: int) -> str:
    with database.write() as db:
        if number < 0:
            offers.review(db, -number, DAY, NOW + timedelta(hours=1))
            return "clock"
        who = db.get_one(WaitingEntry, number).contact_id
        offers.claim(db, number, contact_id=who, day=DAY, people=1, now=NOW + timedelta(minutes=59))
        ring = KeyRing.open(database, SECRET)
        registrations.add(
            db, ring, _wish(), channel="whatsapp", holder_id=who, asked_by_id=who, now=NOW, has_places=True
        )
        return "pass"


def _wish() -> VisitWish:
    given = asking(Contact(), party_size=1)
    return VisitWish(**{name: value for name, value in given.items() if name in VisitWish.__slots__})


def _sums(database: Database, event_id: int) -> tuple[int, int, int]:
    with database.read() as db:
        row = db.get_one(EventDay, (event_id, DAY))
        return row.taken, row.held, row.waiting


def _without_lock(db: Session, event_id: int, day: date) -> EventDay | None:
    return db.get(EventDay, (event_id, day))


def _without_locks_of_entries(row: EventDay, which: Any) -> Any:
    mine = select(WaitingEntry).where(WaitingEntry.event_id == row.event_id, WaitingEntry.day == row.day, which)
    return mine.order_by(WaitingEntry.id)


def _take_back(database: Database, event_id: int) -> None:
    with database.write() as db:
        row = db.get_one(EventDay, (event_id, DAY))
        row.held, row.waiting = 0, IN_LINE
        for entry in db.scalars(select(WaitingEntry).where(WaitingEntry.event_id == event_id)):
            entry.status, entry.offer_ends_at = WaitingEntry.WAITING, None
        assert db.get_one(Event, event_id).waiting_list
