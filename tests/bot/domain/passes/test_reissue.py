"""A pass taken out of use or issued anew lets nobody in twice, also while it is being scanned."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.database import Database
from bot.domain import checkins, events, passes, people
from bot.domain.keys import KeyRing
from bot.domain.models import EventDay, Pass, PassUse
from bot.domain.passes import registration as registrations
from bot.domain.passes import reissue
from bot.domain.passes import rules as pass_rules
from flows.shapes.scans import ADMITTED, ALREADY_ADMITTED, REPLACED, REVOKED
from tests.bot.domain import race_processes
from tests.bot.domain.builders import DAY, NOW, SECRET, asking, refused
from tests.bot.domain.gate import NOON, World, make_world, scan

PEOPLE = 12
"""Who change their pass at the moment at which it is scanned."""


def places_taken(world: World) -> int:
    """Of the pass's day."""
    columns = select(EventDay.taken).where(EventDay.event_id == world.event.id, EventDay.day == DAY)
    return world.db.scalars(columns.execution_options(populate_existing=True)).one()


def test_a_reissued_pass_enters_and_the_old_one_says_so(world: World) -> None:
    new = reissue.reissue(world.db, world.ring, world.issued.code, NOON)
    assert (new.code != world.issued.code, new.party_size, new.day) == (True, 4, DAY)
    assert world.result() == REPLACED
    assert world.result(new.code) == ADMITTED
    assert places_taken(world) == 4


def test_what_has_entered_counts_for_the_new_pass(world: World) -> None:
    world.admit(count=3)
    new = reissue.reissue(world.db, world.ring, world.issued.code, NOON)
    answer = world.admit(new.code, now=NOON + timedelta(minutes=1))
    assert (answer.result, answer.admitted_now, answer.remaining) == (ADMITTED, 1, 0)
    again = world.admit(new.code, now=NOON + timedelta(minutes=2))
    assert again.result == ALREADY_ADMITTED
    assert again.first_entry is not None
    assert (again.first_entry.at, again.first_entry.by) == (NOON, "Ravi")


def test_a_revoked_pass_gives_its_places_back_unless_it_was_used(world: World) -> None:
    other = registrations.register(
        world.db, world.ring, **asking(people.find_or_make(world.db, phone="+919833333333", now=NOW))
    )
    reissue.revoke(world.db, other.code, NOON)
    assert (world.result(other.code), places_taken(world)) == (REVOKED, 4)
    world.admit(count=1)
    reissue.revoke(world.db, world.issued.code, NOON)
    assert (world.result(), places_taken(world)) == (REVOKED, 4)


def test_only_a_valid_pass_can_be_recalled(world: World) -> None:
    reissue.revoke(world.db, world.issued.code, NOON)
    with refused("pass_not_valid", status="revoked"):
        reissue.revoke(world.db, world.issued.code, NOON)
    with refused("pass_not_valid", status="revoked"):
        reissue.reissue(world.db, world.ring, world.issued.code, NOON)
    with refused("no_such_pass"):
        reissue.revoke(world.db, "00000000", NOON)
    assert places_taken(world) == 0


def test_a_used_pass_is_neither_changed_nor_cancelled(world: World) -> None:
    asha = people.find_or_make(world.db, phone="+919812345678", now=NOON)
    world.admit(count=1)
    wish: dict[str, Any] = {"contact": asha, "code": world.issued.code, "now": NOON}
    with refused("pass_used"):
        passes.change(world.db, world.ring, **wish, visit_date=DAY + timedelta(days=1), party_size=2)
    with refused("pass_used"):
        passes.cancel(world.db, **wish)
    assert (places_taken(world), world.admit().remaining) == (4, 0)


def test_an_entry_that_was_taken_back_is_no_use(world: World) -> None:
    world.admit()
    world.db.execute(update(PassUse).where(PassUse.pass_id == world.issued.id).values(entered=0))
    asha = people.find_or_make(world.db, phone="+919812345678", now=NOON)
    assert passes.cancel(world.db, contact=asha, code=world.issued.code, now=NOON).id == world.issued.id


# --- at the same moment -----------------------------------------------------------------------------


def _meet(database: Database, wish: tuple[str, int, str]) -> str:
    """Somebody's pass is scanned, or they change it: the people are counted by pass afterwards."""
    what, number, code = wish
    ring = KeyRing.open(database, SECRET)
    with database.write() as db:
        if what == "scan":
            return checkins.admit(db, ring, scan(code), NOON).result
        person = people.find_or_make(db, phone=_phone(number), now=NOW)
        passes.change(db, ring, contact=person, code=code, visit_date=DAY, party_size=1, now=NOW)
    return "changed"


def _phone(number: int) -> str:
    return f"+9197000000{number:02}"


@pytest.fixture
def codes_of_all(database: Database, ring: KeyRing) -> list[str]:
    """A pass of two for each of them."""
    with database.write() as db:
        fair = events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=1), now=NOW)
        events.open_event(db, "fair")
        make_world(db, ring, fair)
        askers = [people.find_or_make(db, phone=_phone(number), now=NOW) for number in range(PEOPLE)]
        return [registrations.register(db, ring, **asking(one)).code for one in askers]


def _crowd(codes: list[str]) -> list[tuple[str, int, str]]:
    return [(what, number, code) for number, code in enumerate(codes) for what in ("scan", "change")]


@pytest.mark.race
def test_a_scan_and_a_change_at_once_leave_one_of_them(database: Database, codes_of_all: list[str]) -> None:
    outcomes = Counter(race_processes.in_threads(database, _meet, _crowd(codes_of_all)))
    assert set(outcomes) <= {"admitted", "pass_used", "replaced", "changed"}
    assert outcomes["admitted"] == outcomes["pass_used"]
    assert outcomes["replaced"] == outcomes["changed"]
    assert _could_enter_again(database) == 0


@pytest.mark.race
def test_without_the_guard_people_hold_a_fresh_pass_who_are_inside(
    database: Database, codes_of_all: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the rule prevents: this test fails when it comes back."""
    monkeypatch.setattr(pass_rules, "is_used", lambda db, pass_id: False)
    for what in ("scan", "change"):
        wishes = [(what, number, code) for number, code in enumerate(codes_of_all)]
        assert set(race_processes.in_threads(database, _meet, wishes)) == {"admitted" if what == "scan" else "changed"}
    assert _could_enter_again(database) == PEOPLE


def _could_enter_again(database: Database) -> int:
    """Passes that have let people in and whose successor nobody has used."""
    with database.read() as db:
        used = select(PassUse.pass_id).where(PassUse.entered > 0)
        again = select(func.count(Pass.id)).where(Pass.status == "replaced", Pass.id.in_(used))
        return db.scalar(again) or 0
