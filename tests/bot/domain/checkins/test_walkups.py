"""Walk-ups: registered at the gate, once, for today, and counted with all others."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events, passes, people, roster
from bot.domain.checkins import walkups
from bot.domain.checkins.walkups import RegisteredWalkup
from bot.domain.keys import KeyRing
from bot.domain.models import EventDay, Pass, Registration, WalkupRecord
from bot.domain.passes import kinds
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from flows.shapes.scans import ADMITTED, ALREADY_ADMITTED, ENTRY_PAUSED
from flows.shapes.walkup_effects import Walkup
from flows.understanding import codes
from flows.visitor import consent
from tests.bot.domain import race_processes
from tests.bot.domain.builders import DAY, NOW, SECRET, asking, refused, taken
from tests.bot.domain.gate import NOON, World, at, make_world

on_sqlite = pytest.mark.databases("sqlite")
PHONE = "+919812345678"
"""Asha's, who holds a pass of four for the day in every world."""


def a_walkup(**changes: Any) -> Walkup:
    """Two people at the main gate, whom Ravi registers."""
    fields: dict[str, Any] = {
        "event": "fair",
        "request_id": "one",
        "full_name": "Kamala Devi",
        "party_size": 2,
        "language": "en",
        "consent_version": 1,
        "gate": "main",
    }
    return Walkup(**fields | changes)


def register(world: World, now: Any = NOON, **changes: Any) -> RegisteredWalkup:
    return walkups.register(world.db, world.ring, a_walkup(**{"staff_id": world.ravi.id} | changes), now)


@on_sqlite
def test_somebody_without_a_phone_gets_a_pass_for_today_and_who_made_it_is_kept(world: World) -> None:
    made = register(world)
    issued = passes.by_code(world.db, made.code)
    record = world.db.scalars(select(WalkupRecord)).one()
    assert (issued.day, issued.party_size, issued.status, made.admission) == (DAY, 2, "valid", None)
    assert (record.staff_id, record.device_id, record.gate_id) == (
        world.ravi.id,
        None,
        gates.find(world.db, world.event.id, "main").id,
    )
    assert issued.registration.holder.aliases == []
    assert issued.registration.channel == "walkup"
    assert issued.registration.consent_text == consent.read_out_text(events.shape(world.event), "en")
    assert taken(world.db, world.event) == 4 + 2
    assert world.result(made.code) == ADMITTED


@on_sqlite
def test_registered_and_admitted_at_once_and_again_the_same(world: World) -> None:
    first = register(world, admit=True)
    again = register(world, admit=True, full_name="Somebody Else", party_size=5)
    assert first.admission is not None
    assert again.admission is not None
    assert (first.admission.result, first.admission.admitted_now, first.again) == (ADMITTED, 2, False)
    assert (again.code, again.full_name, again.again, again.admission.again) == (first.code, "Kamala Devi", True, True)
    assert world.result(first.code) == ALREADY_ADMITTED
    assert taken(world.db, world.event) == 4 + 2


@on_sqlite
def test_an_admission_that_is_refused_leaves_the_pass_and_can_be_asked_for_again(world: World) -> None:
    gates.pause_entry(world.db, world.event.id, "main", NOON)
    held_up = register(world, admit=True).admission
    assert held_up is not None
    assert held_up.result == ENTRY_PAUSED
    gates.resume_entry(world.db, world.event.id, "main")
    let_in = register(world, admit=True)
    assert let_in.admission is not None
    assert (let_in.again, let_in.admission.result) == (True, ADMITTED)


@on_sqlite
def test_the_gates_must_be_open_and_public_registration_need_not(world: World) -> None:
    events.close_event(world.db, "fair")
    assert register(world).code
    with refused("gates_not_open"):
        register(world, NOW, request_id="before the first day")
    with refused("event_over"):
        register(world, at(12, day=DAY.replace(day=25)), request_id="after the last")
    events.set_day(world.db, "fair", DAY, closed=True)
    with refused("gates_not_open"):
        register(world, request_id="on a closed day")
    events.cancel_event(world.db, "fair")
    with refused("event_cancelled"):
        register(world, request_id="cancelled")
    assert world.db.scalar(select(func.count(WalkupRecord.registration_id))) == 1


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"party_size": 11}, "party_too_large"),
        ({"party_size": 0}, "party_too_large"),
        ({"full_name": "7"}, "bad_name"),
        ({"full_name": "A\nB" * 60}, "bad_name"),
        ({"consent_version": 2}, "consent_changed"),
        ({"kind": "press"}, "no_such_kind"),
        ({"gate": "nowhere"}, "no_such_gate"),
        ({"event": "unfair"}, "no_such_event"),
        ({"language": "xx"}, "bad_language"),
        ({"request_id": ""}, "bad_request_id"),
        ({"phone": PHONE}, "already_registered"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(world: World, changes: dict[str, Any], code: str) -> None:
    before = _rows(world.db)
    with refused(code):
        register(world, admit=True, **changes)
    assert _rows(world.db) == before
    assert taken(world.db, world.event) == 4


@on_sqlite
def test_the_same_phone_again_only_where_that_is_meant(world: World) -> None:
    with refused("already_registered", code=codes.shown(world.issued.code), day=DAY):
        register(world, phone=PHONE)
    second = register(world, phone=PHONE, anyway=True)
    third = register(world, phone=PHONE, anyway=True, request_id="two")
    assert len({world.issued.code, codes.parse(second.code), codes.parse(third.code)}) == 3
    asha = people.find(world.db, phone=PHONE)
    assert asha is not None
    assert [one.status for one in passes.of_person(world.db, asha, NOON)] == ["valid"] * 3


@on_sqlite
def test_a_full_day_needs_a_supervisor_and_stays_full_for_everybody_else(world: World) -> None:
    events.change(world.db, "fair", capacity_per_day=5)
    with refused("today_full", left=1):
        register(world)
    with refused("supervisors_only"):
        register(world, overbook=True)
    with refused("supervisors_only"):
        register(world, overbook=True, staff_id=None, device_id=None)
    made = register(world, overbook=True, staff_id=world.mira.id)
    assert _day(world) == (6, 5, 1)
    events.set_day(world.db, "fair", DAY, closed=False)
    asha = people.find(world.db, phone=PHONE)
    assert asha is not None
    smaller = passes.change(
        world.db, world.ring, contact=asha, code=world.issued.code, visit_date=DAY, party_size=3, now=NOON
    )
    assert _day(world) == (5, 5, 1)
    other = people.find_or_make(world.db, phone="+919822222222", now=NOON)
    with refused("day_full"):
        registrations.register(world.db, world.ring, **asking(other, party_size=1, now=NOON))
    passes.cancel(world.db, contact=asha, code=smaller.code, now=NOON)
    assert registrations.register(world.db, world.ring, **asking(other, party_size=3, now=NOON)).party_size == 3
    with refused("day_full"):
        registrations.register(world.db, world.ring, **asking(asha, party_size=1, now=NOON))
    assert world.result(made.code) == ADMITTED


@on_sqlite
def test_a_disabled_supervisor_and_one_of_another_event_may_not_overbook(world: World) -> None:
    events.change(world.db, "fair", capacity_per_day=4)
    elsewhere = _supervisor_of(world, "noise-one")
    world.mira.enabled = False
    world.db.flush()
    for staff_id in (world.mira.id, elsewhere):
        with refused("supervisors_only"):
            register(world, overbook=True, staff_id=staff_id)


@on_sqlite
def test_kinds_have_their_own_largest_party_and_their_own_days(world: World) -> None:
    kinds.add(world.db, "fair", "school", max_party=60)
    kinds.add(world.db, "fair", "last-day", days=[DAY.replace(day=DAY.day + 3)])
    bus = register(world, kind="school", party_size=45, admit=True)
    assert bus.admission is not None
    assert bus.admission.admitted_now == 45
    with refused("kind_not_today", kind="last-day"):
        register(world, kind="last-day", request_id="two")


def registering(database: Database, wish: dict[str, Any]) -> str:
    """A desk registers and admits; the code and what the gate says."""
    with database.write() as db:
        made = walkups.register(db, KeyRing.open(database, SECRET), a_walkup(**wish, admit=True), NOON)
    assert made.admission is not None
    return f"{made.code} {made.admission.result} {made.admission.admitted_now}"


@pytest.mark.race
def test_one_request_sent_many_times_at_once_is_one_pass_and_one_admission(database: Database, ring: KeyRing) -> None:
    _open_fair(database, ring)
    heard = Counter(
        race_processes.in_threads(database, registering, [{"request_id": "the same", "phone": "+919833333333"}] * 12)
    )
    assert len(heard) == 1
    assert next(iter(heard)).endswith("admitted 2")
    with database.read() as db:
        assert db.scalar(select(func.count(WalkupRecord.registration_id))) == 1
        assert _day_of(db) == (6, 9, 0)


@pytest.mark.race
def test_desks_at_once_give_no_more_places_than_there_are(database: Database, ring: KeyRing) -> None:
    _open_fair(database, ring)
    heard = race_processes.in_threads(database, registering, [{"request_id": str(number)} for number in range(8)])
    assert sum("admitted 2" in one for one in heard) == 2
    assert heard.count("today_full") == 6
    with database.read() as db:
        assert _day_of(db) == (8, 9, 0)


def _open_fair(database: Database, ring: KeyRing) -> None:
    with database.write() as db:
        fair = events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY, capacity_per_day=9, now=NOW)
        make_world(db, ring, events.open_event(db, fair.slug))


def _rows(db: Session) -> tuple[int | None, ...]:
    return tuple(db.scalar(select(func.count()).select_from(table)) for table in (Registration, Pass, WalkupRecord))


def _day(world: World) -> tuple[int, int | None, int]:
    return _day_of(world.db)


def _day_of(db: Session) -> tuple[int, int | None, int]:
    """Places given, capacity, and how far it was ever gone beyond."""
    fair = events.by_slug(db, "fair")
    columns = select(EventDay.taken, EventDay.capacity, EventDay.beyond)
    row = db.execute(columns.where(EventDay.event_id == fair.id, EventDay.day == DAY)).one()
    return row.taken, row.capacity, row.beyond


def _supervisor_of(world: World, slug: str) -> int:
    return roster.add(world.db, slug, phone="+919844444444", name="Else", role="supervisor", region="IN", now=NOON).id
