"""Owners: the first by a link, others by one another; none is lost, and nobody who was one acts any more."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from bot.database import Database
from bot.domain import events, people, roster
from bot.domain.models import Owner
from bot.domain.people import phone_owners
from bot.domain.roster import owners
from bot.domain.roster import sessions as staff_sessions
from bot.errors import Refused
from tests.bot.domain.builders import DAY, NOW, refused

OLGA, PAUL = "+919870000001", "+919870000002"
SECOND = timedelta(seconds=1)


def _add(database: Database, phone: str, name: str) -> Owner:
    with database.write() as db:
        return owners.add(db, phone=phone, name=name, region="IN", now=NOW)


def _link(database: Database) -> str:
    with database.write() as db:
        token = owners.new_claim(db, NOW)
    assert token
    return token


def test_a_link_makes_the_first_owner_once_and_only_the_newest_does(database: Database) -> None:
    old, token = _link(database), _link(database)
    wish = {"phone": OLGA, "name": "Olga", "region": "IN"}
    with database.write() as db, refused("claim_expired"):
        owners.claim(db, old, **wish, now=NOW)
    with database.read() as db, refused("claim_expired"):
        owners.check_claim(db, token, NOW + owners.CLAIM_TTL)
    with database.write() as db:
        owners.claim(db, token, **wish, now=NOW + owners.CLAIM_TTL - SECOND)
    with database.write() as db, refused("claim_used"):
        owners.claim(db, token, **wish, now=NOW)
    with database.write() as db:
        assert owners.new_claim(db, NOW) is None


def test_of_several_who_open_the_link_at_once_one_becomes_the_owner(database: Database) -> None:
    token = _link(database)

    def claim(number: int) -> str:
        try:
            with database.write() as db:
                owners.claim(db, token, phone=f"+91987000001{number}", name="Somebody", region="IN", now=NOW)
        except Refused as no:
            return no.code
        return "owner"

    with ThreadPoolExecutor(8) as crowd:
        found = sorted(crowd.map(claim, range(8)))
    assert found.count("owner") == 1
    assert set(found) <= {"owner", "claim_used", "claim_expired"}
    with database.read() as db:
        assert len(owners.list_owners(db)) == 1


def test_the_last_owner_stays_whoever_removes_whom(database: Database) -> None:
    phones = (OLGA, PAUL)
    for phone in phones:
        _add(database, phone, "Somebody")

    def remove(phone: str) -> str:
        try:
            with database.write() as db:
                owners.remove(db, phone, region="IN")
        except Refused as no:
            return no.code
        return ""

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(remove, phones)) == ["", "last_owner"]


def test_who_was_an_owner_is_signed_out_for_good_and_comes_back_as_somebody_new(database: Database) -> None:
    _add(database, PAUL, "Paul")
    _add(database, OLGA, "Olga")
    with database.write() as db:
        mark = staff_sessions.begin_for(db, OLGA, NOW)
        assert staff_sessions.resume(db, mark, NOW)
        owners.remove(db, OLGA, region="IN")
        assert staff_sessions.resume(db, mark, NOW) is None
        assert not staff_sessions.may_sign_in(db, OLGA)
    with database.write() as db, refused("not_an_owner"):
        owners.remove(db, OLGA, region="IN")
    _add(database, OLGA, "Olga")
    with database.read() as db:
        assert staff_sessions.resume(db, mark, NOW) is None


def test_an_owner_sees_every_event_and_works_at_the_gate_of_those_on_whose_roster_they_are(database: Database) -> None:
    _add(database, OLGA, "Olga")
    with database.write() as db:
        mark = replace(staff_sessions.begin_for(db, OLGA, NOW), event_id=0)
        here = staff_sessions.resume(db, mark, NOW)
        assert here
        assert here.event is None
        for slug, day in (("past", DAY - timedelta(days=90)), ("fair", DAY), ("mela", DAY)):
            events.create(db, slug=slug, name=slug, starts_on=day, ends_on=day, now=NOW)
        roster.add(db, "mela", phone=OLGA, name="Olga", region="IN", now=NOW)
        found = [event.slug for event in staff_sessions.list_events(db, here, NOW)]
        assert [slug for slug in found if "noise" not in slug] == ["fair", "mela", "past"]
        assert len(found) > 3
        for slug, works in (("past", False), ("mela", True)):
            there = staff_sessions.resume(db, staff_sessions.move(db, mark, slug, NOW), NOW)
            assert there
            assert there.event
            assert (there.event.slug, there.staff is not None) == (slug, works)


def test_a_phone_that_changes_hands_owns_nothing_until_it_is_confirmed(database: Database) -> None:
    _add(database, OLGA, "Olga")
    with database.write() as db:
        mark = staff_sessions.begin_for(db, OLGA, NOW)
        former = people.find_or_make(db, phone=OLGA, user="whatsapp:IN.1", now=NOW)
        present = people.find_or_make(db, phone=None, user="whatsapp:IN.2", now=NOW)
        phone_owners.transfer_phone(db, OLGA, former, present, NOW)
        assert staff_sessions.resume(db, mark, NOW) is None
        assert not staff_sessions.may_sign_in(db, OLGA)
        assert [owner.unconfirmed_since for owner in owners.list_owners(db)] == [NOW]
    _add(database, OLGA, "Olga")
    with database.read() as db:
        assert staff_sessions.may_sign_in(db, OLGA)
