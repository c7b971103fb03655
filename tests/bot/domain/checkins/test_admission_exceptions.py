"""Force and simulate, and what an admission costs."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import select

from bot.domain import events
from bot.domain.models import Checkin
from bot.domain.passes import tokens
from tests.bot.domain.builders import DAY, refused
from tests.bot.domain.gate import World, at

TOMORROW = DAY + timedelta(days=1)


def test_force_is_flagged_only_when_it_was_needed(world: World) -> None:
    assert not world.force(count=1).forced
    late = at(12, day=TOMORROW)
    answer = world.force(now=late, count=2)
    assert (answer.result, answer.forced, answer.admitted_now) == ("admitted", True, 2)
    row = world.db.scalars(select(Checkin).where(Checkin.forced)).one()
    assert (row.forced_over, row.reason, row.people) == ("wrong_day", "The minister's guest", 2)
    assert world.issued.status == "valid"


def test_force_over_a_used_pass(world: World) -> None:
    world.admit()
    again = world.force()
    assert (again.result, again.forced, again.admitted_now, again.remaining) == ("admitted", True, 4, 0)
    assert world.force(count=2).admitted_now == 2
    assert world.result() == "already_admitted"
    assert world.traces()[2] == [(10, 0)]
    assert world.force(scan_id="x").result == world.admit(scan_id="x").result == "admitted"


@pytest.mark.parametrize("status", ["revoked", "replaced"])
def test_force_leaves_the_pass_as_it_is(world: World, status: str) -> None:
    world.issued.status = status
    assert world.force().forced
    assert (world.issued.status, world.result()) == (status, status)


def test_only_supervisors_force_and_say_why(world: World) -> None:
    with refused("supervisors_only"):
        world.force(staff_id=world.ravi.id)
    with refused("supervisors_only"):
        world.force(staff_id=None, device_id=None)
    with refused("reason_missing"):
        world.force(reason=" ")
    world.mira.enabled = False
    with refused("supervisors_only"):
        world.force()
    assert world.traces() == (0, [], [])


def test_simulate_says_the_same_and_changes_nothing(world: World) -> None:
    def both(**changes: Any) -> str:
        before = world.traces()
        said = world.admit(**changes, simulate=True)
        assert world.traces() == before
        done = world.admit(**changes)
        same = ("result", "admitted_now", "remaining", "pass_", "first_entry", "forced")
        assert [getattr(said, name) for name in same] == [getattr(done, name) for name in same]
        return done.result

    events.change(world.db, "fair", policy="in_out")
    assert both(text="nothing") == "unreadable"
    assert both(now=at(12, day=TOMORROW)) == "wrong_day"
    assert both(direction="out") == "not_inside"
    assert both(count=3) == "admitted"
    assert both(count=2) == "too_many"
    assert both() == "admitted"
    assert both() == "already_admitted"
    assert both(direction="out", count=1) == "left"
    assert both(staff_id=world.mira.id, force=True, reason="because", count=3) == "admitted"
    assert both(direction="out", count=9) == "too_many"


@pytest.fixture
def statements(world: World) -> Iterator[list[str]]:
    """The SQL of this session from now on."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = world.db.get_bind().engine
    listening.listen(engine, "before_cursor_execute", note)
    yield seen
    listening.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("form", ["code", "token"])
def test_an_admission_costs_four_statements(world: World, statements: list[str], form: str) -> None:
    text = world.issued.code if form == "code" else tokens.encode(tokens.token_of(world.issued), world.ring)
    world.db.flush()
    world.ring.public(1)
    world.db.expunge_all()
    statements.clear()
    assert world.result(text, staff_id=None, count=1) == "admitted"
    first = len(statements)
    assert world.result(text, staff_id=None, count=1) == "admitted"
    assert (first, len(statements) - first) == (4, 4), "\n".join(statements)
    statements.clear()
    assert world.result(text, staff_id=None, direction="out") == "left"
    assert len(statements) == 4
