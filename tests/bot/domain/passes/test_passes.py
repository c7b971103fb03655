from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain import events, passes, people
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, Pass
from bot.domain.passes import registration as registrations
from bot.domain.passes import rows as pass_rows
from flows.understanding import codes
from tests.bot.domain.builders import DAY, NOW, asking, refused, taken

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def first(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> Pass:
    """Asha's pass for two on the first day."""
    return registrations.register(db, ring, **asking(asha))


def test_another_day_and_party_re_issue_the_pass(
    db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass
) -> None:
    new = passes.change(db, ring, contact=asha, code=codes.shown(first.code), visit_date=NEXT, party_size=4, now=NOW)
    db.refresh(first)
    assert (first.status, first.replaced_by_id) == ("replaced", new.id)
    assert (new.status, new.day, new.party_size, new.code != first.code) == ("valid", NEXT, 4, True)
    assert new.registration_id == first.registration_id
    assert (taken(db, fair), taken(db, fair, NEXT)) == (0, 4)


@pytest.mark.parametrize(("party", "held"), [(5, 5), (1, 1)])
def test_on_the_same_day_only_the_difference_counts(
    db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass, party: int, held: int
) -> None:
    events.change(db, "fair", capacity_per_day=5)
    new = passes.change(db, ring, contact=asha, code=first.code, visit_date=DAY, party_size=party, now=NOW)
    assert new.party_size == party
    assert taken(db, fair) == held


def test_a_party_can_shrink_on_a_full_day(db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass) -> None:
    events.change(db, "fair", capacity_per_day=2, ends_on=DAY)
    assert passes.change(db, ring, contact=asha, code=first.code, visit_date=DAY, party_size=1, now=NOW)
    assert taken(db, fair) == 1


def test_nothing_changed_is_the_same_pass(db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass) -> None:
    assert passes.change(db, ring, contact=asha, code=first.code, visit_date=DAY, party_size=2, now=NOW) is first
    assert (first.status, taken(db, fair)) == ("valid", 2)


@pytest.mark.parametrize(
    ("day", "party", "code"),
    [
        (NEXT, 3, "too_few_left"),
        (DAY, 6, "too_few_left"),
        (NEXT, 11, "party_too_large"),
        (DAY + timedelta(days=9), 1, "day_over"),
        (DAY + timedelta(days=2), 1, "day_closed"),
        (DAY + timedelta(days=3), 1, "already_registered"),
    ],
)
def test_where_the_new_cannot_be_had_the_old_stays(
    db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass, day: object, party: int, code: str
) -> None:
    events.change(db, "fair", capacity_per_day=5)
    events.set_day(db, "fair", NEXT, capacity=2)
    events.set_day(db, "fair", DAY + timedelta(days=2), closed=True)
    registrations.register(db, ring, **asking(asha, visit_date=DAY + timedelta(days=3)))
    wish = {"code": first.code, "visit_date": day, "party_size": party}
    with refused(code):
        passes.change(db, ring, contact=asha, **wish, now=NOW)  # type: ignore[arg-type] # object of the table above
    db.refresh(first)
    assert (first.status, first.replaced_by_id) == ("valid", None)
    assert (taken(db, fair), taken(db, fair, NEXT)) == (2, 0)


def test_a_pass_that_the_index_refuses_leaves_the_old_as_it_was(
    db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when another phone of the same person was faster by a hair: the look before finds nothing."""
    other = registrations.register(db, ring, **asking(asha, visit_date=NEXT))
    monkeypatch.setattr(passes, "_check_change", lambda *_: None)
    with refused("already_registered", code=codes.shown(other.code), day=NEXT):
        passes.change(db, ring, contact=asha, code=first.code, visit_date=NEXT, party_size=1, now=NOW)
    db.refresh(first)
    assert (first.status, taken(db, fair), taken(db, fair, NEXT)) == ("valid", 2, 2)


def test_a_closed_events_pass_cannot_be_changed(
    db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass
) -> None:
    events.close_event(db, "fair")
    with refused("event_closed"):
        passes.change(db, ring, contact=asha, code=first.code, visit_date=NEXT, party_size=1, now=NOW)


def test_cancelling_gives_the_places_back_once(
    db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass
) -> None:
    assert passes.cancel(db, contact=asha, code=first.code, now=NOW).status == "revoked"
    for _ in range(2):
        with refused("no_such_pass"):
            passes.cancel(db, contact=asha, code=first.code, now=NOW)
    assert taken(db, fair) == 0
    assert registrations.register(db, ring, **asking(asha)).status == "valid"


def test_an_ending_counts_once_even_for_somebody_who_looked_before(
    db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes.cancel(db, contact=asha, code=first.code, now=NOW)
    monkeypatch.setattr(passes, "own_pass", lambda *_: first)
    with refused("no_such_pass"):
        passes.cancel(db, contact=asha, code=first.code, now=NOW)
    assert taken(db, fair) == 0


def test_nobody_else_can_change_or_cancel(db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass) -> None:
    stranger = people.find_or_make(db, phone="+919811111111", now=NOW)
    with refused("no_such_pass"):
        passes.cancel(db, contact=stranger, code=first.code, now=NOW)
    with refused("no_such_pass"):
        passes.change(db, ring, contact=stranger, code=first.code, visit_date=NEXT, party_size=1, now=NOW)


def test_holder_and_asker_both_have_the_pass(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> None:
    issued = registrations.register(db, ring, **asking(asha, phone="+919999999999"))
    mother = people.find(db, phone="+919999999999")
    assert mother is not None
    assert passes.of_person(db, asha, NOW) == passes.of_person(db, mother, NOW) == [issued]
    passes.cancel(db, contact=mother, code=issued.code, now=NOW)
    assert passes.of_person(db, asha, NOW) == []


def test_a_persons_passes_are_todays_and_later_the_next_first(
    db: Session, ring: KeyRing, fair: Event, asha: Contact
) -> None:
    later = registrations.register(db, ring, **asking(asha, visit_date=NEXT))
    sooner = registrations.register(db, ring, **asking(asha))
    assert passes.of_person(db, asha, NOW) == [sooner, later]
    last_second = datetime(2027, 1, 14, 18, 29, 59, tzinfo=UTC)  # midnight in Kolkata is 18:30 UTC
    assert passes.of_person(db, asha, last_second) == [sooner, later]
    assert passes.of_person(db, asha, last_second + timedelta(seconds=1)) == [later]


def test_today_lasts_until_the_gates_close_also_after_midnight(
    db: Session, ring: KeyRing, fair: Event, asha: Contact, first: Pass
) -> None:
    events.change(db, "fair", opens=time(18), closes=time(2))
    at_one = datetime(2027, 1, 14, 19, 30, tzinfo=UTC)  # one in the morning of the 15th in Kolkata
    assert passes.of_person(db, asha, at_one) == [first]
    assert passes.of_person(db, asha, at_one + timedelta(hours=1)) == []


def test_a_code_is_found_as_people_write_it(db: Session, first: Pass) -> None:
    assert passes.by_code(db, codes.shown(first.code).lower()) == first
    assert passes.by_code(db, first.code.replace("0", "o").replace("1", "L")) == first
    wrong = {"": "not_a_code", "x" * 300: "not_a_code", "ABCD-EFGH": "mistyped_code", "0000-0000": "no_such_pass"}
    for code, why in wrong.items():
        with refused(why):
            passes.by_code(db, code)


def test_codes_have_seven_random_characters_and_a_check() -> None:
    drawn = {pass_rows.new_code() for _ in range(500)}
    assert len(drawn) == 500
    assert all(codes.parse(code) == code for code in drawn)
    assert {character for code in drawn for character in code} == set(codes.ALPHABET)


def test_every_valid_pass_is_counted_in_its_day(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> None:
    first = registrations.register(db, ring, **asking(asha, party_size=3))
    second = passes.change(db, ring, contact=asha, code=first.code, visit_date=NEXT, party_size=5, now=NOW)
    passes.change(db, ring, contact=asha, code=second.code, visit_date=NEXT, party_size=2, now=NOW)
    counted = select(func.sum(Pass.party_size)).where(Pass.event_id == fair.id, Pass.status == "valid")
    assert db.scalar(counted.where(Pass.day == NEXT)) == taken(db, fair, NEXT) == 2
    assert taken(db, fair) == 0
