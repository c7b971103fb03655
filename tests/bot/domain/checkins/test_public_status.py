"""What the QR of a pass shows to anybody."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.domain import checkins, events, passes
from bot.domain.checkins import public_status
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, Pass
from bot.domain.passes import registration as registrations
from bot.domain.passes import tokens
from flows.shapes import Invalid
from flows.shapes.scans import Scan
from flows.understanding import codes
from tests.bot.domain.builders import DAY, NOW, asking, refused

NEXT = DAY + timedelta(days=1)


def at(hour: int, day: date = DAY, minute: int = 0) -> datetime:
    """A moment by Kolkata's clocks."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=5, minutes=30)


@pytest.fixture
def ashas_pass(db: Session, ring: KeyRing, fair: Event, asha: Contact) -> Pass:
    """Asha's pass for two on the first day."""
    return registrations.register(db, ring, **asking(asha))


@pytest.fixture
def token(ashas_pass: Pass, ring: KeyRing) -> str:
    return tokens.encode(tokens.token_of(ashas_pass), ring)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (NOW, "another_day"),
        (at(0) - timedelta(minutes=1), "another_day"),
        (at(0), "valid"),
        (at(23, minute=59), "valid"),
        (at(0, NEXT), "over"),
    ],
)
def test_a_pass_is_valid_on_its_day_by_the_events_clocks(
    db: Session, ring: KeyRing, token: str, now: datetime, state: str
) -> None:
    assert public_status.public_status(db, ring, token, now).state == state


@pytest.mark.parametrize(("now", "state"), [(at(1, NEXT), "valid"), (at(2, NEXT), "over"), (at(9), "valid")])
def test_a_day_that_goes_on_into_the_night_ends_with_its_hours(
    db: Session, ring: KeyRing, token: str, now: datetime, state: str
) -> None:
    events.change(db, "fair", opens=time(18), closes=time(2))
    assert public_status.public_status(db, ring, token, now).state == state


def test_a_pass_of_several_days_is_valid_on_each_and_between_for_another(
    db: Session, ring: KeyRing, ashas_pass: Pass
) -> None:
    last = DAY + timedelta(days=2)
    ashas_pass.kind.days = [DAY.isoformat(), last.isoformat()]
    db.flush()
    token = tokens.encode(tokens.token_of(ashas_pass), ring)
    states = [
        public_status.public_status(db, ring, token, at(12, DAY + timedelta(days=day))).state for day in range(-1, 4)
    ]
    assert states == ["another_day", "valid", "another_day", "valid", "over"]
    assert public_status.public_status(db, ring, token, NOW).dates == (DAY, last)


def test_a_cancelled_a_replaced_and_a_cancelled_events_pass_say_so(
    db: Session, ring: KeyRing, asha: Contact, ashas_pass: Pass, token: str
) -> None:
    new = passes.change(
        db, ring, contact=asha, code=codes.shown(ashas_pass.code), visit_date=NEXT, party_size=4, now=NOW
    )
    db.refresh(ashas_pass)
    newer = tokens.encode(tokens.token_of(new), ring)
    assert public_status.public_status(db, ring, token, at(12)).state == "replaced"
    assert public_status.public_status(db, ring, newer, at(12, NEXT)).state == "valid"
    events.cancel_event(db, "fair")
    assert public_status.public_status(db, ring, newer, at(12, NEXT)).state == "event_cancelled"
    passes.cancel(db, contact=asha, code=codes.shown(new.code), now=NOW)
    db.refresh(new)
    assert public_status.public_status(db, ring, newer, at(12, NEXT)).state == "revoked"


def test_nothing_personal_and_no_code_is_in_it(db: Session, ring: KeyRing, ashas_pass: Pass, token: str) -> None:
    seen = public_status.public_status(db, ring, token, NOW)
    assert seen.event.slug == "fair"
    assert (seen.dates, seen.party_size) == ((DAY,), 2)
    for secret in ("Asha", "9812345678", ashas_pass.code, codes.shown(ashas_pass.code)):
        assert secret not in repr(asdict(seen))


def test_a_genuine_token_of_no_pass_is_told_from_a_forged_one(
    db: Session, ring: KeyRing, ashas_pass: Pass, token: str
) -> None:
    genuine = tokens.token_of(ashas_pass)
    for stray in (
        replace(genuine, pass_id=2**40 - 1),
        replace(genuine, pass_id=0),
        replace(genuine, event=genuine.event + 1),
    ):
        with refused("no_such_pass"):
            public_status.public_status(db, ring, tokens.encode(stray, ring), NOW)
    forged = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    with pytest.raises(Invalid) as no:
        public_status.public_status(db, ring, forged, NOW)
    assert no.value.code == "forged"


def test_a_day_that_is_closed_says_so_to_its_passes_alone(
    db: Session, ring: KeyRing, ashas_pass: Pass, token: str
) -> None:
    events.set_day(db, "fair", NEXT, closed=True)
    assert public_status.public_status(db, ring, token, at(12)).state == "valid"
    events.set_day(db, "fair", DAY, closed=True)
    assert [public_status.public_status(db, ring, token, now).state for now in (NOW, at(12))] == ["day_closed"] * 2


def test_a_pass_is_used_up_once_nobody_of_the_party_is_left_to_enter(
    db: Session, ring: KeyRing, ashas_pass: Pass, token: str
) -> None:
    def enter(people: int | None, scan_id: str, direction: str = "in") -> str:
        scan = Scan(
            text=ashas_pass.code, scan_id=scan_id, event="fair", channel="page", count=people, direction=direction
        )
        return checkins.admit(db, ring, scan, at(11)).result

    assert enter(1, "first") == "admitted"
    assert public_status.public_status(db, ring, token, at(12)).state == "valid"
    assert enter(None, "second") == "admitted"
    assert public_status.public_status(db, ring, token, at(12)).state == "used_up"
    events.change(db, "fair", policy="in_out")
    assert enter(1, "third", "out") == "left"
    assert public_status.public_status(db, ring, token, at(12)).state == "valid"


def test_an_entry_counts_by_the_rule_in_force_for_who_only_looks(db: Session, ring: KeyRing, ashas_pass: Pass) -> None:
    ashas_pass.kind.days = [DAY.isoformat(), NEXT.isoformat()]
    db.flush()
    token = tokens.encode(tokens.token_of(ashas_pass), ring)
    scan = Scan(text=ashas_pass.code, scan_id="only", event="fair", channel="page")
    assert checkins.admit(db, ring, scan, at(11)).result == "admitted"
    assert public_status.public_status(db, ring, token, at(12, NEXT)).state == "valid"
    events.change(db, "fair", policy="once")
    assert public_status.public_status(db, ring, token, at(12, NEXT)).state == "used_up"
