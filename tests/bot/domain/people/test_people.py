from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain import passes, people
from bot.domain.keys import KeyRing
from bot.domain.models import Base, Contact, Delivery, Event, Pass
from bot.domain.passes import registration as registrations
from bot.domain.people import ownership_proofs, phone_owners
from flows.understanding import codes
from tests.bot.domain.builders import DAY, NOW, asking, refused, taken

PHONE, USER = "+919812345678", "IN.2081234"


def _count(db: Session) -> int:
    return db.scalar(select(func.count(Contact.id))) or 0


def test_nobody_is_found_where_nobody_was_made(db: Session) -> None:
    assert people.find(db, phone=PHONE, user=USER) is None
    assert people.find(db) is None


def test_a_person_is_made_once_and_found_by_either_name(db: Session) -> None:
    made = people.find_or_make(db, phone=PHONE, user=USER, now=NOW)
    before = _count(db)
    for names in ({"phone": PHONE}, {"user": USER}, {"phone": PHONE, "user": USER}):
        assert people.find_or_make(db, **names, now=NOW) is made
        assert people.find(db, **names) is made
    assert _count(db) == before


def test_a_name_that_comes_later_is_added(db: Session) -> None:
    by_user = people.find_or_make(db, user=USER, now=NOW)
    assert people.find_or_make(db, phone=PHONE, user=USER, now=NOW) is by_user
    assert people.find(db, phone=PHONE) is by_user


def test_a_person_without_a_name_is_nobody(db: Session) -> None:
    with pytest.raises(ValueError, match="name"):
        people.find_or_make(db, now=NOW)


def test_two_who_are_one_are_joined_with_all_that_is_theirs(db: Session, ring: KeyRing, fair: Event) -> None:
    older = people.find_or_make(db, phone=PHONE, now=NOW)
    younger = people.find_or_make(db, user=USER, now=NOW)
    younger.language, younger.stopped_at = "hi", NOW
    held = registrations.register(db, ring, **asking(younger))
    asked = registrations.register(db, ring, **asking(younger, phone="+919999999999"))
    db.add(_delivery(held, younger))
    before = _count(db)
    assert [one.id for one in people.find_all(db, phone=PHONE, user=USER)] == [older.id, younger.id]

    one = people.find_or_make(db, phone=PHONE, user=USER, now=NOW)

    assert one is older
    assert _count(db) == before - 1
    assert (one.language, one.stopped_at) == ("hi", NOW)
    assert {alias.value for alias in one.aliases} == {PHONE, USER}
    assert {issued.id for issued in passes.of_person(db, one, NOW)} == {held.id, asked.id}
    assert db.scalar(select(Delivery.contact_id).where(Delivery.pass_id == held.id)) == one.id
    db.expire_all()
    assert held.registration.holder_id == held.holder_id == one.id


def _delivery(issued: Pass, contact: Contact) -> Delivery:
    return Delivery(
        kind="pass",
        lane=f"whatsapp:{USER}",
        priority=1,
        payload={},
        pass_id=issued.id,
        contact_id=contact.id,
        not_before=NOW,
        give_up_at=NOW,
        created_at=NOW,
    )


def test_two_valid_passes_of_one_day_both_stay_valid_when_their_holders_turn_out_to_be_one(
    db: Session, ring: KeyRing, fair: Event
) -> None:
    first = registrations.register(db, ring, **asking(people.find_or_make(db, phone=PHONE, now=NOW)))
    second = registrations.register(db, ring, **asking(people.find_or_make(db, user=USER, now=NOW)))
    one = people.find_or_make(db, phone=PHONE, user=USER, now=NOW)
    db.expire_all()
    assert {issued.id for issued in passes.of_person(db, one, NOW)} == {first.id, second.id}
    assert taken(db, fair) == 4

    with refused("already_registered", code=codes.shown(first.code)):
        registrations.register(db, ring, **asking(one))
    smaller = passes.change(db, ring, contact=one, code=second.code, visit_date=DAY, party_size=1, now=NOW)
    assert taken(db, fair) == 3
    passes.cancel(db, contact=one, code=first.code, now=NOW)
    with refused("already_registered", code=codes.shown(smaller.code)):
        registrations.register(db, ring, **asking(one))
    passes.cancel(db, contact=one, code=smaller.code, now=NOW)
    assert taken(db, fair) == 0
    assert registrations.register(db, ring, **asking(one)).twin == 0


def test_a_joined_pass_moves_to_another_day_like_any(db: Session, ring: KeyRing, fair: Event) -> None:
    registrations.register(db, ring, **asking(people.find_or_make(db, phone=PHONE, now=NOW)))
    second = registrations.register(db, ring, **asking(people.find_or_make(db, user=USER, now=NOW)))
    one = people.find_or_make(db, phone=PHONE, user=USER, now=NOW)
    db.expire_all()
    tomorrow = DAY + timedelta(days=1)
    moved = passes.change(db, ring, contact=one, code=second.code, visit_date=tomorrow, party_size=2, now=NOW)
    assert (moved.twin, taken(db, fair), taken(db, fair, tomorrow)) == (0, 2, 2)


def test_a_phone_that_changes_hands_between_two_known_people_joins_no_third(db: Session) -> None:
    bystander = people.find_or_make(db, phone="+919777777777", now=NOW)
    people.find_or_make(db, phone=PHONE, now=NOW)
    people.find_or_make(db, user=USER, now=NOW)
    people.find_or_make(db, phone=PHONE, user=USER, now=NOW)
    assert people.find(db, phone="+919777777777") is bystander


# --- a number that changes hands ----------------------------------------------------------------

NEW = "IN.2002"


def test_a_phone_that_comes_with_another_id_is_somebody_elses(db: Session, ring: KeyRing, fair: Event) -> None:
    old = people.find_or_make(db, phone=PHONE, user=USER, now=NOW)
    held = registrations.register(db, ring, **asking(old))
    assert people.find_all(db, phone=PHONE, user=NEW) == []
    new = people.find_or_make(db, phone=PHONE, user=NEW, now=NOW)
    assert new is not old
    assert people.find(db, phone=PHONE) is new
    assert people.find(db, user=USER) is old
    assert [one.contact_id for one in phone_owners.last_transfer(db, new)] == [old.id]
    assert (passes.of_person(db, new, NOW), passes.of_person(db, old, NOW)) == ([], [held])
    back = people.find_or_make(db, phone=PHONE, user=USER, now=NOW)
    assert (back, people.find(db, user=NEW)) == (old, new)
    assert [one.contact_id for one in phone_owners.last_transfer(db, old)] == [new.id]


@pytest.mark.parametrize("lent", ["phone", "user"])
def test_a_name_that_was_lent_takes_nothing_from_anybody(db: Session, lent: str) -> None:
    old = people.find_or_make(db, phone=PHONE, user=USER, now=NOW)
    new = people.find_or_make(db, user=NEW, now=NOW)
    met = people.find_or_make(db, phone=PHONE, user=NEW, lent=lent, now=NOW)
    assert met is (new if lent == "phone" else old)
    assert people.find_all(db, phone=PHONE, user=NEW, lent=lent) == [met]
    assert people.find(db, phone=PHONE) is old


def test_an_account_with_a_number_of_its_own_is_not_joined_with_another_number(db: Session) -> None:
    mine = people.find_or_make(db, phone="+919777777777", user=USER, now=NOW)
    theirs = people.find_or_make(db, phone=PHONE, now=NOW)
    assert people.find_or_make(db, phone=PHONE, user=USER, now=NOW) is mine
    assert {alias.value for alias in mine.aliases} == {"+919777777777", PHONE, USER}
    assert db.get(Contact, theirs.id) is theirs


def test_only_a_code_of_the_former_owners_own_pass_joins_the_two(db: Session, ring: KeyRing, fair: Event) -> None:
    old = people.find_or_make(db, phone=PHONE, user=USER, now=NOW)
    old.stopped_at = NOW
    mine = registrations.register(db, ring, **asking(old))
    for_another = registrations.register(db, ring, **asking(old, phone="+919999999999"))
    strangers = registrations.register(db, ring, **asking(people.find_or_make(db, user="IN.9", now=NOW)))
    new = people.find_or_make(db, phone=PHONE, user=NEW, now=NOW)
    for code in (for_another.code, strangers.code, "0000-0000", "hello"):
        with refused("not_proved"):
            ownership_proofs.prove(db, new, code)
    passes.cancel(db, contact=old, code=mine.code, now=NOW)
    one = ownership_proofs.prove(db, new, codes.shown(mine.code))
    assert (one.id, one.stopped_at) == (old.id, None)
    assert {alias.value for alias in one.aliases} == {PHONE, USER, NEW}
    assert phone_owners.last_transfer(db, one) == []
    with refused("not_proved"):
        ownership_proofs.prove(db, one, strangers.code)


def test_tries_are_counted_by_the_hour_whoever_had_the_number_before(db: Session) -> None:
    for user in (USER, NEW, "IN.3003"):
        present = people.find_or_make(db, phone=PHONE, user=user, now=NOW)
    for _ in range(ownership_proofs.MAX_TRIES_PER_HOUR):
        ownership_proofs.count_try(db, present, NOW)
    with refused("too_many_proofs", minutes=10):
        ownership_proofs.count_try(db, present, NOW + timedelta(minutes=50))
    ownership_proofs.count_try(db, present, NOW + timedelta(hours=1))


def test_every_column_that_names_a_contact_follows_when_two_are_joined() -> None:
    followed = {(column.class_.__tablename__, column.key) for column in people.REFERENCES}
    named = {
        (table.name, key.parent.name)
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "contacts"
    }
    assert followed == named
