"""Taking back an admission that is named, also by a scanner that nobody is signed in to."""

from datetime import timedelta

from bot.domain import people
from bot.domain.checkins import undo
from bot.domain.models import Pass
from bot.domain.passes import registration as registrations
from bot.domain.passes import tokens
from bot.domain.roster import devices
from tests.bot.domain.builders import NOW, asking, refused
from tests.bot.domain.gate import NOON, World

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


def another(world: World) -> Pass:
    """A second pass of today."""
    bina = people.find_or_make(world.db, phone="+919812345679", now=NOW)
    return registrations.register(world.db, world.ring, **asking(bina, party_size=4))


def test_the_pass_that_is_named_is_taken_back_and_no_other(world: World) -> None:
    second = another(world)
    first = world.admit()
    world.admit(second.code)
    taken = undo.undo_pass(world.db, world.ring, world.ravi.id, world.issued.code.lower(), NOON + MINUTE)
    assert (taken.pass_.code, taken.people) == (first.pass_.code if first.pass_ else "", 4)
    assert world.result(second.code) == "already_admitted"
    assert world.result() == "admitted"
    qr = tokens.qr_text("https://x", tokens.encode(tokens.token_of(second), world.ring))
    assert undo.undo_pass(world.db, world.ring, world.ravi.id, qr, NOON + MINUTE).pass_.code.endswith(second.code[4:])
    with refused("already_undone"):
        undo.undo_pass(world.db, world.ring, world.ravi.id, second.code, NOON + MINUTE)


def test_what_another_let_in_stays_and_nobody_learns_which_codes_there_are(world: World) -> None:
    second = another(world)
    world.admit(second.code)
    world.admit(staff_id=world.mira.id)
    for text in (world.issued.code, "7QK2-M9X5", "7QK2-M9X6", "https://x/P/AAAA"):
        with refused("not_let_in_by_you"):
            undo.undo_pass(world.db, world.ring, world.ravi.id, text, NOON)
    assert world.traces()[2] == [(4, 0), (4, 0)]


def test_a_named_pass_is_taken_back_within_two_minutes_and_while_they_are_inside(world: World) -> None:
    second = another(world)
    world.admit()
    world.admit(second.code)
    world.admit(second.code, count=1, direction="out")
    with refused("gone_meanwhile"):
        undo.undo_pass(world.db, world.ring, world.ravi.id, second.code, NOON + MINUTE)
    with refused("undo_too_late"):
        undo.undo_pass(world.db, world.ring, world.ravi.id, world.issued.code, NOON + 3 * MINUTE)
    assert world.traces()[2] == [(4, 0), (4, 1)]
