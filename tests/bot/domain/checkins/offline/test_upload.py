"""What scanners did without a network is recorded, never refused, in whatever order it arrives."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.domain import checkins, events, passes, people
from bot.domain.checkins.offline import upload as offline_upload
from bot.domain.keys import KeyRing
from bot.domain.models import Attempt, Checkin, Kind, Pass, PassUse
from bot.domain.passes import reissue
from bot.domain.roster import devices
from bot.domain.stats import conflicts, dashboard_query, gate_figures
from bot.errors import Refused
from flows.shapes.scans import ADMITTED, ALREADY_ADMITTED, CONFLICT, Admission, Scan
from tests.bot.domain.builders import DAY, NOW
from tests.bot.domain.gate import NOON, at, make_world, scan

LATER = at(19)
HOUR = timedelta(hours=1)


class Gates:
    """The fair's scanners, and the server in the evening."""

    def __init__(self, database: Database, ring: KeyRing, policy: str = "daily") -> None:
        self.database, self.ring = database, ring
        with database.write() as db:
            fair = events.create(
                db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY + timedelta(days=3), policy=policy, now=NOW
            )
            events.open_event(db, "fair")
            self.code, self.event_id = make_world(db, ring, fair).issued.code, fair.id

    def scan(self, **changes: Any) -> Scan:
        """A scan of the pass, made offline at noon."""
        return scan(changes.pop("text", self.code), **{"channel": "batch", "scanned_at": NOON} | changes)

    def upload(self, *scans: Scan) -> list[Admission]:
        """The answers, none of them an error."""
        answers = offline_upload.record(self.database, self.ring, scans, LATER)
        assert not [one for one in answers if isinstance(one, Refused)]
        return [one for one in answers if isinstance(one, Admission)]

    def results(self, *scans: Scan) -> list[str]:
        """What came of each."""
        return [one.result for one in self.upload(*scans)]

    def online(self, **changes: Any) -> Admission:
        """The pass at a gate with a network, in the evening."""
        with self.database.write() as db:
            return checkins.admit(db, self.ring, scan(self.code, **changes), LATER)

    def kept(self) -> tuple[list[tuple[str, int, int]], list[str], tuple[int, int] | None]:
        """Rows as result, counted and claimed; refused attempts; people in and out."""
        with self.database.read() as db:
            mine = select(Checkin).where(Checkin.event_id == self.event_id).order_by(Checkin.scanned_at, Checkin.id)
            rows = [(row.result, row.people, row.claimed) for row in db.scalars(mine)]
            attempts = select(Attempt.result).where(Attempt.event_id == self.event_id).order_by(Attempt.id)
            use = db.scalars(select(PassUse).join(Pass).where(Pass.event_id == self.event_id)).first()
            return rows, list(db.scalars(attempts)), (use.entered, use.gone) if use else None


@pytest.fixture
def gates(database: Database, ring: KeyRing) -> Gates:
    """With a pass of four, once a day."""
    return Gates(database, ring)


def test_two_gates_let_the_same_pass_in(gates: Gates) -> None:
    late, early = gates.scan(scanned_at=at(10, 5), gate="north"), gates.scan(scanned_at=at(10))
    answers = gates.upload(late, early)
    assert [(one.result, one.admitted_now) for one in answers] == [("conflict", 0), ("admitted", 4)]
    assert answers[0].first_entry is not None
    assert answers[0].first_entry.at == at(10)
    assert gates.kept() == ([("admitted", 4, 4), ("conflict", 0, 4)], [], (4, 0))
    assert gates.results(late, early) == ["conflict", "admitted"]
    assert gates.kept()[2] == (4, 0)


def test_the_earliest_scan_is_the_entry_though_it_arrives_last(gates: Gates) -> None:
    assert gates.online(count=3).result == "admitted"
    assert gates.results(gates.scan(scanned_at=at(10, 5), count=1)) == ["admitted"]
    late = gates.upload(gates.scan(scanned_at=at(10), count=2))[0]
    assert (late.result, late.admitted_now, late.remaining) == ("conflict", 0, 0)
    first = gates.online().first_entry
    assert first is not None
    assert first.at == at(10)
    with gates.database.read() as db:
        found = gate_figures.today(db, "fair", LATER)
    assert (found.admitted, found.conflicts) == (4, 1)


def test_whoever_fits_is_counted_the_rest_is_a_conflict(gates: Gates) -> None:
    answers = gates.upload(gates.scan(count=3), gates.scan(count=3, scanned_at=at(13)))
    assert [(one.result, one.admitted_now, one.remaining) for one in answers] == [
        ("admitted", 3, 1),
        ("conflict", 1, 0),
    ]
    assert gates.kept()[0] == [("admitted", 3, 3), ("conflict", 1, 3)]


def test_with_a_pass_issued_anew_nobody_goes_in_twice_unseen(gates: Gates) -> None:
    old = gates.code
    with gates.database.write() as db:
        gates.code = reissue.reissue(db, gates.ring, old, NOON).code
    (first,) = gates.upload(gates.scan(text=old))
    assert (first.result, first.pass_ and first.pass_.code.replace("-", "")) == (ADMITTED, gates.code)
    assert gates.online().result == ALREADY_ADMITTED
    assert gates.results(gates.scan(scanned_at=at(13)), gates.scan(text=old, scanned_at=at(14))) == [CONFLICT] * 2
    assert gates.kept() == ([("admitted", 4, 4), ("conflict", 0, 4), ("conflict", 0, 4)], ["already_admitted"], (4, 0))


def test_old_and_new_in_one_batch_are_one_pass(gates: Gates) -> None:
    old = gates.code
    with gates.database.write() as db:
        between = reissue.reissue(db, gates.ring, old, NOON).code
        gates.code = reissue.reissue(db, gates.ring, between, NOON).code
    late, early = gates.scan(scanned_at=at(11)), gates.scan(text=old, scanned_at=at(10))
    assert gates.results(late, early) == [CONFLICT, ADMITTED]


def test_a_pass_that_was_changed_to_another_day_leaves_that_day_alone(gates: Gates) -> None:
    old = gates.code
    with gates.database.write() as db:
        holder = people.find(db, phone="+919812345678")
        assert holder
        wish: dict[str, Any] = {"contact": holder, "code": old, "visit_date": DAY + timedelta(days=1), "party_size": 4}
        gates.code = passes.change(db, gates.ring, **wish, now=NOW).code
    assert gates.results(gates.scan(text=old)) == [ADMITTED]
    with gates.database.write() as db:
        tomorrow = scan(gates.code)
        assert checkins.admit(db, gates.ring, tomorrow, NOON + timedelta(days=1)).result == ADMITTED


def test_whatever_speaks_against_it_has_happened(gates: Gates) -> None:
    with gates.database.write() as db:
        db.scalars(select(Pass).where(Pass.code == gates.code)).one().status = "revoked"
        events.cancel_event(db, "fair")
    assert gates.results(gates.scan(count=1), gates.scan(count=1, gate="north")) == ["admitted", "admitted"]
    assert gates.online().result == "revoked"


def test_whose_another_events_pass_is_nobody_is_told(gates: Gates) -> None:
    with gates.database.read() as db:
        theirs = db.scalars(select(Pass).where(Pass.event_id != gates.event_id).order_by(Pass.id)).first()
        assert theirs
        scan = gates.scan(text=theirs.code)
    for _ in range(2):
        [answer] = gates.upload(scan)
        assert (answer.result, answer.pass_) == (ADMITTED, None)


def test_what_was_refused_offline_is_kept_once_as_an_attempt(gates: Gates) -> None:
    batch = [
        gates.scan(shown="wrong_day"),
        gates.scan(text="nothing"),
        gates.scan(text="0000000" + "0"),
        gates.scan(shown="already_admitted"),
    ]
    expected = ["wrong_day", "unreadable", "unknown", "already_admitted"]
    assert gates.results(*batch) == gates.results(*batch) == expected
    rows, attempts, use = gates.kept()
    assert (rows, sorted(attempts), use) == ([], sorted(expected), None)
    assert gates.online(scan_id=batch[0].scan_id).result == "admitted"


def test_what_was_shown_as_used_is_answered_with_the_first_entry(gates: Gates) -> None:
    assert gates.online(count=3).result == "admitted"
    first, used = gates.upload(gates.scan(count=1), gates.scan(scanned_at=at(13), shown="already_admitted"))
    assert (first.result, first.remaining) == ("admitted", 0)
    assert (used.result, used.remaining, used.admitted_now) == ("already_admitted", 0, 0)
    assert used.first_entry is not None
    assert (used.first_entry.at, used.first_entry.gate) == (NOON, "main")
    [fewer] = gates.upload(gates.scan(shown="too_many", count=9, scanned_at=at(14)))
    assert (fewer.result, fewer.first_entry is not None) == ("too_many", True)


def test_a_forced_entry_stays_one(gates: Gates) -> None:
    gates.upload(gates.scan(count=1, scanned_at=at(9)))
    forced: dict[str, Any] = {"force": True, "reason": "the minister's guest"}
    answers = gates.upload(
        gates.scan(count=1, scanned_at=at(10), **forced), gates.scan(scanned_at=at(11), count=4, **forced)
    )
    assert [(one.result, one.forced) for one in answers] == [("admitted", False), ("conflict", True)]
    with gates.database.write() as db:
        events.cancel_event(db, "fair")
        db.scalars(select(PassUse).join(Pass).where(Pass.event_id == gates.event_id)).one().entered = 0
    again = gates.upload(gates.scan(count=1, scanned_at=at(12), **forced))[0]
    assert (again.result, again.forced) == ("admitted", True)
    with gates.database.read() as db:
        rows = db.scalars(select(Checkin).where(Checkin.forced).order_by(Checkin.id)).all()
    assert [(row.forced_over, row.reason) for row in rows] == [
        ("already_admitted", "the minister's guest"),
        ("event_closed", "the minister's guest"),
    ]


def test_each_is_answered_on_its_own(gates: Gates) -> None:
    good = gates.scan(count=1)
    answers = offline_upload.record(
        gates.database, gates.ring, [gates.scan(gate="south"), good, gates.scan(count=0), good], LATER
    )
    assert [one.code if isinstance(one, Refused) else one.result for one in answers] == [
        *("no_such_gate", "admitted", "bad_count", "admitted")
    ]
    assert gates.online(scan_id=good.scan_id).again
    assert gates.kept()[2] == (1, 0)


def test_a_scanner_whose_clock_is_wrong(gates: Gates) -> None:
    """A day behind: it counts for the pass's day all the same. Ahead, or years off: our clock serves, and says so."""
    yesterday = gates.scan(scanned_at=NOON - timedelta(days=1), count=1)
    ahead = gates.scan(scanned_at=NOON + timedelta(days=1), count=1)
    lost = gates.scan(scanned_at=at(12, day=DAY.replace(year=2000)), count=1)
    flagged = [yesterday, ahead, lost]
    assert [(one.result, one.clock) for one in gates.upload(*flagged)] == [
        ("admitted", False),
        ("admitted", True),
        ("admitted", True),
    ]
    assert [one.clock for one in gates.upload(*flagged)] == [False, True, True]
    refused = gates.scan(scanned_at=NOON + timedelta(days=2), shown="wrong_day")
    assert gates.upload(refused)[0].clock
    with gates.database.read() as db:
        assert {one.scan_id for one in conflicts.list_conflicts(db, "fair") if one.clock} == {
            one.scan_id for one in (ahead, lost, refused)
        }
        assert conflicts.with_clocks(db, dashboard_query.get_dashboard(db, "fair", LATER)).clocks == 3
    with gates.database.read() as db:
        rows = db.scalars(select(Checkin).where(Checkin.event_id == gates.event_id).order_by(Checkin.scanned_at)).all()
    assert [row.scanned_at for row in rows] == [NOON - timedelta(days=1), LATER, LATER]
    assert {row.day for row in rows} == {DAY}
    assert gates.online().admitted_now == 1


def test_a_clock_that_is_put_back_lets_nobody_in_twice(gates: Gates) -> None:
    """A pass of several days: by the phone's clock the second entry was yesterday's."""
    tomorrow = DAY + timedelta(days=1)
    with gates.database.write() as db:
        for kind in db.scalars(select(Kind).where(Kind.event_id == gates.event_id)):
            kind.days = [str(DAY), str(tomorrow)]
    heard, later = at(9, day=tomorrow), at(19, day=tomorrow)
    true, put_back = gates.scan(scanned_at=heard + HOUR), gates.scan(scanned_at=heard + 2 * HOUR - timedelta(days=1))
    anchors = [
        replace(one, anchored_at=heard, elapsed_ms=hours * 3_600_000) for hours, one in ((1, true), (2, put_back))
    ]
    answers = offline_upload.record(gates.database, gates.ring, anchors, later)
    assert [(one.result, one.clock) for one in answers if isinstance(one, Admission)] == [
        (ADMITTED, False),
        (CONFLICT, False),
    ]
    with gates.database.read() as db:
        rows = db.scalars(select(Checkin).where(Checkin.event_id == gates.event_id).order_by(Checkin.scanned_at)).all()
    assert [(row.scanned_at, row.day) for row in rows] == [(heard + HOUR, tomorrow), (heard + 2 * HOUR, tomorrow)]


def test_what_was_told_by_another_scanner_may_be_older_than_that_scanner(gates: Gates) -> None:
    with gates.database.write() as db:
        device_id = devices.add(db, "fair", name="The second", gate=None, now=at(15))[0].id
    own, late = (gates.scan(device_id=device_id, channel=channel, count=1) for channel in ("batch", "late"))
    assert [one.clock for one in gates.upload(own, late)] == [True, False]


def test_in_out_goes_by_the_time_of_the_scan(database: Database, ring: KeyRing) -> None:
    gates = Gates(database, ring, "in_out")
    assert gates.online(count=4).result == "admitted"
    batch = (gates.scan(scanned_at=at(10), count=4), gates.scan(scanned_at=at(12), direction="out", count=4))
    assert gates.results(*batch) == ["admitted", "left"]
    assert gates.kept() == ([("admitted", 4, 4), ("left", 4, 4), ("admitted", 4, 4)], [], (8, 4))
    assert gates.results(gates.scan(scanned_at=at(11), count=1)) == ["conflict"]
    assert gates.online(direction="out").admitted_now == 4
    assert gates.results(gates.scan(scanned_at=at(18, 59), direction="out")) == ["left"]
    assert gates.kept()[2] == (8, 8)
