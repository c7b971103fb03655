"""A party at a gate while everything about its event changes, at random, against a model that counts by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import events, passes, people
from bot.domain.checkins import undo
from bot.domain.checkins.offline import upload as offline_upload
from bot.domain.events import clone as events_clone
from bot.domain.events.validation import POLICIES
from bot.domain.passes import kinds, reissue
from bot.domain.passes import registration as registrations
from bot.domain.roster import gates
from bot.domain.stats import recount
from bot.errors import Refused
from flows.shapes.scans import ADMITTED, LEFT, Admission, Scan
from tests.bot.domain.builders import DAY, NOW, asking
from tests.bot.domain.checkins.test_changed_rules import given_out
from tests.bot.domain.counted import PARTY, Counted, Hours, Party
from tests.bot.domain.gate import World, scan

SETTINGS = settings(
    max_examples=5,
    stateful_step_count=20,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
DAYS = tuple(DAY + timedelta(days=passed) for passed in range(3))
HOURS = [(None, None), (time(18), time(2)), (time(22), time(6)), (time(0), time(23)), (time(10), time(20))]
SEVERAL = st.sampled_from([None, 1, 2, 3])


class OneSession:
    """The database, as seen by who shall stay within the test's transaction."""

    def __init__(self, db: Session) -> None:
        self._db = db

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A part of the transaction."""
        with self._db.begin_nested():
            yield self._db

    read = write

    def do(self, change: Callable[..., Any], *about: Any) -> Any:
        """What a function gives for what it changes, in a part of the transaction."""
        with self.write() as db:
            return change(db, *about)


class AnyChange(Counted, RuleBasedStateMachine):
    """The fair, a school that comes on three days and a family that comes on the first."""

    world: World
    """Given by the test."""

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        self.known, self.undone = set(self.world.db), self.world.db.begin_nested()
        kinds.add(self.world.db, "fair", "school", days=DAYS)
        school, family = given_out(self.world), given_out(self.world, "visitor")
        Counted.__init__(self, Party(school.code, DAYS), Party(family.code, (DAY,)))
        self.clones = 0
        self.names = (f"scan {number}" for number in count())

    def teardown(self) -> None:
        """As if nothing had been."""
        assert recount.differences(self.world.db, "fair") == []
        self.undone.rollback()
        for one in set(self.world.db) - self.known:  # SQLite gives their ids to others
            self.world.db.expunge(one)

    # --- what happens at the gate ---------------------------------------------------------------------

    @rule(which=st.integers(0, 1), people=SEVERAL, again=st.booleans())
    def come(self, which: int, people: int | None, again: bool) -> None:
        """They come, and the same scan may come twice."""
        party, most, least = self.parties[which], self.most(self.parties[which]), self.least(self.parties[which])
        name = next(self.names)
        answer = self.world.admit(party.code, self.now, count=people, scan_id=name)
        assert answer.admitted_now <= most, (answer.result, answer.admitted_now, most)
        if (people or 1) <= least:
            assert answer.result == ADMITTED, (answer.result, least)
            assert answer.admitted_now == people if people else answer.admitted_now >= least
        if again:
            wish = 1 if answer.result == ADMITTED else people
            same = self.world.admit(party.code, self.now, count=wish, scan_id=name)
            assert (same.result, same.admitted_now) == (answer.result, answer.admitted_now)
        self.put(party, answer, self.now)

    @rule(which=st.integers(0, 1), people=SEVERAL)
    def go(self, which: int, people: int | None) -> None:
        """Some go out."""
        party = self.parties[which]
        answer = self.world.admit(party.code, self.now, direction="out", count=people, scan_id=next(self.names))
        assert answer.result != LEFT or answer.admitted_now <= party.entered()
        self.put(party, answer, self.now)

    @rule(which=st.integers(0, 1))
    def look(self, which: int) -> None:
        """What a check says is what would happen."""
        party = self.parties[which]
        answer = self.world.admit(party.code, self.now, simulate=True)
        assert self.least(party) <= answer.admitted_now <= self.most(party)

    @rule(which=st.integers(0, 1), minutes=st.lists(st.integers(0, 600), min_size=1, max_size=3), out=st.booleans())
    def tell_later(self, which: int, minutes: list[int], out: bool) -> None:
        """A scanner comes back, tells all twice, and its neighbour tells the same."""
        party = self.parties[which]
        told = [self._offline(party, one, out=out and number == 1) for number, one in enumerate(minutes)]
        answers = self._record([*told, *told])
        counted = [(one.result, one.admitted_now, one.remaining) for one in [*answers, *self._record(told)]]
        assert counted == counted[: len(told)] * 3
        for wish, answer in zip(told, answers, strict=False):
            self.put(party, answer, cast(datetime, wish.scanned_at))

    def _offline(self, party: Party, minutes: int, *, out: bool) -> Scan:
        moment = self.now - timedelta(minutes=minutes)
        way = {"direction": "out", "shown": "left"} if out else {"shown": "admitted"}
        return scan(party.code, channel="batch", scan_id=next(self.names), scanned_at=moment, count=1, **way)

    def _record(self, told: list[Scan]) -> list[Admission]:
        database = cast(Database, OneSession(self.world.db))
        return cast(list[Admission], offline_upload.record(database, self.world.ring, told, self.now))

    @rule(which=st.integers(0, 1))
    def take_back(self, which: int) -> None:
        """The volunteer takes back what they did last with the pass."""
        party = self.parties[which]
        with suppress(Refused), self.world.db.begin_nested():
            done = undo.undo_pass(self.world.db, self.world.ring, self.world.ravi.id, party.code, self.now)
            last = next(one for one in reversed(party.moved) if one.at == done.admitted_at and not one.is_out)
            assert (last.people, self.now - last.at <= undo.UNDO_WINDOW) == (done.people, True)
            party.moved.remove(last)

    @rule(minutes=st.sampled_from([1, 30, 200, 700, 1440]))
    def wait(self, minutes: int) -> None:
        """Time goes by."""
        self.now += timedelta(minutes=minutes)

    # --- what becomes of the event --------------------------------------------------------------------

    @rule(policy=st.sampled_from(POLICIES))
    def set_policy(self, policy: str) -> None:
        """Of the event."""
        events.change(self.world.db, "fair", policy=policy)
        self.policy = policy

    @rule(policy=st.sampled_from([*POLICIES, None]))
    def set_policy_of_kind(self, policy: str | None) -> None:
        """Of schools."""
        kinds.change(self.world.db, "fair", "school", policy=policy)
        self.of_kind = policy

    @rule(hours=st.sampled_from(HOURS))
    def set_hours(self, hours: Hours) -> None:
        """Of the event."""
        self.heed()
        events.change(self.world.db, "fair", opens=hours[0], closes=hours[1])
        self.hours = hours
        self.heed()

    @rule(hours=st.sampled_from(HOURS), day=st.sampled_from(DAYS))
    def set_hours_of_a_day(self, hours: Hours, day: date) -> None:
        """Of one day."""
        self.heed()
        events.set_day(self.world.db, "fair", day, hours=hours)
        self.day_hours[day] = hours
        self.heed()

    @rule(zone=st.sampled_from(["Asia/Kolkata", "America/New_York", "Pacific/Auckland"]))
    def set_zone(self, zone: str) -> None:
        """Once somebody has entered it stays."""
        with suppress(Refused), self.world.db.begin_nested():
            events.change(self.world.db, "fair", timezone=zone)
            assert zone == self.zone or not any(party.moved for party in self.parties)
            self.zone = zone

    @rule(before=st.integers(-1, 2), after=st.integers(-2, 2))
    def set_dates(self, before: int, after: int) -> None:
        """A day for which there are passes stays."""
        first, last = DAY - timedelta(days=before), DAYS[-1] + timedelta(days=after)
        self.heed()
        with suppress(Refused), self.world.db.begin_nested():
            events.change(self.world.db, "fair", starts_on=first, ends_on=last)
            gone = [day for day in self.day_hours if not first <= day <= last]
            assert not gone
            self.first, self.last = first, last
        self.heed()

    @rule(capacity=st.sampled_from([None, 8, 12, 100]))
    def set_capacity(self, capacity: int | None) -> None:
        """Of all days."""
        with suppress(Refused), self.world.db.begin_nested():
            events.change(self.world.db, "fair", capacity_per_day=capacity)

    @rule(stop=st.sampled_from(["cancelled", "gate", "paused"]), on=st.booleans())
    def stop(self, stop: str, on: bool) -> None:
        """Nobody is let in meanwhile; registration closes and opens besides."""
        with suppress(Refused), self.world.db.begin_nested():  # a closed gate has nothing to resume
            self._stop(stop, on=on)
            (self.stops.add if on else self.stops.discard)(stop)

    def _stop(self, stop: str, *, on: bool) -> None:
        db = self.world.db
        if stop == "cancelled":
            (events.cancel_event if on else events.open_event)(db, "fair")
        elif stop == "gate":
            gates.close(db, "fair", "main", closed=on)
        elif on:
            gates.pause_entry(db, self.world.event.id, "main", self.now)
        else:
            gates.resume_entry(db, self.world.event.id, "main")

    @precondition(lambda self: self.clones < 2)
    @rule(which=st.integers(0, 1))
    def clone(self, which: int) -> None:
        """A copy of the event knows nobody's pass."""
        self.clones += 1
        slug = f"again{self.clones}"
        events_clone.clone(self.world.db, "fair", slug, name="", starts_on=self.first, now=self.now)
        events.open_event(self.world.db, slug)
        answer = self.world.admit(self.parties[which].code, self.now, event=slug)
        assert (answer.result, answer.admitted_now) == ("wrong_event", 0)

    # --- what becomes of the pass ---------------------------------------------------------------------

    @rule(which=st.integers(0, 1), to=st.sampled_from([None, "+919899900001", "+919899900002"]))
    def issue_anew(self, which: int, to: str | None) -> None:
        """For the same person or another one; what went in with the old counts, and the old lets nobody in."""
        party, db = self.parties[which], self.world.db
        with suppress(Refused), self.world.db.begin_nested():
            if to:
                holder = people.find_or_make(db, phone=to, now=NOW)
                new = reissue.move(db, self.world.ring, party.code, holder, self.now)
            else:
                new = reissue.reissue(db, self.world.ring, party.code, self.now)
            self._replaced(party, new.code)

    def _replaced(self, party: Party, code: str) -> None:
        party.old, party.code = [*party.old, party.code], code
        for old in party.old:
            answer = self.world.admit(old, self.now)
            assert (answer.result, answer.admitted_now) == ("replaced", 0)

    @rule(day=st.sampled_from(DAYS), size=st.integers(1, 5))
    def change_pass(self, day: date, size: int) -> None:
        """The family wishes another day or party: only as long as nobody has entered."""
        party = self.parties[1]
        holder = passes.by_code(self.world.db, party.code).registration.holder
        wish: dict[str, Any] = {"visit_date": day, "party_size": size, "now": self.now}
        with suppress(Refused), self.world.db.begin_nested():
            new = passes.change(self.world.db, self.world.ring, contact=holder, code=party.code, **wish)
            if new.code != party.code:
                assert not party.entered()
                self._replaced(party, new.code)
                party.days, party.size, party.moved = (day,), size, []

    @rule()
    def cancel_and_register(self) -> None:
        """The family gives its pass back and takes another: only as long as nobody has entered."""
        party, db = self.parties[1], self.world.db
        holder = passes.by_code(db, party.code).registration.holder
        with suppress(Refused), self.world.db.begin_nested():
            passes.cancel(db, contact=holder, code=party.code, now=self.now)
            assert not party.entered()
            wish = asking(holder, party_size=PARTY, visit_date=party.days[0], now=self.now)
            made = registrations.register(db, self.world.ring, **wish)
            self.parties[1] = Party(made.code, party.days)


def test_nobody_is_let_in_again_whatever_changes(world: World) -> None:
    run_state_machine_as_test(type("OfThisWorld", (AnyChange,), {"world": world}), settings=SETTINGS)
