"""Alerts begin, are told once to those who answer for the event, and end: by a clock that the test moves."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select, update

from bot.database import Database
from bot.delivery.campaigns.alerts import Alerter
from bot.delivery.dispatch import Outbox
from bot.delivery.outbox import enqueue as outbox_enqueue
from bot.domain import checkins, events, roster
from bot.domain.events import alert_thresholds
from bot.domain.events.alert_thresholds import AlertThresholds
from bot.domain.keys import KeyRing
from bot.domain.messaging import otp
from bot.domain.models import Alert, Contact, ContactAlias, Delivery
from bot.domain.roster import gates
from bot.domain.stats import dashboard_query
from bot.domain.stats.alert_metrics import MIN_MESSAGES
from tests.bot.delivery.conftest import Clock, waiting
from tests.bot.domain import race_processes, rush
from tests.bot.domain.builders import DAY, NOW, SECRET
from tests.bot.domain.gate import at, make_world, scan

on_sqlite = pytest.mark.databases("sqlite")
MIRA, ADA = "whatsapp:+919822222222", "whatsapp:+919833333333"


class Fair:
    """A day at the fair: Mira supervises and reads Hindi, Ada is its admin and reads English, Ravi volunteers."""

    def __init__(self, database: Database, outbox: Outbox, clock: Clock) -> None:
        self.database, self.outbox, self.clock = database, outbox, clock
        self.alerting = Alerter(database, outbox)
        self.ring = KeyRing.open(database, SECRET)
        clock.at = at(12)
        with database.write() as db:
            fair = events.create(db, slug="fair", name="Fair", starts_on=DAY, ends_on=DAY, now=NOW)
            make_world(db, self.ring, events.open_event(db, "fair"))
            roster.add(db, "fair", phone="+919833333333", name="Ada", role="admin", region="IN", now=NOW)
            self.codes = list(rush.issued(db, fair, self.ring.current, 12))
            self.inside: list[str] = []
            for lane, language in ((MIRA, "hi"), (ADA, "en")):
                contact = Contact(language=language, created_at=NOW)
                contact.aliases = [ContactAlias(kind="phone", value=lane.removeprefix("whatsapp:"))]
                db.add(contact)

    def rules(self, **rules: int | None) -> None:
        off = AlertThresholds(None, None, None, None)
        with self.database.write() as db:
            alert_thresholds.write(db, "fair", AlertThresholds(**{**dict.fromkeys(off.__slots__), **rules}))

    def scan(self, *, gate: str = "main") -> None:
        """Three more come in."""
        self.inside.append(self.codes.pop())
        with self.database.write() as db:
            checkins.admit(db, self.ring, scan(self.inside[-1], gate=gate), self.clock())

    def leave(self, people: int = 3) -> None:
        """So many of three go out."""
        with self.database.write() as db:
            checkins.admit(db, self.ring, scan(self.inside[-1], direction="out", count=people), self.clock())
        if people == 3:
            self.inside.pop()

    def look(self, **later: float) -> int:
        """Some time later the clock looks; how many messages are owed."""
        return self.alerting.check(self.clock.move(**later))

    def told(self) -> list[tuple[str, str]]:
        with self.database.read() as db:
            rows = db.scalars(select(Delivery).where(Delivery.kind == "text").order_by(Delivery.id))
            return [(one.lane, str(one.payload["body"])) for one in rows]

    def raised(self) -> list[tuple[str, str | None, int]]:
        with self.database.read() as db:
            return [
                (one.what, one.gate, one.value)
                for one in dashboard_query.get_dashboard(db, "fair", self.clock()).alerts
            ]


@pytest.fixture
def alerted_fair(database: Database, outbox: Outbox, clock: Clock) -> Fair:
    return Fair(database, outbox, clock)


def test_more_people_than_are_safe(alerted_fair: Fair, redis: "Redis") -> None:
    alerted_fair.rules(inside=6)
    alerted_fair.scan()
    alerted_fair.scan()
    assert alerted_fair.look(minutes=1) == 0
    alerted_fair.scan()
    assert alerted_fair.look(minutes=1) == 2
    assert alerted_fair.raised() == [("inside", None, 9)]
    told = dict(alerted_fair.told())
    assert set(told) == {MIRA, ADA}
    assert "9" in told[ADA]
    assert told[MIRA] != told[ADA]
    assert len(waiting(alerted_fair.outbox)) == 2
    assert alerted_fair.look(minutes=1) == 0
    alerted_fair.leave()
    assert alerted_fair.look(minutes=1) == 0
    assert alerted_fair.raised() == [("inside", None, 6)]  # safe, but too near to say that it is over
    alerted_fair.leave(1)
    assert alerted_fair.look(minutes=1) == 0  # the message of the beginning never left: nobody hears of the end
    assert alerted_fair.raised() == []


@on_sqlite
def test_a_number_at_the_border_does_not_flap(alerted_fair: Fair) -> None:
    alerted_fair.rules(inside=8)
    for _ in range(3):
        alerted_fair.scan()
    alerted_fair.look(minutes=1)
    alerted_fair.leave(1)
    assert alerted_fair.look(minutes=1) == 0
    assert alerted_fair.raised() == [("inside", None, 8)]


@on_sqlite
def test_a_gate_from_which_nothing_is_heard(alerted_fair: Fair) -> None:
    alerted_fair.rules(silent_minutes=10)
    assert alerted_fair.look(minutes=1) == 0  # no gate has begun
    alerted_fair.scan(gate="main")
    assert alerted_fair.look(minutes=9) == 0
    assert alerted_fair.look(minutes=1) == 2
    assert alerted_fair.raised() == [("silent_gate", "main", 10)]
    assert "Main" in dict(alerted_fair.told())[ADA]
    left(alerted_fair)
    assert alerted_fair.look(minutes=1) == 0
    alerted_fair.scan(gate="main")
    assert alerted_fair.look(minutes=1) == 2
    assert alerted_fair.raised() == []
    assert len(alerted_fair.told()) == 4


def left(fair: Fair) -> None:
    """What was owed has left."""
    with fair.database.write() as db:
        db.execute(update(Delivery).where(Delivery.kind == "text").values(status="sent"))


@on_sqlite
def test_a_gate_that_is_closed_or_stopped_is_not_silent(alerted_fair: Fair) -> None:
    alerted_fair.rules(silent_minutes=10)
    alerted_fair.scan(gate="main")
    alerted_fair.scan(gate="north")
    with alerted_fair.database.write() as db:
        gates.close(db, "fair", "main")
        gates.pause_entry(db, events.by_slug(db, "fair").id, "north", alerted_fair.clock())
    assert alerted_fair.look(minutes=30) == 0


@on_sqlite
def test_messages_that_fail(alerted_fair: Fair) -> None:
    alerted_fair.rules(failures_permille=20)
    messages(alerted_fair, failed=1, others=MIN_MESSAGES - 2)
    assert alerted_fair.look(minutes=1) == 0  # too few to say
    messages(alerted_fair, failed=0, others=1)
    assert alerted_fair.look() == 0  # one of fifty is not above 2 per cent
    messages(alerted_fair, failed=1, others=0)
    assert alerted_fair.look(minutes=1) == 2
    assert alerted_fair.raised() == [("failures", None, 39)]
    messages(alerted_fair, failed=0, others=200)
    left(alerted_fair)
    assert alerted_fair.look(minutes=1) == 2
    assert alerted_fair.raised() == []


def messages(fair: Fair, *, failed: int, others: int) -> None:
    same: dict[str, Any] = {
        "kind": "link",
        "lane": ADA,
        "priority": 1,
        "payload": {},
        "not_before": NOW,
        "give_up_at": NOW,
    }
    with fair.database.write() as db:
        for number in range(failed + others):
            status = {"status": "failed", "error_code": 63016} if number < failed else {"status": "delivered"}
            db.add(Delivery(**same, **status, created_at=fair.clock()))


@on_sqlite
def test_answers_that_wait_too_long(alerted_fair: Fair) -> None:
    alerted_fair.rules(queue_seconds=60)
    with alerted_fair.database.write() as db:
        bulk = outbox_enqueue.enqueue(
            db, kind="text", address=ADA, payload={"body": "b"}, priority=outbox_enqueue.BULK, now=alerted_fair.clock()
        )
    assert alerted_fair.look(seconds=90) == 0  # what goes to many may wait
    with alerted_fair.database.write() as db:
        db.execute(update(Delivery).where(Delivery.id == bulk).values(status="sent"))
        outbox_enqueue.enqueue(
            db,
            kind="text",
            address=MIRA,
            payload={"body": "a"},
            priority=outbox_enqueue.REPLIES,
            now=alerted_fair.clock(),
        )
    assert alerted_fair.look(seconds=60) == 0
    assert alerted_fair.look(seconds=1) == 2
    assert alerted_fair.raised() == [("queue", None, 61)]


@on_sqlite
def test_codes_that_are_used_up(alerted_fair: Fair, redis: "Redis") -> None:
    alerted_fair.rules()
    alerted_fair.alerting = replace(alerted_fair.alerting, codes_spent=partial(otp.spent_for_all, redis))
    for label in ("service, hour", "address, hour"):
        redis.hset(otp.BUDGETS_REACHED_KEY, label, int(alerted_fair.clock().timestamp() * 1000))
    assert alerted_fair.look(minutes=1) == 2
    assert alerted_fair.raised() == [("codes", None, 1)]
    assert alerted_fair.look(minutes=1) == 0
    assert alerted_fair.look(hours=1) == 0  # of its beginning nobody has been told yet
    assert alerted_fair.raised() == []


@on_sqlite
def test_a_look_tells_whom_the_message_did_not_reach(alerted_fair: Fair) -> None:
    alerted_fair.rules(silent_minutes=10)
    alerted_fair.scan(gate="main")
    with alerted_fair.database.write() as db:
        db.execute(update(Contact).where(Contact.language == "en").values(stopped_at=NOW))
    assert alerted_fair.look(minutes=10) == 1
    assert unreached(alerted_fair) == ["Ada"]
    with alerted_fair.database.write() as db:
        db.execute(update(Delivery).where(Delivery.lane == MIRA).values(reason="window_closed"))
    assert unreached(alerted_fair) == ["Mira", "Ada"]
    with alerted_fair.database.write() as db:
        db.execute(update(Delivery).where(Delivery.lane == MIRA).values(status="delivered", reason=None))
    assert unreached(alerted_fair) == ["Ada"]


def unreached(fair: Fair) -> list[str]:
    with fair.database.read() as db:
        [alert] = dashboard_query.get_dashboard(db, "fair", fair.clock()).alerts
        return list(alert.unreached)


@on_sqlite
def test_after_the_hours_nothing_is_too_full_or_too_silent(alerted_fair: Fair) -> None:
    alerted_fair.rules(inside=2, silent_minutes=10)
    alerted_fair.scan()
    assert alerted_fair.look(minutes=30) == 4
    left(alerted_fair)
    assert alerted_fair.look(hours=13) == 4
    assert alerted_fair.raised() == []


def looking(database: Database, now: datetime) -> str:
    """One clock of several."""
    told: list[int] = []

    class Nothing:
        def dispatch(self, delivery_ids: list[int]) -> None:
            told.extend(delivery_ids)

    return str(Alerter(database, Nothing()).check(now))  # type: ignore[arg-type]  # all of the outbox that it uses


@pytest.mark.race
def test_clocks_that_look_at_once_tell_once(alerted_fair: Fair, database: Database) -> None:
    alerted_fair.rules(silent_minutes=10)
    alerted_fair.scan(gate="main")
    later = alerted_fair.clock.move(minutes=11)
    assert sorted(race_processes.in_threads(database, looking, [later] * 6)) == ["0"] * 5 + ["2"]
    left(alerted_fair)
    alerted_fair.scan(gate="main")
    assert sorted(race_processes.in_threads(database, looking, [later + timedelta(minutes=1)] * 6)) == ["0"] * 5 + ["2"]
    with database.read() as db:
        assert len(db.scalars(select(Alert)).all()) == 1
