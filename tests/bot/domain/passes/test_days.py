"""A pass that is good for several days has its places on each of them, for all who come at the same moment too."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events, pass_days, passes, people
from bot.domain.events import places
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, EventDay, Kind, Pass, Registration
from bot.domain.passes import kinds, reissue
from bot.domain.passes import registration as registrations
from bot.domain.stats import recount
from bot.ops import migrations
from tests import migrated
from tests.bot.domain import race_processes
from tests.bot.domain.builders import DAY, NOW, SECRET, asking, issue, refused

MIDDLE, LAST = DAY + timedelta(days=1), DAY + timedelta(days=2)
OWN = (DAY, LAST)


@pytest.fixture
def school_days(database: Database, ring: KeyRing) -> Database:
    """A fair of three days with eight places each, and schools that come on the first and the last."""
    with database.write() as db:
        events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=LAST, capacity_per_day=8, now=NOW)
        events.open_event(db, "fair")
        kinds.add(db, "fair", "school", days=OWN)
    return database


def test_its_places_are_taken_changed_and_given_back_on_each_day(school_days: Database, ring: KeyRing) -> None:
    with school_days.write() as db:
        asha = people.find_or_make(db, phone="+919812345678", now=NOW)
        first = _school(db, ring, asha, 3)
        assert pass_days.days_of_pass(first) == OWN
        assert _taken(db) == [3, 0, 3]
        larger = passes.change(db, ring, contact=asha, code=first.code, visit_date=MIDDLE, party_size=5, now=NOW)
        assert (larger.day, _taken(db)) == (DAY, [5, 0, 5])
        anew = reissue.reissue(db, ring, larger.code, NOW)
        assert _taken(db) == [5, 0, 5]
        reissue.revoke(db, anew.code, NOW)
        assert _taken(db) == [0, 0, 0]
        passes.cancel(db, contact=asha, code=_school(db, ring, asha, 2).code, now=NOW)
        assert _taken(db) == [0, 0, 0]


def test_a_full_day_of_it_refuses_all_of_it_and_keeps_no_place(school_days: Database, ring: KeyRing) -> None:
    with school_days.write() as db:
        events.set_day(db, "fair", LAST, capacity=4)
        asha = people.find_or_make(db, phone="+919812345678", now=NOW)
        with refused("too_few_left", day=LAST, left=4), db.begin_nested():
            _school(db, ring, asha, 5)
        assert _taken(db) == [0, 0, 0]
        _school(db, ring, asha, 4)
        with refused("capacity_below_taken"):
            events.set_day(db, "fair", LAST, capacity=3)


def test_days_that_are_past_or_closed_count_without_being_asked(school_days: Database, ring: KeyRing) -> None:
    with school_days.write() as db:
        registrations.register(db, ring, **asking(_somebody(db, 1), party_size=8))
        _school(db, ring, _somebody(db, 2), 2, NOW + timedelta(days=5))
        assert _taken(db) == [10, 0, 2]
        events.set_day(db, "fair", LAST, closed=True)
        with refused("day_closed"), db.begin_nested():
            _school(db, ring, _somebody(db, 3), 1, NOW + timedelta(days=5))


def test_a_supervisor_goes_over_the_capacity_of_each_day(school_days: Database) -> None:
    with school_days.write() as db:
        event_id = events.by_slug(db, "fair").id
        places.take_each(db, event_id, OWN, 9, today=DAY, beyond=True)
        assert _taken(db) == [9, 0, 9]
        with refused("day_full", day=DAY):
            places.take_each(db, event_id, OWN, 1, today=DAY)


def test_it_is_theirs_until_its_last_day_has_ended(school_days: Database, ring: KeyRing) -> None:
    with school_days.write() as db:
        asha = _somebody(db, 1)
        held = _school(db, ring, asha, 2)
        until = [passes.of_person(db, asha, NOW + timedelta(days=days)) for days in (4, 5, 6, 7)]
        assert [[one.id for one in found] for found in until] == [[held.id], [held.id], [held.id], []]


def test_a_day_that_the_event_gets_back_knows_who_is_coming(school_days: Database, ring: KeyRing) -> None:
    """It could go in the times when only the first day of a pass counted."""
    with school_days.write() as db:
        _school(db, ring, _somebody(db, 1), 3)
        with refused("day_has_passes", day=LAST), db.begin_nested():
            events.change(db, "fair", ends_on=MIDDLE)
        db.execute(update(EventDay).where(EventDay.day == LAST).values(taken=0))
        db.expire_all()
        events.change(db, "fair", ends_on=MIDDLE)
        events.change(db, "fair", ends_on=LAST, capacity_per_day=2 + 1)
        assert _taken(db) == [3, 0, 3]


@pytest.mark.race
def test_the_last_places_of_its_second_day_go_once(school_days: Database) -> None:
    """Schools, and visitors of that day, want eight places at once."""
    with school_days.write() as db:
        events.change(db, "fair", capacity_per_day=20)
        events.set_day(db, "fair", LAST, capacity=8)
    outcomes = Counter(race_processes.in_threads(school_days, _wanting, range(24)))
    assert outcomes["school"] + outcomes["visitor"] == 8
    assert outcomes["day_full"] == 16
    with school_days.read() as db:
        assert _taken(db) == [outcomes["school"], 0, 8]
        assert recount.differences(db, "fair") == []


@pytest.mark.own_database
def test_passes_of_before_get_their_places_by_the_migration(school_days: Database, ring: KeyRing) -> None:
    """Also one that was changed to another day in those times, when that was possible."""
    with school_days.write() as db:
        one, two = _school(db, ring, _somebody(db, 1), 3), _school(db, ring, _somebody(db, 2), 2)
        reissue.revoke(db, _school(db, ring, _somebody(db, 3), 1).code, NOW)
        registrations.register(db, ring, **asking(_somebody(db, 4), visit_date=LAST, party_size=3))
        ids, mine = (one.id, two.id), EventDay.event_id == one.event_id
        taken = select(EventDay.taken).where(mine).order_by(EventDay.day)
    migrated.to(school_days, "0016")
    with school_days.write() as db:  # the rows of those times: today's models have columns that were not there
        assert list(db.scalars(taken)) == [5, 0, 3]
        db.execute(update(Pass).where(Pass.id == ids[1]).values(day=LAST))
        for day, people_there in ((DAY, 3), (LAST, 5)):
            db.execute(update(EventDay).where(mine, EventDay.day == day).values(taken=people_there, capacity=5))
    migrations.upgrade(school_days)
    with school_days.read() as db:
        assert _taken(db) == [5, 0, 8]
        assert [db.get_one(Pass, one).day for one in ids] == [DAY, DAY]
        assert recount.differences(db, "fair") == []


def _wanting(database: Database, number: int) -> str:
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        who = _somebody(db, number)
        if number % 2:
            _school(db, ring, who, 1)
            return "school"
        registrations.register(db, ring, **asking(who, visit_date=LAST, party_size=1))
        return "visitor"


def _somebody(db: Session, number: int) -> Contact:
    return people.find_or_make(db, phone=f"+9198100000{number:02}", now=NOW)


def _school(db: Session, ring: KeyRing, who: Contact, party: int, now: datetime = NOW) -> Pass:
    event = events.by_slug(db, "fair")
    made = asking(who)
    fields = {name: made[name] for name in ("full_name", "answers", "language", "consent_version", "consent_text")}
    registration = Registration(
        event_id=event.id,
        holder_id=who.id,
        asked_by_id=who.id,
        channel="import",
        consented_at=now,
        created_at=now,
        **fields,
    )
    db.add(registration)
    school = db.scalars(select(Kind).where(Kind.event_id == event.id, Kind.slug == "school")).one()
    return issue(db, ring, registration, school, party, now)


def _taken(db: Session) -> Sequence[int]:
    mine = EventDay.event_id == events.by_slug(db, "fair").id
    return db.scalars(select(EventDay.taken).where(mine).order_by(EventDay.day)).all()
