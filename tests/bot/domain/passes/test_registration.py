from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain import events, people
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, Pass, Registration
from bot.domain.passes import registration as registrations
from bot.domain.passes import rows as pass_rows
from flows.understanding import codes
from tests.bot.domain.builders import DAY, NOW, asking, refused, taken


def test_a_registration_gives_a_valid_pass_and_takes_the_places(
    db: Session, ring: KeyRing, fair: Event, asha: Contact
) -> None:
    issued = registrations.register(db, ring, **asking(asha, answers={"city": "Delhi"}))
    assert (issued.status, issued.day, issued.party_size, issued.holder_id) == ("valid", DAY, 2, asha.id)
    assert codes.parse(issued.code) == issued.code
    assert issued.key_id == ring.current
    assert issued.registration.answers == {"city": "Delhi"}
    assert taken(db, fair) == 2
    assert taken(db, fair, DAY + timedelta(days=1)) == 0


def test_what_was_agreed_to_is_kept_with_its_time(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> None:
    kept = registrations.register(db, ring, **asking(asha, consent_text="Yes, I do.")).registration
    assert (kept.consent_version, kept.consent_text, kept.consented_at) == (1, "Yes, I do.", NOW)


def test_somebody_elses_phone_makes_them_the_holder(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> None:
    issued = registrations.register(db, ring, **asking(asha, phone="+919999999999"))
    other = people.find(db, phone="+919999999999")
    assert other is not None
    assert issued.holder_id == other.id != asha.id
    assert issued.registration.asked_by_id == asha.id
    assert other.language is None
    assert asha.language == "en"


def test_a_second_pass_for_the_day_is_refused_with_the_first(
    db: Session, ring: KeyRing, fair: Event, asha: Contact
) -> None:
    first = registrations.register(db, ring, **asking(asha))
    with refused("already_registered", code=codes.shown(first.code), day=DAY):
        registrations.register(db, ring, **asking(asha))
    assert taken(db, fair) == 2
    assert registrations.register(db, ring, **asking(asha, visit_date=DAY + timedelta(days=1))).status == "valid"


def test_a_pass_for_a_day_that_is_full_by_now_is_still_told(
    db: Session, ring: KeyRing, fair: Event, asha: Contact
) -> None:
    first = registrations.register(db, ring, **asking(asha))
    events.change(db, "fair", capacity_per_day=2, ends_on=DAY)
    with refused("already_registered", code=codes.shown(first.code)):
        registrations.register(db, ring, **asking(asha))


def test_a_full_day_and_a_party_too_large_for_what_is_left(
    db: Session, ring: KeyRing, fair: Event, asha: Contact
) -> None:
    events.change(db, "fair", capacity_per_day=5)
    registrations.register(db, ring, **asking(asha, party_size=3))
    ravi = people.find_or_make(db, phone="+919811111111", now=NOW)
    with refused("too_few_left", left=2, day=DAY):
        registrations.register(db, ring, **asking(ravi, party_size=3))
    registrations.register(db, ring, **asking(ravi, party_size=2))
    meena = people.find_or_make(db, phone="+919822222222", now=NOW)
    with refused("day_full", left=0, day=DAY):
        registrations.register(db, ring, **asking(meena, party_size=1))
    assert taken(db, fair) == 5


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"party_size": 11}, "party_too_large"),
        ({"party_size": 0}, "party_too_large"),
        ({"consent_version": 2}, "consent_changed"),
        ({"event": "fairr"}, "no_such_event"),
        ({"visit_date": DAY - timedelta(days=1)}, "day_over"),
        ({"visit_date": DAY + timedelta(days=4)}, "day_over"),
        ({"now": NOW + timedelta(days=5), "visit_date": DAY}, "day_over"),
        ({"now": NOW + timedelta(days=9)}, "event_over"),
    ],
)
def test_what_the_rules_do_not_allow_leaves_nothing_behind(
    db: Session, ring: KeyRing, fair: Event, asha: Contact, changes: dict[str, object], code: str
) -> None:
    before = db.scalar(select(func.count(Registration.id)))
    with refused(code):
        registrations.register(db, ring, **asking(asha, **changes))
    assert taken(db, fair) == 0
    assert db.scalar(select(func.count(Registration.id))) == before


def test_a_closed_day_is_refused(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> None:
    events.set_day(db, "fair", DAY, closed=True)
    with refused("day_closed", day=DAY):
        registrations.register(db, ring, **asking(asha))


def test_the_events_state_is_looked_at_when_it_counts(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> None:
    events.close_event(db, "fair")
    with refused("event_closed"):
        registrations.register(db, ring, **asking(asha))
    events.cancel_event(db, "fair")
    with refused("event_cancelled"):
        registrations.register(db, ring, **asking(asha))
    events.open_event(db, "fair")
    events.change(db, "fair", registration_opens_at=NOW + timedelta(hours=1))
    with refused("event_not_yet_open"):
        registrations.register(db, ring, **asking(asha))
    assert registrations.register(db, ring, **asking(asha, now=NOW + timedelta(hours=1)))


def test_a_code_that_is_taken_is_drawn_again(
    db: Session, ring: KeyRing, fair: Event, asha: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = registrations.register(db, ring, **asking(asha))
    draws = iter([first.code, first.code, "0000000" + codes.check_character("0000000")])
    monkeypatch.setattr(pass_rows, "new_code", lambda: next(draws))
    ravi = people.find_or_make(db, phone="+919811111111", now=NOW)
    assert registrations.register(db, ring, **asking(ravi)).code.startswith("0000000")
    assert taken(db, fair) == 4
    assert db.scalar(select(func.count(Pass.id)).where(Pass.event_id == fair.id)) == 2
