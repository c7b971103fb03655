"""Admission: what is answered, in which order, and what is kept of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain import events, passes, people
from bot.domain.models import Attempt, Checkin, Event, EventDay
from bot.domain.passes import registration as registrations
from bot.domain.passes import tokens
from bot.domain.roster import gates
from flows.shapes.scans import RESULTS
from flows.understanding import codes
from tests.bot.domain.builders import DAY, asking, refused
from tests.bot.domain.gate import NOON, World, at

TOMORROW = DAY + timedelta(days=1)


def test_an_entry(world: World) -> None:
    answer = world.admit(scan_id="one")
    assert (answer.result, answer.admitted_now, answer.remaining, answer.forced) == ("admitted", 4, 0, False)
    assert (answer.scan_id, answer.first_entry, answer.again) == ("one", None, False)
    assert answer.pass_ is not None
    seen = (answer.pass_.code, answer.pass_.name, answer.pass_.party_size, answer.pass_.days, answer.pass_.kind)
    assert seen == (codes.shown(world.issued.code), "Asha Verma", 4, (DAY,), "visitor")
    row = world.db.scalars(select(Checkin).where(Checkin.event_id == world.event.id)).one()
    assert (row.people, row.day, row.staff_id, row.channel, row.forced) == (4, DAY, world.ravi.id, "api", False)
    assert (row.gate and row.gate.slug, row.scanned_at, row.arrived_at) == ("main", NOON, NOON)


def test_once_only_and_who_it_was(world: World) -> None:
    world.admit()
    again = world.admit(now=NOON + timedelta(seconds=40), staff_id=world.mira.id, gate="north")
    assert (again.result, again.admitted_now, again.remaining) == ("already_admitted", 0, 0)
    first = again.first_entry
    assert first is not None
    assert (first.at, first.gate, first.gate_name, first.by) == (NOON, "main", "Main", "Ravi")
    assert first.staff_id == world.ravi.id
    assert world.traces() == (1, ["already_admitted"], [(4, 0)])
    kept = world.db.scalars(select(Attempt).where(Attempt.event_id == world.event.id)).one()
    assert (kept.pass_id, kept.staff_id, kept.gate_id is not None) == (world.issued.id, world.mira.id, True)
    assert kept.scanned_at == NOON + timedelta(seconds=40)


def test_the_same_scan_id_gives_the_same_answer_for_ever(world: World) -> None:
    first = world.admit(scan_id="same", count=1)
    world.admit(count=2)
    others: list[dict[str, Any]] = [{"gate": "north"}, {"direction": "out"}, {"count": 9}, {"simulate": True}]
    for changed in ({}, {"text": "nothing"}, *others):
        again = world.admit(scan_id="same", now=at(23), **changed)
        assert again.again
        assert (again.result, again.admitted_now, again.remaining, again.pass_, again.first_entry) == (
            *("admitted", 1, 3, first.pass_, None),
        )
    assert world.traces() == (2, [], [(3, 0)])


def test_a_refused_scan_id_is_judged_afresh(world: World) -> None:
    assert world.result(scan_id="same", now=at(12, day=DAY - timedelta(days=1))) == "event_closed"
    assert world.result(scan_id="same", now=at(12, day=TOMORROW)) == "wrong_day"
    assert world.result(scan_id="same") == "admitted"
    assert world.result(scan_id="same", now=at(12, day=TOMORROW)) == "admitted"
    assert world.traces() == (1, ["event_closed", "wrong_day"], [(4, 0)])


def test_a_party_that_comes_in_parts(world: World) -> None:
    first = world.admit(count=2)
    assert (first.admitted_now, first.remaining, first.first_entry) == (2, 2, None)
    too_many = world.admit(count=3)
    assert (too_many.result, too_many.admitted_now, too_many.remaining) == ("too_many", 0, 2)
    rest = world.admit(now=NOON + timedelta(minutes=5))
    assert (rest.result, rest.admitted_now, rest.remaining) == ("admitted", 2, 0)
    assert rest.first_entry is not None
    assert rest.first_entry.at == NOON
    assert world.result(count=1) == "already_admitted"
    assert world.result(count=200) == "already_admitted"


def test_more_than_the_party_before_anybody_came(world: World) -> None:
    answer = world.admit(count=5)
    assert (answer.result, answer.remaining) == ("too_many", 4)
    for count in (0, -1, 256):
        with refused("bad_count"):
            world.admit(count=count)


def _token(world: World) -> str:
    return tokens.encode(tokens.token_of(world.issued), world.ring)


READ: dict[str, Callable[[World], str]] = {
    "code": lambda world: world.issued.code,
    "code as shown": lambda world: f" {codes.shown(world.issued.code).lower()} \n",
    "long dash": lambda world: codes.shown(world.issued.code).replace("-", "–"),
    "look-alikes": lambda world: world.issued.code.replace("0", "o").replace("1", "l"),
    "ECI prefix": lambda world: f"\\000026{world.issued.code}",
    "Devanagari digits": lambda world: world.issued.code.translate({0x30 + n: 0x966 + n for n in range(10)}),
    "full width": lambda world: "".join(chr(ord(character) + 0xFEE0) for character in world.issued.code),
    "zero-width": lambda world: "\u200b".join(f"\ufeff{world.issued.code}\x00"),
    "token": _token,
    "QR text": lambda world: tokens.qr_text("https://elsewhere.example", _token(world)),
}


def test_whatever_it_looks_like(world: World) -> None:
    results = {form: world.result(make(world), simulate=True) for form, make in READ.items()}
    assert results == dict.fromkeys(READ, "admitted")


def _flipped(world: World) -> str:
    raw = bytearray(tokens._bytes(_token(world)))
    raw[30] ^= 1
    return tokens._text(bytes(raw))


def _of_no_pass(world: World, **changes: Any) -> str:
    return tokens.encode(replace(tokens.token_of(world.issued), **changes), world.ring)


BAD: dict[str, tuple[Callable[[World], str], str]] = {
    "nothing": (lambda world: "", "unreadable"),
    "words": (lambda world: "please let me in", "unreadable"),
    "10,000 characters": (lambda world: "A" * 10_000, "unreadable"),
    "wrong check character": (lambda world: "7K2M9XQA", "unreadable"),
    "truncated": (lambda world: _token(world)[:-2], "unreadable"),
    "reversed": (lambda world: f"B{_token(world)[:0:-1]}", "unreadable"),  # B: no version of ours begins so
    "a flipped bit": (_flipped, "forged"),
    "well formed": (lambda world: "0000000" + codes.check_character("0000000"), "unknown"),
    "another pass's number": (lambda world: _of_no_pass(world, pass_id=999_999), "unknown"),
    "too large a number": (lambda world: _of_no_pass(world, pass_id=2**40 - 1), "unknown"),
    "a pass that is another event's": (lambda world: _of_no_pass(world, event=60_000), "unknown"),
}


def test_what_is_no_pass(world: World) -> None:
    answers = {name: world.admit(make(world)) for name, (make, _) in BAD.items()}
    assert {name: one.result for name, one in answers.items()} == {name: result for name, (_, result) in BAD.items()}
    assert {(one.pass_, one.admitted_now) for one in answers.values()} == {(None, 0)}
    assert world.traces() == (0, [result for _, result in BAD.values()], [])
    assert {world.force(make(world)).result for make, _ in BAD.values()} == {"unreadable", "forged", "unknown"}


def test_another_events_pass_says_nothing_of_its_people(world: World) -> None:
    asha = people.find_or_make(world.db, phone="+919812345678", now=NOON)
    theirs = registrations.register(world.db, world.ring, **asking(asha, event="noise-one"))
    for direction in ("in", "out"):
        answer = world.admit(theirs.code, direction=direction)
        assert (answer.result, answer.pass_) == ("wrong_event", None)


def test_the_order_of_results(world: World, fair: Event) -> None:
    """Everything speaks against it; what is told first is taken away one by one."""
    asha = people.find_or_make(world.db, phone="+919812345678", now=NOON)
    new = passes.change(
        world.db, world.ring, contact=asha, code=world.issued.code, visit_date=TOMORROW, party_size=1, now=NOON
    )
    old = world.issued.code
    world.with_kind(gates=["north"])
    gates.pause_entry(world.db, fair.id, None, NOON)
    night = at(23, 30)
    events.change(world.db, "fair", opens=time(10), closes=time(20))
    assert world.result(old, night) == "replaced"
    passes.cancel(world.db, contact=asha, code=new.code, now=NOON)
    assert world.result(new.code, night) == "revoked"
    new.status = "valid"
    assert world.result(new.code, night) == "wrong_gate"
    assert world.result(new.code, night, gate=None) == "wrong_gate"
    assert world.result(new.code, night, gate="north") == "event_closed"
    assert world.result(new.code, gate="north") == "wrong_day"
    tomorrow = at(12, day=TOMORROW)
    assert world.result(new.code, tomorrow, gate="north") == "entry_paused"
    gates.resume_entry(world.db, fair.id, "north")
    assert world.result(new.code, tomorrow, gate="north", count=2) == "too_many"
    assert world.result(new.code, tomorrow, gate="north") == "admitted"
    assert world.result(new.code, tomorrow, gate="north") == "already_admitted"
    assert set(world.traces()[1]) <= set(RESULTS)


def test_a_closed_gate_and_one_that_there_is_not(world: World) -> None:
    gates.close(world.db, "fair", "main")
    assert world.result() == "entry_paused"
    assert world.result(gate="north") == "admitted"
    with refused("no_such_gate", gate="south"):
        world.admit(gate="south")
    with refused("no_such_event"):
        world.admit(event="nowhere")


def test_a_pause_reaches_gates_and_who_has_none(world: World) -> None:
    stopped = gates.pause_entry(world.db, world.event.id, None, NOON)
    assert [gate.slug for gate in stopped] == ["main", "north"]
    assert gates.pause_entry(world.db, world.event.id, "MAIN", NOON) == []
    assert world.result(gate=None) == "entry_paused"
    assert gates.add(world.db, "fair", "East").paused_at == NOON
    assert [gate.slug for gate in gates.resume_entry(world.db, world.event.id, "North")] == ["north"]
    assert world.result() == "entry_paused"
    assert world.result(gate="north", count=1) == "admitted"
    gates.resume_entry(world.db, world.event.id, None)
    assert world.result(gate=None) == "admitted"


# --- days, hours, policies -----------------------------------------------------------------------


MIDNIGHTS = {
    at(23, 59, 59, day=DAY - timedelta(days=1)): "event_closed",
    at(0, 0): "admitted",
    at(23, 59, 59): "admitted",
    at(0, 1, day=TOMORROW): "wrong_day",
    at(0, 1, day=DAY + timedelta(days=4)): "event_closed",
}


def test_midnight_is_the_events(world: World) -> None:
    assert {moment: world.result(now=moment, simulate=True) for moment in MIDNIGHTS} == MIDNIGHTS


def test_opening_hours_and_a_day_that_ends_after_midnight(world: World) -> None:
    events.change(world.db, "fair", opens=time(18), closes=time(2))
    assert world.result(now=at(17, 59)) == "event_closed"
    assert world.result(now=at(1, 59, day=TOMORROW), count=1) == "admitted"
    assert world.result(now=at(2, day=TOMORROW)) == "event_closed"
    assert world.result(now=at(19, day=TOMORROW)) == "wrong_day"


def test_who_is_refused_for_the_hour_is_told_the_hours_of_the_day(world: World) -> None:
    events.change(world.db, "fair", opens=time(10), closes=time(20))
    assert world.admit(now=at(9)).hours == (time(10), time(20))
    assert world.admit(now=at(12), count=1).hours is None
    world.db.execute(update(EventDay).where(EventDay.day == DAY).values(opens=time(11)))
    assert world.admit(now=at(21)).hours == (time(11), time(20))
    events.set_day(world.db, "fair", DAY, closed=True)
    before = at(9, day=DAY - timedelta(days=1))
    assert [world.admit(now=moment).hours for moment in (at(21), before)] == [None, None]


def test_a_closed_day_and_a_cancelled_event(world: World) -> None:
    events.set_day(world.db, "fair", DAY, closed=True)
    assert world.result() == "event_closed"
    events.set_day(world.db, "fair", DAY, closed=False)
    events.close_event(world.db, "fair")
    assert world.result(count=1) == "admitted"
    events.cancel_event(world.db, "fair")
    assert world.result() == "event_closed"


@pytest.mark.parametrize(
    ("policy", "second", "third"),
    [("daily", "already_admitted", "admitted"), ("once", "already_admitted", "already_admitted")],
)
def test_policies_over_two_days(world: World, policy: str, second: str, third: str) -> None:
    world.with_kind(days=[DAY.isoformat(), TOMORROW.isoformat()], policy=policy)
    assert world.result() == "admitted"
    assert world.result(direction="out") == "left"
    assert world.result(now=at(23, 59)) == second
    assert world.result(now=at(0, 1, day=TOMORROW)) == third


def test_in_and_out_and_in_again(world: World) -> None:
    events.change(world.db, "fair", policy="in_out")
    assert world.result(direction="out") == "not_inside"
    assert world.admit(count=3).remaining == 1
    gone = world.admit(direction="out", count=2)
    assert (gone.result, gone.admitted_now, gone.remaining) == ("left", 2, 3)
    more = world.admit(direction="out", count=2)
    assert (more.result, more.remaining) == ("too_many", 1)
    assert world.admit().admitted_now == 3
    assert world.result() == "already_admitted"
    assert world.admit(direction="out").admitted_now == 4
    assert world.traces()[2] == [(6, 6)]


def test_whoever_is_inside_can_leave(world: World) -> None:
    world.admit(now=at(23, 50))
    gates.pause_entry(world.db, world.event.id, None, NOON)
    world.issued.status = "replaced"
    late = at(0, 30, day=TOMORROW)
    assert world.admit(now=late, direction="out", count=1).result == "left"
    row = world.db.scalars(select(Checkin).where(Checkin.result == "left")).one()
    assert (row.day, row.scanned_at) == (DAY, late)


def test_the_scanners_clock_is_believed_for_minutes_only(world: World) -> None:
    arrives = at(0, 1, day=TOMORROW)
    for said in (None, at(12, day=TOMORROW), at(0, 1), at(12, day=DAY - timedelta(days=7))):
        assert world.result(now=arrives, scanned_at=said) == "wrong_day"
    assert world.result(now=arrives, scanned_at=at(23, 50)) == "admitted"
    for table, times in ((Attempt, [arrives] * 4), (Checkin, [at(23, 50)])):
        rows: Any = world.db.scalars(select(table).where(table.event_id == world.event.id)).all()
        assert [row.scanned_at for row in rows] == times
        assert {row.arrived_at for row in rows} == {arrives}
