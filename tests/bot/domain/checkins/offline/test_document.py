"""What a scanner takes along says what the gate would say, grows by what has changed, and tells nothing of people."""

import json
from datetime import timedelta
from typing import Any

from bot.domain import events, passes, people
from bot.domain.checkins.offline import document as offline_document
from bot.domain.checkins.undo import undo
from bot.domain.models import Pass
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from tests.bot.domain.builders import DAY, SECRET, asking
from tests.bot.domain.gate import NOON, World, at
from tests.bot.domain.offline_reader import Row, look_up, rows

TOMORROW = DAY + timedelta(days=1)


def made(world: World, now: Any = NOON, since: str = "") -> dict[str, Any]:
    """The document as it comes out of the network."""
    found = offline_document.document(world.db, SECRET, "fair", now, since)
    return dict(json.loads(json.dumps(found)))


def another(world: World, **changes: Any) -> Pass:
    """One more pass of two, for the fair's first day."""
    number = 9000000000 + world.db.query(Pass).count()
    asker = people.find_or_make(world.db, phone=f"+91{number}", now=NOON)
    return registrations.register(world.db, world.ring, **asking(asker, now=changes.pop("now", NOON), **changes))


def test_each_pass_of_the_day_is_a_row(world: World) -> None:
    other, tomorrow, gone = another(world), another(world, visit_date=TOMORROW), another(world)
    gone.status = "revoked"
    world.admit(count=3, gate="north", now=at(11, 30))
    world.admit(count=1)
    world.admit(direction="out", count=2)
    found = made(world)
    read = rows(found)
    assert list(read) == [world.issued.id, other.id, gone.id]
    minutes = 24 * 60 + 11 * 60 + 30  # from a day before the day's beginning
    digest = read[world.issued.id].code
    assert read[world.issued.id] == Row(digest, 4, 0, 0, used=4, inside=2, minute=minutes, gate=1)
    assert read[gone.id].state == 1
    assert (read[other.id].used, read[other.id].inside, read[other.id].minute, read[other.id].gate) == (
        0,
        0,
        65535,
        255,
    )
    assert [look_up(found, one.code) for one in (world.issued, other, tomorrow)] == [world.issued.id, other.id, None]
    assert [one["slug"] for one in found["gates"]] == ["main", "north"]


def test_rules_and_moments(world: World) -> None:
    world.with_kind(policy="in_out", gates=["north"])
    gates.pause_entry(world.db, world.event.id, "north", NOON)
    world.db.expire_all()
    world.admit(gate="north", force=True, reason="x", staff_id=world.mira.id)
    world.admit(direction="out", count=3)
    found = made(world)
    assert found["kinds"][0] | {"labels": None} == {
        **{"number": 0, "slug": "visitor", "labels": None, "policy": "in_out", "days": None},
        **{"gates": ["north"], "max_party": 10},
    }
    assert [(one["closed"], one["paused"]) for one in found["gates"]] == [(False, False), (False, True)]
    assert (rows(found)[world.issued.id].used, rows(found)[world.issued.id].inside) == (1, 1)
    assert found["days"][0] == {
        **{"day": str(DAY), "from": "2027-01-13T18:30:00Z", "until": "2027-01-14T18:30:00Z", "closed": False}
    }
    assert found["event"]["number"] == world.event.id
    events.change(world.db, "fair", policy="once")
    world.with_kind(policy=None)
    world.db.expire_all()
    world.admit(gate="north", force=True, reason="x", staff_id=world.mira.id, now=at(13))
    assert made(world)["kinds"][0]["policy"] == "once"
    assert rows(made(world))[world.issued.id].used == 8  # what happened before the change counts


def test_a_kind_of_several_days_comes_on_each(world: World) -> None:
    world.with_kind(days=[DAY.isoformat(), TOMORROW.isoformat()])
    assert [list(rows(made(world, now))) for now in (NOON, at(12, day=TOMORROW))] == [[world.issued.id]] * 2
    assert list(rows(made(world, at(12, day=TOMORROW + timedelta(days=1))))) == []


def test_which_day_it_is_of(world: World) -> None:
    moments = {
        at(12, day=DAY - timedelta(days=9)): DAY,
        at(23, 59): DAY,
        at(0, 1, day=TOMORROW): TOMORROW,
        at(12, day=DAY + timedelta(days=30)): DAY + timedelta(days=3),
    }
    assert {now: made(world, now)["day"] for now in moments} == {now: str(day) for now, day in moments.items()}
    assert made(world, at(12, day=TOMORROW))["code_key"] != made(world)["code_key"]
    assert made(world, at(20))["code_key"] == made(world)["code_key"]


def test_later_only_what_may_have_changed_comes(world: World) -> None:
    """Nothing that happened around the moment of a document is missing from the one that follows it."""
    quiet, used, revoked, moved, undone = (another(world) for _ in range(5))
    world.admit(undone.code, now=at(12, 4))
    first = made(world, at(12, 5))
    assert first["since"] is None
    undo(world.db, world.ravi.id, at(12, 5, 30))
    late = another(world, now=at(12, 6))
    world.admit(used.code, now=at(12, 7))
    revoked.status = "revoked"
    holder = people.find_or_make(world.db, phone=f"+91{9000000000 + moved.id - 1}", now=NOON)
    new = passes.change(
        world.db, world.ring, contact=holder, code=moved.code, visit_date=TOMORROW, party_size=2, now=at(12, 8)
    )
    second = made(world, at(13), first["next"])
    changed = rows(second)
    assert second["since"] == first["next"]
    assert quiet.id not in changed
    assert new.id not in changed
    assert {one.id: changed[one.id].state for one in (used, revoked, moved, late, undone)} == {
        **{used.id: 0, revoked.id: 1, moved.id: 2, late.id: 0, undone.id: 0}
    }
    assert (changed[used.id].used, changed[undone.id].used) == (2, 0)
    assert rows(first) | changed == rows(made(world, at(13)))


def test_a_cursor_that_is_none_of_the_days_gives_all(world: World) -> None:
    for since in ("x", "2027-01-13.5.5", f"{DAY}.1", "9" * 100, f"{DAY}.1.1\n"):
        assert made(world, NOON, since)["since"] is None
        assert list(rows(made(world, NOON, since))) == [world.issued.id]


def test_it_tells_nothing_of_people(world: World) -> None:
    world.admit()
    text = json.dumps(made(world))
    for told in ("Asha", "Verma", "919812345678", "Ravi", "Mira", world.issued.code):
        assert told not in text
