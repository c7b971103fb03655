"""Taking back an admission that is named, also by a scanner that nobody is signed in to."""

from datetime import timedelta

from bot.domain import devices, undo
from tests.domain.gate import NOON, World
from tests.domain.making import NOW, refused

MINUTE = timedelta(minutes=1)


def test_a_scanner_takes_back_what_it_did_and_nothing_of_others(world: World) -> None:
    mine, _token = devices.add(world.db, "fair", name="Phone 1", gate="main", now=NOW)
    other, _token = devices.add(world.db, "fair", name="Phone 2", gate="main", now=NOW)
    first = world.admit(count=1, staff_id=None, device_id=mine.id)
    second = world.admit(count=1, staff_id=None, device_id=mine.id)
    by_ravi = world.admit(count=1)
    for scan_id in (None, first.scan_id, by_ravi.scan_id):
        with refused("nothing_to_undo"):
            undo.undo(world.db, None, NOON, device_id=other.id, scan_id=scan_id)
    with refused("nothing_to_undo"):
        undo.undo(world.db, world.ravi.id, NOON, scan_id=first.scan_id)
    assert undo.undo(world.db, None, NOON, device_id=mine.id, scan_id=first.scan_id).people == 1
    assert undo.undo(world.db, None, NOON, device_id=mine.id).people == 1
    with refused("already_undone"):
        undo.undo(world.db, None, NOON, device_id=mine.id, scan_id=second.scan_id)


def test_what_was_done_without_a_network_counts_from_when_it_happened(world: World) -> None:
    old = world.admit(now=NOON + 10 * MINUTE, count=1, channel="batch", scanned_at=NOON)
    fresh = world.admit(now=NOON + 10 * MINUTE, count=1, channel="late", scanned_at=NOON + 9 * MINUTE)
    soon = NOON + 11 * MINUTE
    with refused("nothing_to_undo"):
        undo.undo(world.db, world.ravi.id, soon)
    with refused("undo_too_late"):
        undo.undo(world.db, world.ravi.id, soon, scan_id=old.scan_id)
    assert undo.undo(world.db, world.ravi.id, soon, scan_id=fresh.scan_id).people == 1
