"""Hours, days, dates and time zones that change while people are inside: nobody gets a second entry by it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from bot.database import Database
from bot.domain import checkins, events
from bot.domain.checkins import head_counts
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.checkins.offline import upload as offline_upload
from bot.domain.checkins.undo import undo
from bot.domain.events import clone
from bot.domain.keys import KeyRing
from bot.domain.passes import kinds, reissue
from bot.domain.stats import recount
from flows.shapes.scans import Admission
from tests.bot.domain.builders import DAY, NOW, refused
from tests.bot.domain.checkins.test_changed_rules import MIDDLE, PARTY, given_out, left, row_of, said
from tests.bot.domain.gate import NOON, World, at, make_world, scan

NIGHT = (time(18), time(2))
EARLY = at(0, 30, day=MIDDLE)
"""Half an hour after midnight: with night hours still the day before."""
SOON = at(1, day=MIDDLE)


@pytest.fixture
def school_of_two_days(world: World) -> World:
    """The fair, and schools that come on its first two days."""
    kinds.add(world.db, "fair", "school", days=(DAY, MIDDLE))
    return world


def _for_all(world: World, hours: tuple[time | None, time | None]) -> None:
    events.change(world.db, "fair", opens=hours[0], closes=hours[1])


def _for_two_days(world: World, hours: tuple[time | None, time | None]) -> None:
    for day in (DAY, MIDDLE):
        events.set_day(world.db, "fair", day, hours=hours)


@pytest.mark.parametrize("change", [_for_all, _for_two_days])
def test_a_night_that_becomes_one_day_with_the_evening_before_has_one_entry(
    school_of_two_days: World, change: Any
) -> None:
    issued = given_out(school_of_two_days)
    assert said(school_of_two_days.admit(issued.code, EARLY, count=3)) == ("admitted", 3, 1)  # the second day
    change(school_of_two_days, NIGHT)  # the first day, it turns out
    assert row_of(school_of_two_days, issued, SOON).used == 3
    assert left(school_of_two_days, issued.code, SOON) == 1
    assert said(school_of_two_days.admit(issued.code, SOON)) == ("admitted", 1, 0)
    assert school_of_two_days.result(issued.code, SOON) == "already_admitted"
    evening = at(20, day=MIDDLE)
    assert (left(school_of_two_days, issued.code, evening), row_of(school_of_two_days, issued, evening).used) == (
        PARTY,
        0,
    )
    assert recount.differences(school_of_two_days.db, "fair") == []


@pytest.mark.parametrize("change", [_for_all, _for_two_days])
def test_a_night_that_becomes_the_next_day_has_one_entry(school_of_two_days: World, change: Any) -> None:
    change(school_of_two_days, NIGHT)
    issued = given_out(school_of_two_days)
    assert school_of_two_days.result(issued.code, EARLY) == "admitted"
    change(school_of_two_days, (time(0), time(23)))
    assert row_of(school_of_two_days, issued, SOON).used == PARTY
    assert school_of_two_days.result(issued.code, SOON) == "already_admitted"
    assert school_of_two_days.result(issued.code, at(20, day=MIDDLE)) == "already_admitted"


def test_shorter_hours_from_now_on_take_nothing_from_the_nights_that_were(school_of_two_days: World) -> None:
    _for_all(school_of_two_days, NIGHT)
    issued = given_out(school_of_two_days)
    assert school_of_two_days.result(issued.code, EARLY) == "admitted"
    _for_all(school_of_two_days, (time(18), time(23)))
    assert school_of_two_days.result(issued.code, SOON) == "event_closed"
    assert said(school_of_two_days.admit(issued.code, at(20, day=MIDDLE))) == ("admitted", PARTY, 0)


def test_who_is_out_and_who_is_taken_back_moves_along(school_of_two_days: World) -> None:
    events.change(school_of_two_days.db, "fair", policy="in_out")
    issued = given_out(school_of_two_days)
    school_of_two_days.admit(issued.code, EARLY, count=3)
    school_of_two_days.admit(issued.code, EARLY + timedelta(minutes=1), direction="out", count=2)
    school_of_two_days.admit(issued.code, SOON - timedelta(minutes=1), count=1)
    _for_all(school_of_two_days, NIGHT)
    row = row_of(school_of_two_days, issued, SOON)
    assert (row.used, row.inside) == (2, 2)
    assert left(school_of_two_days, issued.code, SOON) == 2
    undo(school_of_two_days.db, school_of_two_days.ravi.id, SOON)
    assert left(school_of_two_days, issued.code, SOON) == 3
    assert said(school_of_two_days.admit(issued.code, SOON, direction="out"))[:2] == ("left", 1)


def test_a_pass_of_one_day_counts_to_its_day_whatever_the_hours(school_of_two_days: World) -> None:
    events.change(school_of_two_days.db, "fair", starts_on=DAY - timedelta(days=1))
    code = given_out(school_of_two_days, "visitor").code
    assert school_of_two_days.result(code, NOON) == "admitted"
    _for_all(school_of_two_days, (time(18), time(14)))  # noon is the day before's now
    assert school_of_two_days.result(code, at(19)) == "already_admitted"
    _for_all(school_of_two_days, (None, None))
    assert school_of_two_days.result(code, at(19)) == "already_admitted"


# --- what a scanner did meanwhile without a network ---------------------------------------------------


@pytest.fixture
def behind(database: Database, ring: KeyRing) -> "Behind":
    """The fair, behind whose back a scanner works."""
    return Behind(database, ring)


class Behind:
    """A pass of four with three in at noon, and a scanner without a network."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self.database, self.ring = database, ring
        with database.write() as db:
            events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=3), now=NOW)
            world = make_world(db, ring, events.open_event(db, "fair"))
            kinds.add(db, "fair", "school", days=(DAY, MIDDLE))
            self.code = given_out(world).code

    def change(self, **fields: Any) -> None:
        """The event as it is from now on."""
        with self.database.write() as db:
            events.change(db, "fair", **fields)

    def live(self, now: datetime = NOON, **changes: Any) -> tuple[str, int, int]:
        """A scan with a network."""
        with self.database.write() as db:
            return said(checkins.admit(db, self.ring, scan(self.code, **changes), now))

    def upload(self, *scans: tuple[datetime, int, str]) -> Sequence[tuple[str, int, int]]:
        """What the scanner did: when, how many, and in which direction."""
        shown = {"in": "admitted", "out": "left"}
        told = [
            scan(self.code, channel="batch", scanned_at=when, count=people, direction=way, shown=shown[way])
            for when, people, way in scans
        ]
        answers = offline_upload.record(self.database, self.ring, told, at(23, day=MIDDLE))
        return [said(one) for one in answers if isinstance(one, Admission)]

    def agrees(self) -> bool:
        """Whether the sums are what the rows say."""
        with self.database.read() as db:
            return recount.differences(db, "fair") == []


def test_a_batch_goes_by_the_rule_in_force(behind: Behind) -> None:
    behind.live(count=3)
    tomorrow = at(12, day=MIDDLE)
    behind.change(policy="once")
    assert behind.upload((tomorrow, 2, "in")) == [("conflict", 1, 0)]  # one was left, of all days
    behind.change(policy="daily")
    assert behind.upload((at(13), 2, "in")) == [("conflict", 1, 0)]
    assert behind.upload((tomorrow + timedelta(hours=1), 3, "in")) == [("admitted", 3, 0)]
    behind.change(policy="in_out")
    assert behind.upload((at(14), 2, "out"), (at(15), 1, "in")) == [("left", 2, 2), ("admitted", 1, 1)]
    assert behind.live(at(16))[:2] == ("admitted", 1)
    behind.change(policy="once")
    assert behind.live(at(17)) == ("already_admitted", 0, 0)
    assert behind.agrees()


def test_a_batch_goes_by_the_hours_in_force(behind: Behind) -> None:
    behind.live(EARLY, count=3)
    behind.change(opens=NIGHT[0], closes=NIGHT[1])
    assert behind.upload((SOON, 2, "in")) == [("conflict", 1, 0)]
    assert behind.upload((at(20, day=MIDDLE), 4, "in")) == [("admitted", 4, 0)]
    assert behind.agrees()


# --- the time zone, and everything else that is changed -----------------------------------------------


def test_a_time_zone_stays_once_somebody_has_entered(world: World) -> None:
    events.change(world.db, "fair", timezone="Asia/Dhaka")
    world.result("nothing")
    world.admit()
    undo(world.db, world.ravi.id, NOON)
    events.change(world.db, "fair", timezone="Asia/Kolkata")  # nobody is in
    world.admit()
    with refused("zone_in_use", zone="Asia/Kolkata"), world.db.begin_nested():
        events.change(world.db, "fair", timezone="Asia/Dhaka")
    events.change(world.db, "fair", timezone="Asia/Kolkata", name="Fair")
    assert events.by_slug(world.db, "fair").timezone == "Asia/Kolkata"


def test_people_without_a_pass_have_entered_as_well(world: World) -> None:
    head_counts.add(world.db, HeadCountRequest("fair", "one", "in", 5, "whatsapp", "main"), NOON)
    with refused("zone_in_use", zone="Asia/Kolkata"), world.db.begin_nested():
        events.change(world.db, "fair", timezone="Asia/Dhaka")


def test_dates_limits_and_status_let_nobody_in_again(school_of_two_days: World) -> None:
    code = given_out(school_of_two_days).code
    school_of_two_days.admit(code, count=3)
    events.change(school_of_two_days.db, "fair", starts_on=DAY - timedelta(days=1), ends_on=DAY + timedelta(days=9))
    events.change(school_of_two_days.db, "fair", capacity_per_day=50, max_party=1)
    kinds.change(school_of_two_days.db, "fair", "school", max_party=9, gates=["main"])
    events.close_event(school_of_two_days.db, "fair")
    events.cancel_event(school_of_two_days.db, "fair")
    events.open_event(school_of_two_days.db, "fair")
    events.set_day(school_of_two_days.db, "fair", DAY, closed=True)
    events.set_day(school_of_two_days.db, "fair", DAY, closed=False, capacity=None)
    with refused("kind_has_passes"), school_of_two_days.db.begin_nested():
        kinds.change(school_of_two_days.db, "fair", "school", days=(DAY,))
    with refused("day_has_passes"), school_of_two_days.db.begin_nested():
        events.change(school_of_two_days.db, "fair", starts_on=MIDDLE)
    assert left(school_of_two_days, code, at(13)) == 1
    assert recount.differences(school_of_two_days.db, "fair") == []


def test_a_clone_knows_nobody_who_was_in(school_of_two_days: World) -> None:
    code = given_out(school_of_two_days).code
    school_of_two_days.admit(code)
    clone.clone(school_of_two_days.db, "fair", "fair-two", name="", starts_on=DAY, now=NOW)
    events.open_event(school_of_two_days.db, "fair-two")
    assert school_of_two_days.result(code, event="fair-two") == "wrong_event"
    assert school_of_two_days.result(code) == "already_admitted"
    assert (
        school_of_two_days.result(reissue.reissue(school_of_two_days.db, school_of_two_days.ring, code, NOW).code)
        == "already_admitted"
    )
