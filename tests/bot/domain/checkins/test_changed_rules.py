"""Whoever has entered has entered, whatever rule comes later: policies, hours, kinds, dates, on both databases."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import count, permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import events, passes, people
from bot.domain.checkins.offline import document as offline_document
from bot.domain.checkins.undo import undo
from bot.domain.events.validation import POLICIES
from bot.domain.models import Pass
from bot.domain.passes import kinds, reissue
from bot.domain.passes import registration as registrations
from bot.domain.stats import recount
from bot.errors import Refused
from flows.shapes.scans import Admission
from tests.bot.domain.builders import DAY, NOW, SECRET, asking, issue
from tests.bot.domain.gate import NOON, World, at
from tests.bot.domain.offline_reader import Row, rows

MIDDLE, LAST = DAY + timedelta(days=1), DAY + timedelta(days=2)
PARTY = 4
NUMBERS = count(9_000_100_000)
Change = Callable[[World, str], None]


def _of_event(world: World, policy: str) -> None:
    events.change(world.db, "fair", policy=policy)


def _of_kind(world: World, policy: str) -> None:
    kinds.change(world.db, "fair", "school", policy=policy)


def _back_to_the_events(world: World, policy: str) -> None:
    """The kind's own policy goes, and the event has another."""
    events.change(world.db, "fair", policy=policy)
    kinds.change(world.db, "fair", "school", policy=None)


WAYS: dict[str, tuple[Change, Change]] = {
    "event": (_of_event, _of_event),
    "kind": (_of_kind, _of_kind),
    "override removed": (_of_kind, _back_to_the_events),
}
"""How the first policy is set, and the second."""


@pytest.fixture
def school_of_three_days(world: World) -> World:
    """The fair, and schools that come on its first three days."""
    kinds.add(world.db, "fair", "school", days=(DAY, MIDDLE, LAST))
    return world


def given_out(world: World, kind: str = "school") -> Pass:
    """A pass of four, which schools use on three days."""
    asker = people.find_or_make(world.db, phone=f"+91{next(NUMBERS)}", now=NOW)
    made = registrations.register(world.db, world.ring, **asking(asker, party_size=PARTY))
    if kind == "visitor":
        return made
    of_kind = kinds.find(world.db, world.event.id, kind)
    return issue(world.db, world.ring, made.registration, of_kind, PARTY)


def said(answer: Admission) -> tuple[str, int, int]:
    """Of an answer what is compared."""
    return answer.result, answer.admitted_now, answer.remaining


def left(world: World, code: str, now: datetime) -> int:
    """How many could come in, as `check` says it."""
    answer = world.admit(code, now, simulate=True)
    return answer.admitted_now if answer.result == "admitted" else 0


def row_of(world: World, issued: Pass, now: datetime) -> Row:
    """What a scanner takes along of it."""
    return rows(offline_document.document(world.db, SECRET, "fair", now))[issued.id]


@pytest.mark.parametrize("way", WAYS)
def test_a_party_that_is_partly_in_counts_under_every_next_policy(school_of_three_days: World, way: str) -> None:
    first, second = WAYS[way]
    for old, new in permutations(POLICIES, 2):
        with school_of_three_days.db.begin_nested() as undone:
            first(school_of_three_days, old)
            code = given_out(school_of_three_days).code
            assert said(school_of_three_days.admit(code, count=3)) == ("admitted", 3, 1)
            assert said(school_of_three_days.admit(code, at(12, 30), direction="out", count=1))[0] == "left"
            second(school_of_three_days, new)
            expected = 2 if new == "in_out" else 1
            _is_left(school_of_three_days, code, expected, (old, new))
            undone.rollback()


def _is_left(world: World, code: str, expected: int, pair: tuple[str, str]) -> None:
    issued = passes.by_code(world.db, code)
    row = row_of(world, issued, at(13))
    assert (PARTY - row.used, row.inside) == (expected, 2), pair
    with world.db.begin_nested() as undone:  # a scan that is no check finds it itself
        assert said(world.admit(code, at(13), count=expected + 1)) == ("too_many", 0, expected), pair
        undone.rollback()
    assert left(world, code, at(13)) == expected, pair
    assert said(world.admit(code, at(13))) == ("admitted", expected, 0), pair
    again = world.admit(code, at(14))
    assert (again.result, again.first_entry and again.first_entry.at) == ("already_admitted", NOON), pair
    assert world.result(code, at(14), direction="out", count=2 + expected) == "left", pair
    tomorrow = {"once": 0, "daily": PARTY, "in_out": PARTY}[pair[1]]
    assert left(world, code, at(12, day=MIDDLE)) == tomorrow, pair
    assert recount.differences(world.db, "fair") == [], pair


def test_it_goes_on_through_any_number_of_changes(school_of_three_days: World) -> None:
    code = given_out(school_of_three_days).code
    school_of_three_days.admit(code, count=1)
    for policy in ("once", "daily", "in_out", "daily", "once", "in_out", "once", "daily"):
        _of_event(school_of_three_days, policy)
        assert left(school_of_three_days, code, at(13)) == PARTY - 1
    code = reissue.reissue(school_of_three_days.db, school_of_three_days.ring, code, NOW).code
    assert left(school_of_three_days, code, at(13)) == PARTY - 1
    _of_event(school_of_three_days, "once")
    code = reissue.reissue(
        school_of_three_days.db, school_of_three_days.ring, code, NOW
    ).code  # before anybody has asked for it
    assert left(school_of_three_days, code, at(13)) == PARTY - 1


@pytest.mark.parametrize("asked_between", [False, True])
def test_what_is_taken_back_after_the_change_is_free_again(school_of_three_days: World, asked_between: bool) -> None:
    for old, new in permutations(POLICIES, 2):
        with school_of_three_days.db.begin_nested() as undone:
            _of_event(school_of_three_days, old)
            code = given_out(school_of_three_days).code
            school_of_three_days.admit(code, count=3)
            school_of_three_days.admit(code, count=1)
            _of_event(school_of_three_days, new)
            if asked_between:
                assert left(school_of_three_days, code, NOON) == 0
            assert undo(school_of_three_days.db, school_of_three_days.ravi.id, NOON).people == 1
            assert said(school_of_three_days.admit(code, NOON)) == ("admitted", 1, 0), (old, new)
            assert undo(school_of_three_days.db, school_of_three_days.ravi.id, NOON).people == 1
            assert recount.differences(school_of_three_days.db, "fair") == []
            undone.rollback()


# --- as if the rule had been so from the start ------------------------------------------------------

ACTS = st.one_of(
    st.tuples(st.just("in"), st.integers(1, 3)),
    st.tuples(st.just("out"), st.integers(1, 3)),
    st.tuples(st.just("policy"), st.integers(0, 2)),
    st.tuples(st.just("undo"), st.just(0)),
    st.tuples(st.just("anew"), st.just(0)),
    st.tuples(st.just("next day"), st.just(0)),
)


class Party:
    """Who of a party is where, counted by hand: people in and out by day."""

    def __init__(self) -> None:
        self.days = {day: [0, 0] for day in (DAY, MIDDLE, LAST)}
        self.policy, self.day = "daily", DAY
        self.last: tuple[date, int] | None = None

    def left(self) -> int:
        """How many could come in."""
        entered, gone = self.days[self.day]
        if self.policy == "once":
            entered = sum(one for one, _ in self.days.values())
        return max(PARTY - (entered - gone if self.policy == "in_out" else entered), 0)

    def come(self, people: int) -> None:
        """They come in."""
        self.days[self.day][0] += people
        self.last = self.day, people

    def go(self, people: int) -> bool:
        """They go out, who came last first; whether so many are there."""
        since = date.min if self.policy == "once" else self.day - timedelta(days=1)
        inside = {day: one - gone for day, (one, gone) in self.days.items() if one > gone and day >= since}
        there = sum(inside.values()) if self.policy == "once" else inside[max(inside)] if inside else 0
        if people > there:
            return False
        for day in sorted(inside, reverse=True):
            self.days[day][1] += min(people, inside[day])
            people -= min(people, inside[day])
        return True

    def take_back(self) -> bool:
        """The last entry did not happen; whether nobody of it has gone meanwhile."""
        assert self.last
        day, people = self.last
        if self.policy == "once":
            entered, gone = (sum(one[which] for one in self.days.values()) for which in (0, 1))
        else:
            entered, gone = self.days[day]
        if entered - people < gone:
            return False
        self.days[day][0] -= people
        self.last = None
        return True


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=3, max_size=14))
def test_every_entry_counts_as_if_the_rule_had_been_so_from_the_start(
    school_of_three_days: World, acts: list[tuple[str, int]]
) -> None:
    with school_of_three_days.db.begin_nested() as undone:
        party, code, now = Party(), given_out(school_of_three_days).code, NOON
        for act, number in acts:
            now += timedelta(seconds=1)
            if act == "policy":
                party.policy = POLICIES[number]
                _of_event(school_of_three_days, party.policy)
            elif act == "next day" and party.day < LAST:
                party.day, now, party.last = party.day + timedelta(days=1), now + timedelta(days=1), None
            elif act == "anew":
                code = reissue.reissue(school_of_three_days.db, school_of_three_days.ring, code, NOW).code
            elif act == "in" and party.left() >= number:
                assert said(school_of_three_days.admit(code, now, count=number)) == (
                    "admitted",
                    number,
                    party.left() - number,
                )
                party.come(number)
            elif act == "in":
                assert said(school_of_three_days.admit(code, now, count=number))[1:] == (0, party.left())
            elif act == "out":
                went = school_of_three_days.result(code, now, direction="out", count=number) == "left"
                assert went == party.go(number)
            elif act == "undo" and party.last:
                _taken_back(school_of_three_days, party, now)
        assert row_of(school_of_three_days, passes.by_code(school_of_three_days.db, code), now).used == min(
            PARTY - party.left(), PARTY
        )
        assert left(school_of_three_days, code, now) == party.left()
        assert recount.differences(school_of_three_days.db, "fair") == []
        undone.rollback()


def _taken_back(world: World, party: Party, now: datetime) -> None:
    with suppress(Refused):  # they have gone out meanwhile
        undo(world.db, world.ravi.id, now)
        assert party.take_back()
    party.last = None
