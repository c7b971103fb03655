"""What is kept of a day at the gate: undone entries, head counts, figures."""

from datetime import time, timedelta
from typing import Any

from bot.domain import events, people
from bot.domain.checkins import head_counts
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.checkins.undo import undo, undo_count
from bot.domain.passes import registration as registrations
from bot.domain.roster import devices
from bot.domain.stats import gate_figures
from tests.bot.domain.builders import DAY, asking, refused
from tests.bot.domain.gate import NOON, World, at


def count(people: int, direction: str = "in", **changes: Any) -> HeadCountRequest:
    """People without a pass at the main gate."""
    return HeadCountRequest("fair", f"{direction} {people}", direction, people, "whatsapp", "main", **changes)


def test_undo_takes_back_the_own_last_entry_only(world: World) -> None:
    with refused("nothing_to_undo"):
        undo(world.db, world.ravi.id, NOON)
    world.admit(count=1, staff_id=world.mira.id)
    world.admit(count=2)
    soon = NOON + timedelta(minutes=2)
    done = undo(world.db, world.ravi.id, soon)
    assert (done.people, done.pass_.name, done.admitted_at) == (2, "Asha Verma", NOON)
    assert world.traces()[2] == [(1, 0)]
    with refused("already_undone"):
        undo(world.db, world.ravi.id, soon)
    undo(world.db, world.mira.id, soon)
    answer = world.admit(now=soon)
    assert (answer.admitted_now, answer.first_entry) == (4, None)
    again = world.admit(now=soon)
    assert again.first_entry is not None
    assert again.first_entry.at == soon


def test_undo_comes_too_late_or_after_they_have_gone(world: World) -> None:
    world.admit(count=2, scan_id="kept")
    with refused("undo_too_late"):
        undo(world.db, world.ravi.id, NOON + timedelta(minutes=2, seconds=1))
    world.admit(direction="out", count=1)
    with refused("gone_meanwhile"):
        undo(world.db, world.ravi.id, NOON)
    assert world.traces()[2] == [(2, 1)]
    assert world.admit(count=2).remaining == 0
    undo(world.db, world.ravi.id, NOON)
    assert world.admit(scan_id="kept").again


def test_the_last_count_is_taken_back_where_it_was_the_last_act(world: World) -> None:
    ravi, mira = world.ravi.id, world.mira.id
    assert undo_count(world.db, ravi, NOON) is None
    world.admit(count=1)
    later = [NOON + timedelta(seconds=10 * number) for number in range(9)]
    head_counts.add(world.db, count(4, staff_id=ravi), later[1])
    head_counts.add(world.db, count(5, staff_id=ravi), later[2])
    assert undo_count(world.db, mira, later[3]) is None
    done = undo_count(world.db, ravi, later[3])
    assert done is not None
    assert (done.people, done.direction) == (5, "in")
    assert gate_figures.today(world.db, "fair", later[3]).counted_in == 4
    with refused("already_undone"):
        undo_count(world.db, ravi, later[4])
    world.admit(count=1, now=later[5])
    assert undo_count(world.db, ravi, later[6]) is None
    head_counts.add(world.db, count(6, staff_id=ravi), later[7])
    assert undo_count(world.db, ravi, later[7] + timedelta(minutes=3)) is None


def test_a_head_count_is_kept_once(world: World) -> None:
    first = head_counts.add(world.db, count(5), NOON)
    again = head_counts.add(world.db, HeadCountRequest("fair", "in 5", "out", 9, "api"), at(13))
    assert (again.id, again.people, again.direction, again.counted_at) == (first.id, 5, "in", NOON)
    for people_ in (0, 10_001):
        with refused("bad_count"):
            head_counts.add(world.db, count(people_), NOON)
    with refused("no_such_gate"):
        head_counts.add(world.db, HeadCountRequest("fair", "x", "in", 1, "api", "south"), NOON)


def test_a_count_that_comes_later_counts_for_when_it_was(world: World) -> None:
    late = at(9, day=DAY + timedelta(days=1))
    for number, said in enumerate((at(17), late + timedelta(hours=1), NOON - timedelta(days=400))):
        head_counts.add(world.db, HeadCountRequest("fair", str(number), "in", 5, "api", "main", counted_at=said), late)
    assert gate_figures.today(world.db, "fair", at(18)).counted_in == 5
    assert gate_figures.today(world.db, "fair", late).counted_in == 10


def test_figures_of_a_day(world: World) -> None:
    events.change(world.db, "fair", opens=time(10), closes=time(20))
    late = registrations.register(
        world.db, world.ring, **asking(people.find_or_make(world.db, phone="+919833333333", now=NOON), party_size=3)
    )
    world.admit(count=3, now=at(11))
    head_counts.add(world.db, count(10), at(11))
    world.admit("nothing", now=at(11))
    world.admit(late.code, now=at(11, 50), gate="north", staff_id=world.mira.id)
    world.admit(late.code, now=at(11, 51), gate="north", staff_id=world.mira.id)
    before = gate_figures.today(world.db, "fair", NOON)
    assert (before.admitted, before.lately, before.inside, before.counted_in) == (6, 3, None, 10)
    assert before.refused == {"already_admitted": 1, "unreadable": 1}
    assert [(one.key, one.admitted, one.refused) for one in before.gates] == [("main", 3, 1), ("north", 3, 1)]
    assert [(one.name, one.admitted, one.refused) for one in before.staff] == [("Ravi", 3, 1), ("Mira", 3, 1)]
    world.admit(direction="out", count=2)
    head_counts.add(world.db, count(4, "out"), NOON)
    after = gate_figures.today(world.db, "fair", NOON)
    assert (after.admitted, after.left, after.counted_out, after.inside) == (6, 2, 4, 10)
    closed = gate_figures.today(world.db, "fair", at(20))
    assert (closed.day, closed.admitted, closed.inside) == (DAY, 6, 0)
    tomorrow = gate_figures.today(world.db, "fair", NOON + timedelta(days=1))
    assert (tomorrow.admitted, tomorrow.inside, tomorrow.refused, tomorrow.gates) == (0, None, {}, ())


def test_what_scanners_did_has_their_names(world: World) -> None:
    phone, _token = devices.add(world.db, "fair", gate="main", name="Phone 7", now=NOON)
    by_phone: dict[str, Any] = {"staff_id": None, "device_id": phone.id}
    world.admit(count=3, **by_phone)
    world.admit("nothing", **by_phone)
    world.admit(count=1, **by_phone | {"staff_id": world.ravi.id})
    world.admit("nothing", staff_id=None)
    found = gate_figures.today(world.db, "fair", NOON)
    assert [(one.name, one.admitted, one.refused) for one in found.scanners] == [("Phone 7", 3, 1)]
    assert [(one.name, one.admitted, one.refused) for one in found.staff] == [("Ravi", 1, 0), (None, 0, 1)]


def test_what_was_undone_is_in_no_figure(world: World) -> None:
    world.admit()
    undo(world.db, world.ravi.id, NOON)
    found = gate_figures.today(world.db, "fair", NOON)
    assert (found.admitted, found.lately, found.gates) == (0, 0, ())
