from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.conversation.facts import LiveFacts, Sources
from bot.database import Database
from bot.domain import events, people
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery, Pass
from bot.domain.passes import registration as registrations
from bot.inbound import Inbound
from flows import shapes
from flows.understanding import codes
from tests import listening
from tests.bot.domain.builders import DAY, NOW, SECRET, asking

PHONE, USER = "+919812345678", "IN.2081234"


@pytest.fixture
def sources(database: Database) -> Sources:
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        events.create(
            db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=3), capacity_per_day=50, now=NOW
        )
        events.open_event(db, "fair")
        noise = people.find_or_make(db, phone="+919000000000", now=NOW)
        noise.language, noise.stopped_at = "hi", NOW
        issued = registrations.register(db, ring, **asking(noise, party_size=1))
        db.add(_delivery(issued, "failed"))
    return Sources(database, "IN")


def facts(sources: Sources, **changes: Any) -> shapes.Facts:
    said = {"sid": "SM1", "lane": f"whatsapp:{PHONE}", "sender": "whatsapp:+14155238886", "phone": PHONE}
    inbound = Inbound(**{**said, **changes})
    return LiveFacts(sources, inbound, NOW)


def fair_of(known: shapes.Facts) -> shapes.Event:
    return next(event for event in known.events if event.slug == "fair")


def _delivery(issued: Pass, status: str) -> Delivery:
    return Delivery(
        kind="pass",
        lane="whatsapp:+910",
        priority=1,
        payload={},
        pass_id=issued.id,
        status=status,
        not_before=NOW,
        give_up_at=NOW,
        created_at=NOW,
    )


def test_what_comes_with_the_message(sources: Sources) -> None:
    known = facts(sources, profile_name="Asha")
    assert (known.now, known.region, known.profile_name) == (NOW, "IN", "Asha")


def test_somebody_unknown_is_unknown(sources: Sources) -> None:
    known = facts(sources)
    assert known.person == shapes.Person(known=False, phone=PHONE)
    assert known.passes == ()


def test_what_is_known_of_a_person(sources: Sources, ring: KeyRing) -> None:
    with sources.database.write() as db:
        person = people.find_or_make(db, phone=PHONE, user=USER, now=NOW)
        person.language, person.stopped_at = "hi", NOW
    for names in ({}, {"phone": None, "user": USER}, {"user": USER}):
        assert facts(sources, **names).person == shapes.Person(known=True, language="hi", phone=PHONE, stopped=True)


def test_the_persons_passes_and_whose_they_are(sources: Sources, ring: KeyRing) -> None:
    with sources.database.write() as db:
        person = people.find_or_make(db, phone=PHONE, now=NOW)
        own = registrations.register(db, ring, **asking(person, visit_date=DAY + timedelta(days=1)))
        other = registrations.register(db, ring, **asking(person, phone="+919999999999", full_name="Ravi"))
    assert facts(sources).passes == (
        shapes.PassFacts("fair", DAY, 2, "Ravi", codes.shown(other.code), own=False),
        shapes.PassFacts("fair", DAY + timedelta(days=1), 2, "Asha Verma", codes.shown(own.code), own=True),
    )
    assert [one.own for one in facts(sources, phone="+919999999999").passes] == [True]


def test_a_person_who_is_still_two_sees_the_passes_of_both(sources: Sources, ring: KeyRing) -> None:
    with sources.database.write() as db:
        by_phone = people.find_or_make(db, phone=PHONE, now=NOW)
        by_user = people.find_or_make(db, user=USER, now=NOW)
        by_user.language = "hi"
        for person in (by_phone, by_user):
            registrations.register(db, ring, **asking(person))
    known = facts(sources, user=USER)
    assert [one.own for one in known.passes] == [True, True]
    assert known.person.known


def test_failed_images_are_told_until_they_were_told(sources: Sources, ring: KeyRing) -> None:
    with sources.database.write() as db:
        person = people.find_or_make(db, phone=PHONE, now=NOW)
        issued = registrations.register(db, ring, **asking(person))
        db.add(_delivery(issued, "undelivered"))
    assert facts(sources).person.failed_codes == (codes.shown(issued.code),)
    with sources.database.write() as db:
        db.add(_delivery(issued, "delivered"))
    assert facts(sources).person.failed_codes == ()
    with sources.database.write() as db:
        db.add(_delivery(issued, "failed"))
    assert facts(sources).person.failed_codes == (codes.shown(issued.code),)
    with sources.database.write() as db:
        db.execute(update(Delivery).values(told_at=NOW))
    assert facts(sources).person.failed_codes == ()


def test_a_fact_stays_the_same_within_a_turn_and_is_fresh_in_the_next(sources: Sources, ring: KeyRing) -> None:
    known = facts(sources)
    fair = fair_of(known)
    assert known.days(fair)[0].left == 49
    assert known.person.known is False
    with sources.database.write() as db:
        person = people.find_or_make(db, phone=PHONE, now=NOW)
        registrations.register(db, ring, **asking(person))
        events.change(db, "fair", name="Big Fair")
    assert known.days(fair)[0].left == 49
    assert known.person.known is False
    assert fair_of(known).name["en"] == "Fair"
    fresh = facts(sources)
    assert fresh.days(fair)[0].left == 47
    assert fresh.person.known
    assert fair_of(fresh).name["en"] == "Big Fair"


def test_a_change_of_an_event_is_seen_at_once_by_every_process(sources: Sources) -> None:
    elsewhere = Sources(sources.database, "IN")
    assert fair_of(facts(sources)).status == fair_of(facts(elsewhere)).status == "open"
    with sources.database.write() as db:
        events.close_event(db, "fair")
    assert fair_of(facts(sources)).status == fair_of(facts(elsewhere)).status == "closed"


def test_long_past_events_are_no_more_spoken_of(sources: Sources) -> None:
    late = LiveFacts(sources, Inbound("SM1", "whatsapp:+91", "whatsapp:+1"), NOW + timedelta(days=90))
    assert late.events == ()


def test_a_turn_of_a_stranger_costs_one_statement_and_no_transaction(sources: Sources) -> None:
    facts(sources).events  # noqa: B018 - the process has seen them once
    known = facts(sources)
    with listening.statements(all_of_them=True) as asked:
        for _ in range(3):
            known.days(fair_of(known))
            assert (known.person.known, known.passes, known.duty, known.former_duty) == (False, (), None, None)
    assert len(asked) == 1


def test_what_is_not_asked_for_is_not_read(sources: Sources) -> None:
    with listening.statements() as asked:
        known = facts(sources, profile_name="Asha")
        assert known.profile_name == "Asha"
    assert asked == []


def test_no_connection_is_held_between_two_facts(sources: Sources) -> None:
    known = facts(sources)
    assert known.events
    assert known.person
    assert "Connections in pool" in sources.database.engine.pool.status()
    assert sources.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined] # of QueuePool, ours on both
