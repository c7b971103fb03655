"""A drain: one job for all that is owed, many calls at a time, the urgent first, and nothing overlooked."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import ColumnElement

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue, take
from bot.delivery.dispatch.drain import Drainer
from bot.delivery.message import OutboundMessage
from bot.delivery.outbox import leases, queues
from bot.delivery.outbox.enqueue import BULK, PASSES, REPLIES
from bot.errors import SendFailed
from bot.settings import Settings
from tests.bot.delivery.agenda import Agenda
from tests.bot.delivery.conftest import LANE, NOW, Clock, FakeOtps, FakeTwilio, fetched, reply, row
from tests.bot.delivery.draining import SlowTwilio, drain, drainer

MANY = 16
SECOND = "whatsapp:+14155238887"


def owed(database: Database, body: str, priority: int = REPLIES, **more: Any) -> int:
    """Words to somebody of their own."""
    with database.write() as db:
        lane = more.pop("lane", f"whatsapp:+91{sum(map(ord, body)):06}{len(body):04}")
        return enqueue(
            db, kind="text", address=lane, payload={"body": body}, priority=priority, now=more.pop("now", NOW), **more
        )


def take_job(redis: "Redis") -> None:
    """What a worker does before it runs a drain."""
    queue = queues.queue(redis, queues.DRAINS)
    assert queue.count == 1
    queue.pop_job_id()


def test_a_thousand_rows_are_one_job(database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio) -> None:
    rows = [owed(database, f"number {number}") for number in range(40)]
    for one in rows:
        outbox.dispatch([one])
    take_job(redis)
    assert drain(outbox) == 40
    assert len(set(twilio.bodies)) == len(twilio.bodies) == 40
    assert not outbox.sweep(NOW)


@pytest.mark.parametrize("guarded", [True, False])
def test_a_message_that_comes_while_a_drain_ends_is_not_overlooked(
    database: Database, redis: "Redis", outbox: Outbox, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Guarded: a job that runs is no longer in the queue. Else it would hold its place until it has ended."""
    owed(database, "first")
    outbox.dispatch([1])
    take_job(redis)
    if not guarded:
        monkeypatch.setattr(queues, "is_drain_asked", lambda _: True)
    looks = leases.next_moment

    def last_look(*given: Any) -> Any:
        found = looks(*given)
        outbox.dispatch([owed(database, "second")])
        return found

    monkeypatch.setattr(leases, "next_moment", last_look)
    drainer(outbox).drain()
    assert row(database, 2).status == "owed"
    monkeypatch.undo()
    assert queues.is_drain_asked(redis) is guarded


class HeldTwilio(FakeTwilio):
    """Answers nobody until it may."""

    def __init__(self) -> None:
        super().__init__()
        self.is_called = False
        self.called, self.may_answer = threading.Semaphore(0), threading.Event()

    def send(self, message: OutboundMessage) -> str:
        self.is_called = True
        self.called.release()
        assert self.may_answer.wait(30)
        return super().send(message)


@pytest.mark.parametrize("guarded", [True, False])
def test_what_waited_for_a_call_that_ends_after_its_drain_is_not_overlooked(
    database: Database, redis: "Redis", outbox: Outbox, guarded: bool
) -> None:
    twilio = HeldTwilio()
    sender = Drainer(replace(outbox, twilio=twilio))
    first, second = owed(database, "first", lane=LANE), owed(database, "second", lane=LANE)
    assert sender.drain(0) == 1
    twilio.called.acquire()
    assert (row(database, first).status, queues.is_drain_asked(redis)) == ("owed", False)
    if not guarded:
        sender._drains = 1  # as if one still ran that will look again
    twilio.may_answer.set()
    sender.close()
    assert (row(database, first).status, row(database, second).status) == ("queued", "owed")
    assert queues.is_drain_asked(redis) is guarded


def test_slow_calls_keep_places_free_for_what_is_more_urgent(database: Database, outbox: Outbox, clock: Clock) -> None:
    twilio = HeldTwilio()
    sender = Drainer(replace(outbox, twilio=twilio, settings=outbox.settings.model_copy(update={"twilio_mps": 1000})))
    for priority, calls in ((BULK, 12), (PASSES, 2), (REPLIES, 2)):
        for number in range(MANY):
            owed(database, f"{priority} {number}", priority)
        for _ in range(MANY):
            sender.drain(0)
            clock.move(milliseconds=20)
        for _ in range(calls):
            twilio.called.acquire()
        assert not twilio.called.acquire(blocking=False)
    twilio.may_answer.set()
    sender.close()
    assert len(twilio.sent) == MANY


def test_a_drain_that_ends_while_calls_are_in_flight_asks_for_the_next(
    database: Database, redis: "Redis", outbox: Outbox
) -> None:
    """Its time is nearly over once calls are in flight: less is left than it waits between two looks."""
    twilio, began = HeldTwilio(), monotonic()

    def now() -> datetime:
        return NOW + timedelta(seconds=1.95 * twilio.is_called + (monotonic() - began) / 20)

    running = replace(outbox, twilio=twilio, now=now)
    for number in range(MANY + 4):
        owed(database, f"number {number}", PASSES)
    sender = Drainer(running)
    sender.drain()
    assert queues.is_drain_asked(redis)
    twilio.may_answer.set()
    sender.close()


@pytest.mark.parametrize(
    ("priority", "seconds", "most"), [(REPLIES, 0.15, 16), (BULK, 0.15, 12), (BULK, 0.7, 12), (PASSES, 1.3, 14)]
)
def test_sixteen_calls_are_in_flight_and_drain_follows_drain_until_all_have_left(
    database: Database, redis: "Redis", priority: int, seconds: float, most: int
) -> None:
    """A quarter of them is kept free for what is more urgent than messages to many, an eighth for replies."""
    agenda, number = Agenda(), 160
    twilio = SlowTwilio(agenda=agenda, answers_in=seconds)
    settings = Settings(secret_key="a secret of sixteen", twilio_mps=1000)
    outbox = Outbox(database, redis, twilio, FakeOtps(), settings, agenda.now, agenda.sleep, fetched)
    rows = [owed(database, f"{one}", priority) for one in range(number)]

    def work() -> None:
        """What a worker does where no clock asks: drains, as often as one asks for the next."""
        sender = drainer(outbox, agenda)
        outbox.dispatch(rows)
        while queues.is_drain_asked(redis) or not sender._calls.is_idle:
            if queues.is_drain_asked(redis):
                take_job(redis)
                sender.drain()
            agenda.sleep(0.01)

    agenda.run(work)
    rate = number / max(twilio.heard.values())
    print(f"\n{rate:.0f} a second by one worker, {twilio.busiest} calls at a time at most")
    assert len(twilio.heard) == number
    assert twilio.busiest == most
    assert rate >= 0.6 * most / seconds


@pytest.mark.parametrize("urgent", [True, False])
def test_the_urgent_leave_first_and_one_person_gets_theirs_in_order(
    database: Database,
    outbox: Outbox,
    twilio: FakeTwilio,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    urgent: bool,
) -> None:
    """With one call at a time; and with the order of priorities removed."""
    if not urgent:
        monkeypatch.setattr(take, "URGENT_FIRST", (BULK, PASSES, REPLIES))
    one = replace(outbox, settings=outbox.settings.model_copy(update={"delivery_concurrency": 1}))
    for body, priority in (("many", BULK), ("pass", PASSES), ("reply", REPLIES)):
        for number in range(2):
            owed(database, f"{body} {number}", priority, lane=f"whatsapp:+91{priority}")
    while drain(one) or len(twilio.sent) < 6:
        clock.move(seconds=1)
    words = ["reply", "pass", "many"] if urgent else ["many", "pass", "reply"]
    assert twilio.bodies == [f"{word} {number}" for word in words for number in range(2)]


@pytest.mark.parametrize("guarded", [True, False])
def test_a_slow_sender_holds_up_no_other_senders_messages(
    database: Database,
    redis: "Redis",
    outbox: Outbox,
    twilio: FakeTwilio,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
) -> None:
    """Guarded: what rests is not looked at. Else its rows, which come first, fill every look."""
    settings = outbox.settings.model_copy(update={"twilio_whatsapp_from": ("whatsapp:+14155238886", SECOND)})
    agenda = Agenda()
    two = replace(outbox, settings=settings, now=agenda.now, sleep=agenda.sleep)
    slow = [owed(database, f"slow {number}", PASSES) for number in range(40)]
    for number in range(5):
        owed(database, f"quick {number}", PASSES, sender=SECOND)
    redis.set("pace:next:whatsapp:+14155238886", int((NOW + timedelta(seconds=60)).timestamp() * 1_000_000))
    sender, looks = drainer(two, agenda), list[int]()

    def all_again(*_: object) -> list[ColumnElement[bool]]:
        looks.append(1)
        if len(looks) > 50:
            sender.stop()
        return []

    if not guarded:
        monkeypatch.setattr(take.Resting, "rows", all_again)
    agenda.run(lambda: print(sender.drain()))
    assert sorted(twilio.bodies) == ([f"quick {number}" for number in range(5)] if guarded else [])
    assert {(row(database, one).attempts, row(database, one).not_before) for one in slow} == {(0, NOW)}


def test_what_waits_for_its_reader_takes_no_place_from_others(
    database: Database, outbox: Outbox, twilio: FakeTwilio
) -> None:
    slow = replace(outbox, settings=outbox.settings.model_copy(update={"twilio_mps": 1}))
    lanes = [f"whatsapp:+9198{number:08}" for number in range(5)]
    for lane in lanes:
        outbox.windows.mark_closed(lane, slow.settings.twilio_whatsapp_from[0], NOW)
        owed(database, "late", lane=lane)
    owed(database, "in time")
    drain(slow)
    assert twilio.bodies == ["in time"]


def test_a_row_that_cannot_be_made_holds_up_nobody(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    with database.write() as db:
        broken = enqueue(db, kind="text", address=LANE, payload={}, priority=REPLIES, now=NOW)
    owed(database, "good")
    drain(outbox)
    assert twilio.bodies == ["good"]
    assert (row(database, broken).status, row(database, broken).reason) == ("owed", "not_composed")
    while row(database, broken).status == "owed":
        clock.at = row(database, broken).not_before
        drain(outbox)
    assert (row(database, broken).status, row(database, broken).reason) == ("failed", "not_composed")
    assert twilio.bodies == ["good"]


def test_one_that_is_due_soon_leaves_in_the_same_drain(database: Database, redis: "Redis", twilio: FakeTwilio) -> None:
    agenda = Agenda()
    settings = Settings(secret_key="a secret of sixteen")
    outbox = Outbox(database, redis, twilio, FakeOtps(), settings, agenda.now, agenda.sleep, fetched)
    owed(database, "at once")
    soon = owed(database, "soon", now=NOW + timedelta(seconds=1.5))
    later = owed(database, "later", now=NOW + timedelta(seconds=4))
    agenda.run(lambda: print(drainer(outbox, agenda).drain()))
    assert twilio.bodies == ["at once", "soon"]
    assert (row(database, soon).sent_at or NOW) >= NOW + timedelta(seconds=1.5)
    assert row(database, later).attempts == 0
    assert agenda.seconds <= 2.1


def test_what_cannot_be_noted_together_is_noted_one_by_one(
    database: Database, outbox: Outbox, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.delivery.dispatch import outcomes

    whole: Callable[..., None] = outcomes._note

    def fails_for_several(deps: Any, found: Any) -> None:
        if len(found) > 1 or found[0].leased.row.id == 2:
            raise RuntimeError("no")
        whole(deps, found)

    monkeypatch.setattr(outcomes, "_note", fails_for_several)
    rows = [owed(database, f"number {number}") for number in range(3)]
    sender = Drainer(replace(outbox, twilio=(held := HeldTwilio())))
    sender.drain(0)
    for _ in rows:
        held.called.acquire()
    held.may_answer.set()
    sender.close()
    assert [row(database, one).status for one in rows] == ["queued", "owed", "queued"]
    assert row(database, rows[1]).tried_at == NOW


def test_a_refused_message_comes_again_by_later_drains(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    twilio.failures = [SendFailed("20429", retry=True), SendFailed("http_500", retry=True)]
    rows = [reply(database, f"{number}", lane=f"whatsapp:+91{number}") for number in range(4)]
    drain(outbox)
    assert len(twilio.sent) == 2
    while any(row(database, one).status == "owed" for one in rows):
        clock.move(seconds=1)
        drain(outbox)
    assert sorted(twilio.bodies) == ["0", "1", "2", "3"]
