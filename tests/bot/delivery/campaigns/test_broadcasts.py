"""A message to many: each person once, whoever is killed where; paused, resumed, cancelled; whom it passes over."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select, update

from bot.database import Database
from bot.delivery.campaigns.broadcasts import BroadcastSender, release_held
from bot.delivery.dispatch import Outbox
from bot.delivery.outbox import enqueue
from bot.delivery.templates.notices import shape_of
from bot.domain.messaging import broadcasts
from bot.domain.models import Broadcast, Contact, ContentTemplate, Delivery
from bot.errors import Refused, SendFailed
from bot.settings import Settings
from tests.bot.delivery.conftest import NOW, Clock, FakeTwilio, waiting
from tests.bot.delivery.crowd import FIRST_DAY, begin, make_crowd, make_fair, make_person

SENDER = "whatsapp:+14155238886"


@pytest.fixture
def broadcast_outbox(outbox: Outbox, clock: Clock) -> Outbox:
    """One that is patient: while it waits for its place, time goes by."""
    return replace(outbox, sleep=lambda seconds: clock.move(seconds=seconds))


@pytest.fixture
def broadcasting(database: Database, broadcast_outbox: Outbox, settings: Settings) -> BroadcastSender:
    """One that looks at seven contacts at a time."""
    return BroadcastSender(database, broadcast_outbox, settings, page_size=7)


def send_all(outbox: Outbox, redis: "Redis") -> None:
    """What a worker does with what is in the queues now."""
    ids = waiting(outbox)
    redis.delete(*(f"rq:queue:{name}" for name in ("replies", "passes", "bulk")))
    for delivery in ids:
        outbox.deliver(delivery)


def found(database: Database, number: int) -> tuple[Broadcast, broadcasts.BroadcastCounts]:
    with database.read() as db:
        return broadcasts.find(db, number), broadcasts.counts(db, number)


def turn(database: Database, act: Any, *given: Any) -> None:
    with database.write() as db:
        act(db, *given)


def test_each_person_once_whatever_they_hold(
    database: Database, broadcast_outbox: Outbox, redis: "Redis", twilio: FakeTwilio, broadcasting: BroadcastSender
) -> None:
    lanes = make_crowd(database, 20)
    number = begin(database, people=20)
    for _ in range(3):
        broadcasting.run(NOW)
        send_all(broadcast_outbox, redis)
    assert Counter(sent.lane for sent in twilio.sent) == Counter(lanes)
    row, counts = found(database, number)
    assert (row.status, row.owed, counts.gone, row.ended_at) == ("done", 20, 20, NOW)


def test_clocks_that_meet_owe_nobody_twice(database: Database, broadcasting: BroadcastSender) -> None:
    lanes = make_crowd(database, 60)
    number = begin(database, people=60)
    clocks = [threading.Thread(target=broadcasting.run, args=(NOW,)) for _ in range(4)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    with database.read() as db:
        assert Counter(db.scalars(select(Delivery.lane))) == Counter(lanes)
    assert found(database, number)[0].owed == 60


@pytest.mark.parametrize("guarded", [True, False])
def test_the_key_holds_where_the_cursor_does_not(
    database: Database, broadcasting: BroadcastSender, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        plain = BroadcastSender._message
        monkeypatch.setattr(BroadcastSender, "_message", lambda *given: {**plain(*given), "key": None})
    make_crowd(database, 10)
    number = begin(database, people=10)
    for _ in range(2):
        broadcasting.run(NOW)
        turn(database, lambda db: db.execute(update(Broadcast).values(cursor=0, filled_at=None)))
    with database.read() as db:
        twice = [lane for lane, times in Counter(db.scalars(select(Delivery.lane))).items() if times > 1]
    assert bool(twice) is not guarded
    assert found(database, number)[0].owed == (10 if guarded else 20)


def test_a_pause_holds_at_once_and_what_it_held_goes_on(
    database: Database,
    broadcast_outbox: Outbox,
    redis: "Redis",
    twilio: FakeTwilio,
    broadcasting: BroadcastSender,
    clock: Clock,
) -> None:
    lanes = make_crowd(database, 12)
    number = begin(database, people=12)
    broadcasting.run(NOW)
    for delivery in waiting(broadcast_outbox)[:5]:
        broadcast_outbox.deliver(delivery)
    turn(database, broadcasts.pause, number)
    send_all(broadcast_outbox, redis)
    broadcasting.run(clock.move(minutes=5))
    broadcast_outbox.sweep(clock.at)
    send_all(broadcast_outbox, redis)
    row, counts = found(database, number)
    assert (row.status, counts.gone, counts.owed) == ("paused", 5, 7)
    turn(database, broadcasts.resume, number, clock.at)
    broadcasting.run(clock.move(minutes=5))
    send_all(broadcast_outbox, redis)
    broadcasting.run(clock.at)
    assert Counter(sent.lane for sent in twilio.sent) == Counter(lanes)
    assert found(database, number)[0].status == "done"


def test_what_is_cancelled_never_leaves(
    database: Database, broadcast_outbox: Outbox, redis: "Redis", twilio: FakeTwilio, broadcasting: BroadcastSender
) -> None:
    make_crowd(database, 9)
    number = begin(database, people=9)
    broadcasting.run(NOW)
    for delivery in waiting(broadcast_outbox)[:2]:
        broadcast_outbox.deliver(delivery)
    turn(database, broadcasts.cancel, number)
    broadcast_outbox.deliver(waiting(broadcast_outbox)[2])
    broadcasting.run(NOW)
    send_all(broadcast_outbox, redis)
    row, counts = found(database, number)
    assert (len(twilio.sent), counts.cancelled, row.status, row.ended_at) == (2, 7, "cancelled", NOW)
    with pytest.raises(Refused) as no, database.write() as db:
        broadcasts.resume(db, number, NOW)
    assert no.value.code == "broadcast_ended"


def test_whoever_said_stop_or_has_no_address_is_passed_over_also_in_the_middle(
    database: Database, broadcast_outbox: Outbox, redis: "Redis", twilio: FakeTwilio, broadcasting: BroadcastSender
) -> None:
    with database.write() as db:
        event = make_fair(db)
        make_person(db, event, 1, stopped_at=NOW)
        make_person(db, event, 2, names=())
        make_person(db, event, 3, names=(("user", "IN.3"),))
        late = make_person(db, event, 4).id
    number = begin(database, people=2)
    broadcasting.run(NOW)
    turn(database, lambda db: db.execute(update(Contact).where(Contact.id == late).values(stopped_at=NOW)))
    send_all(broadcast_outbox, redis)
    row, counts = found(database, number)
    assert [sent.lane for sent in twilio.sent] == ["whatsapp:IN.3"]
    assert (row.skipped, counts.cancelled) == ({"stopped": 1, "no_address": 1}, 1)


def test_outside_the_window_it_waits_for_its_reader_holds_up_nothing_and_says_why(
    database: Database,
    broadcast_outbox: Outbox,
    redis: "Redis",
    twilio: FakeTwilio,
    broadcasting: BroadcastSender,
    clock: Clock,
) -> None:
    [quiet, writes] = make_crowd(database, 2)
    for lane in (quiet, writes):
        broadcast_outbox.windows.mark_closed(lane, SENDER, NOW)
    number = begin(database, people=2)
    broadcasting.run(NOW)
    send_all(broadcast_outbox, redis)
    broadcasting.run(NOW)
    row, counts = found(database, number)
    assert (twilio.sent, counts.waiting, row.status) == ([], 2, "done")
    assert not enqueue.has_unsent_replies(database, quiet)
    with database.write() as db:
        code = enqueue.enqueue_otp(
            db, purpose="register", phone=quiet[9:], asker=quiet, language="en", address=quiet, now=clock.at
        )
    broadcast_outbox.deliver(code)
    assert [sent.lane for sent in twilio.sent] == [quiet]
    broadcast_outbox.record_inbound([writes], SENDER, answered=True)
    send_all(broadcast_outbox, redis)
    assert [sent.lane for sent in twilio.sent] == [quiet, writes]
    broadcast_outbox.sweep(clock.move(hours=24))
    send_all(broadcast_outbox, redis)
    with database.read() as db:
        [left] = db.scalars(select(Delivery).where(Delivery.lane == quiet, Delivery.broadcast_id == number))
    assert (left.status, left.reason) == ("failed", "window_closed")


def test_a_refused_window_is_waited_for_too_and_the_address_that_last_wrote_is_chosen(
    database: Database, broadcast_outbox: Outbox, redis: "Redis", twilio: FakeTwilio, broadcasting: BroadcastSender
) -> None:
    with database.write() as db:
        make_person(db, make_fair(db), 1, names=(("phone", "+919800000001"), ("user", "IN.1")))
    broadcast_outbox.record_inbound(["whatsapp:IN.1"], SENDER, answered=True)
    twilio.failures = [SendFailed("63016", retry=False)]
    number = begin(database)
    broadcasting.run(NOW)
    send_all(broadcast_outbox, redis)
    with database.read() as db:
        [row] = db.scalars(select(Delivery).where(Delivery.broadcast_id == number))
    assert (row.lane, row.status, row.not_before) == ("whatsapp:IN.1", "owed", NOW + timedelta(hours=24))


def test_those_who_wait_are_looked_at_again_once_there_is_a_template(
    database: Database,
    broadcast_outbox: Outbox,
    redis: "Redis",
    twilio: FakeTwilio,
    broadcasting: BroadcastSender,
    clock: Clock,
) -> None:
    lanes = make_crowd(database, 3)
    for lane in lanes:
        broadcast_outbox.windows.mark_closed(lane, SENDER, NOW)
    number = begin(database, people=3)
    broadcasting.run(NOW)
    send_all(broadcast_outbox, redis)
    same = {"language": "en", "content_hash": "", "approval": "approved", "created_at": NOW}
    turn(database, lambda db: db.add(ContentTemplate(name="news", shape=shape_of("news", "en"), sid="HX1", **same)))
    broadcast_outbox.sweep(clock.move(hours=2))
    assert waiting(broadcast_outbox) == []
    turn(database, broadcasts.resume, number, clock.at)
    assert [release_held(database, number, clock.at), release_held(database, number, clock.at)] == [3, 0]
    broadcast_outbox.sweep(clock.at)
    send_all(broadcast_outbox, redis)
    assert [(sent.lane, sent.content and sent.content[0]) for sent in twilio.sent] == [(lane, "HX1") for lane in lanes]


def test_no_more_than_a_minute_is_in_the_outbox(database: Database, broadcast_outbox: Outbox, redis: "Redis") -> None:
    make_crowd(database, 70)
    number = begin(database, people=70)
    slow = BroadcastSender(
        database, broadcast_outbox, Settings(secret_key="a secret of sixteen", twilio_mps=1), page_size=7
    )
    slow.run(NOW)
    slow.run(NOW)
    row, counts = found(database, number)
    assert (row.owed, counts.owed, row.filled_at) == (63, 63, None)
    send_all(broadcast_outbox, redis)
    slow.run(NOW)
    assert found(database, number)[0].owed == 70


def test_who_is_not_meant_any_more_gets_nothing(database: Database, broadcasting: BroadcastSender) -> None:
    make_crowd(database, 3)
    number = begin(database, days=((FIRST_DAY + timedelta(days=2)).isoformat(),))
    broadcasting.run(NOW)
    row, _ = found(database, number)
    assert (row.owed, row.status) == (0, "done")
