"""Outside WhatsApp's 24-hour window nothing is sent; it goes when the person writes again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue
from bot.delivery.outbox.session_window import SessionWindows
from bot.domain.models import Delivery
from bot.errors import SendFailed
from tests.bot.delivery.conftest import LANE, NOW, Clock, FakeTwilio, a_pass, no_redis, reply, row, waiting
from tests.listening import round_trips

SENDER, OTHER = "whatsapp:+14155238886", "whatsapp:+14155238887"


def write(outbox: Outbox, sender: str = SENDER) -> None:
    """A message from the person, answered in the webhook's response."""
    outbox.record_inbound([LANE], sender, answered=True)


def test_inside_it_goes_and_outside_it_waits(
    database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    write(outbox)
    first, second = a_pass(database), a_pass(database, code="11111118")
    clock.move(hours=23, minutes=59)
    with database.write() as db:
        db.execute(update(Delivery).values(give_up_at=clock.at + timedelta(hours=6)))
    outbox.deliver(first)
    assert len(twilio.sent) == 1
    clock.move(minutes=1)
    outbox.deliver(second)
    assert len(twilio.sent) == 1
    waits = row(database, second)
    assert (waits.status, waits.reason, waits.attempts, waits.tried_at) == ("owed", "window_closed", 0, None)
    clock.move(days=1)
    outbox.deliver(second)
    assert len(twilio.sent) == 1
    redis.delete("rq:queue:passes")
    write(outbox)
    assert waiting(outbox) == [second]
    outbox.deliver(second)
    assert len(twilio.sent) == 2


def test_each_sender_has_its_own_window(redis: "Redis", clock: Clock) -> None:
    windows = SessionWindows(redis)
    windows.open(LANE, SENDER, NOW)
    windows.open(LANE, OTHER, NOW + timedelta(hours=10))
    later = NOW + timedelta(hours=24)
    assert windows.closed(LANE, SENDER, later)
    assert not windows.closed(LANE, OTHER, later)
    assert not windows.closed(LANE, SENDER, later - timedelta(seconds=1))


def test_nobody_knows_is_not_closed_and_sms_has_none(redis: "Redis", clock: Clock) -> None:
    windows = SessionWindows(redis)
    assert not windows.closed(LANE, SENDER, NOW)
    windows.mark_closed("+919800000001", SENDER, NOW)
    assert not windows.closed("+919800000001", SENDER, NOW)
    away = SessionWindows(no_redis())
    assert not away.closed(LANE, SENDER, NOW)
    assert not away.open(LANE, SENDER, NOW)


@pytest.mark.parametrize("by_status", [False, True])
def test_twilio_tells_that_it_is_closed(
    database: Database, redis: "Redis", outbox: Outbox, twilio: FakeTwilio, clock: Clock, by_status: bool
) -> None:
    image = a_pass(database)
    if not by_status:
        twilio.failures = [SendFailed("63016", retry=False)]
    outbox.deliver(image)
    if by_status:
        outbox.record_status(twilio.sent[0].sid, image, "failed", 63016, NOW)
    before = len(twilio.sent)
    waits = row(database, image)
    assert (waits.status, waits.reason, waits.error_code) == ("owed", "window_closed", 63016)
    clock.move(hours=2)
    outbox.deliver(image)
    assert len(twilio.sent) == before
    write(outbox)
    outbox.deliver(image)
    assert len(twilio.sent) == before + 1
    assert row(database, image).status == "queued"


def test_whoever_sends_right_after_the_refusal_is_noted_knows_of_it(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    image, known = a_pass(database), []
    outbox.deliver(image)

    def note(session: Session) -> None:
        known.append(outbox.windows.closed(LANE, SENDER, NOW))

    event.listen(Session, "before_commit", note)
    outbox.record_status(twilio.sent[0].sid, image, "failed", 63016, NOW)
    event.remove(Session, "before_commit", note)
    assert known[0]


def writes_meanwhile(monkeypatch: pytest.MonkeyPatch, outbox: Outbox, clock: Clock, where: str, of: object) -> None:
    """Let the person write a moment after something has been looked up or asked, once."""
    done = getattr(of, where)

    def then_write(*given: Any, **more: Any) -> Any:
        try:
            return done(*given, **more)
        finally:
            monkeypatch.undo()
            clock.move(seconds=1)
            write(outbox)

    monkeypatch.setattr(of, where, then_write)


def test_a_refusal_of_before_they_wrote_leaves_nobody_without_an_answer(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    image = a_pass(database)
    outbox.deliver(image)
    clock.move(seconds=1)
    write(outbox)
    outbox.record_status(twilio.sent[0].sid, image, "failed", 63016, clock.at)
    assert row(database, image).not_before <= clock.at
    words = reply(database, "Which day?")
    outbox.deliver(words)
    outbox.deliver(image)
    assert [row(database, one).status for one in (words, image)] == ["queued", "queued"]


def test_who_writes_while_twilio_refuses_gets_it_at_once(
    monkeypatch: pytest.MonkeyPatch, database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    image = a_pass(database)
    twilio.failures = [SendFailed("63016", retry=False)]
    writes_meanwhile(monkeypatch, outbox, clock, "send", twilio)
    outbox.deliver(image)
    assert (row(database, image).reason, row(database, image).not_before) == ("window_closed", clock.at)
    outbox.deliver(image)
    assert row(database, image).status == "queued"


def test_who_writes_while_their_window_is_looked_up_is_answered(
    monkeypatch: pytest.MonkeyPatch, database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    outbox.windows.mark_closed(LANE, SENDER, NOW)
    words = reply(database, "Which day?")
    writes_meanwhile(monkeypatch, outbox, clock, "is_open", SessionWindows)
    outbox.deliver(words)
    outbox.deliver(words)
    assert row(database, words).status == "queued"


def test_a_pass_waits_for_days_and_an_answer_does_not(
    database: Database, outbox: Outbox, twilio: FakeTwilio, clock: Clock
) -> None:
    outbox.windows.mark_closed(LANE, SENDER, NOW)
    image, words = a_pass(database), reply(database, "Which day?", lane="whatsapp:+912")
    outbox.windows.mark_closed("whatsapp:+912", SENDER, NOW)
    given_up = {}
    # In the order of time: the sender's rate knows no clock that goes back.
    while waiting := [one for one in (words, image) if row(database, one).status == "owed"]:
        first = min(waiting, key=lambda one: row(database, one).not_before)
        clock.at = given_up[first] = row(database, first).not_before
        outbox.deliver(first)
    assert given_up == {words: NOW + timedelta(hours=6), image: NOW + timedelta(days=3)}
    assert twilio.sent == []


def test_an_otp_was_judged_when_it_was_asked_for(database: Database, outbox: Outbox, twilio: FakeTwilio) -> None:
    outbox.windows.mark_closed(LANE, SENDER, NOW)
    payload = {"purpose": "register", "phone": LANE[9:], "asker": LANE, "language": "en"}
    with database.write() as db:
        otp = enqueue(db, kind="otp", address=LANE, payload=payload, priority=0, now=NOW)
    outbox.deliver(otp)
    assert len(twilio.sent) == 1


def test_what_was_found_afterwards_opens_no_window(outbox: Outbox, redis: "Redis") -> None:
    outbox.record_inbound([LANE], SENDER, answered=False, afterwards=True)
    assert redis.keys("window:*") == []


def test_an_answer_in_the_response_takes_a_place(outbox: Outbox, redis: "Redis") -> None:
    outbox.record_inbound([LANE], SENDER, answered=False)
    assert redis.exists(f"pace:next:{SENDER}") == 0
    outbox.record_inbound([LANE], SENDER, answered=True)
    assert redis.exists(f"pace:next:{SENDER}") == 1


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_message_is_noted_in_one_round_trip_also_after_redis_has_forgotten_the_script(
    outbox: Outbox, redis: "Redis", forgotten: bool
) -> None:
    outbox.rate_limiter.record_sent(OTHER, LANE)
    if forgotten:
        redis.script_flush()
    outbox.windows.mark_waiting("whatsapp:IN.7")
    with round_trips() as sent:
        outbox.record_inbound([LANE, "whatsapp:IN.8"], SENDER, answered=True, more=[("SET", "more", 1)])
    assert forgotten or len(sent) == 1
    assert redis.get("more") == b"1"
    assert redis.exists(f"pace:next:{SENDER}") == 1
    assert outbox.windows.is_open("whatsapp:IN.8", SENDER, NOW)
    outbox.record_inbound(["whatsapp:IN.8", "whatsapp:IN.7"], SENDER, answered=False)
    assert redis.exists("window:waiting:whatsapp:IN.7") == 0


def test_without_redis_a_message_is_not_noted_and_nothing_breaks(outbox: Outbox) -> None:
    away = replace(outbox, redis=no_redis())
    away.record_inbound([LANE], SENDER, answered=True, more=[("SET", "more", 1)])
