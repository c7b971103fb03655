"""Twilio refusing with each class of code: what is tried again, when, and what is not. By the clock of the test."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot.database import Database
from bot.delivery.outbox import Outbox, owe_reply
from bot.domain.models import Delivery
from bot.errors import SendFailed
from tests.delivery.conftest import LANE, NOW, Clock, FakeTwilio, a_pass, row

HOURS = timedelta(hours=6)


def calls_until_the_end(outbox: Outbox, clock: Clock, twilio: FakeTwilio, delivery: int, code: int) -> list[datetime]:
    """When Twilio was called for this delivery, which fails every time, until it is settled or waits for its reader."""
    moments: list[datetime] = []
    retry = code not in (63016, 21610, 63014, 21211, 63003, 21617, 63005)
    while clock.at <= NOW + HOURS:
        twilio.failures = [SendFailed(str(code), retry=retry)]
        outbox.deliver(delivery)
        if not twilio.failures:
            moments.append(clock.at)
        found = row(outbox.database, delivery)
        if found.status != "owed":
            break
        clock.at = found.not_before
    return moments


@pytest.mark.parametrize("code", [20429, 20500, 20503, 63012, 63018])
def test_what_may_pass_is_tried_for_hours_ever_more_slowly(
    outbox: Outbox, database: Database, clock: Clock, twilio: FakeTwilio, code: int
) -> None:
    image = a_pass(database)
    moments = calls_until_the_end(outbox, clock, twilio, image, code)
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert 25 <= len(moments) <= 60
    assert timedelta(seconds=1) <= pauses[0] <= timedelta(seconds=8)
    assert timedelta(minutes=7) <= max(pauses) <= timedelta(minutes=17)
    if code == 63018:
        assert min(pauses) >= timedelta(seconds=6)
    ended = row(database, image)
    assert (ended.status, ended.reason) == ("failed", "gave_up")


@pytest.mark.parametrize("code", [63038, 63020, 20003])
def test_a_stopped_sender_is_tried_every_five_minutes(
    outbox: Outbox, database: Database, clock: Clock, twilio: FakeTwilio, code: int
) -> None:
    moments = calls_until_the_end(outbox, clock, twilio, a_pass(database), code)
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert len(moments) > 20
    assert min(pauses) >= timedelta(minutes=5)


@pytest.mark.parametrize(("code", "reason"), [(30008, "try_once_more"), (63019, "media_not_fetched")])
def test_once_more_is_twice(
    outbox: Outbox, database: Database, clock: Clock, twilio: FakeTwilio, code: int, reason: str
) -> None:
    image = a_pass(database)
    assert len(calls_until_the_end(outbox, clock, twilio, image, code)) == 2
    assert (row(database, image).status, row(database, image).reason) == ("failed", reason)


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        (63016, "owed", "window_closed"),
        (21610, "failed", "stopped_by_recipient"),
        (63014, "failed", "stopped_by_recipient"),
        (21211, "failed", "bad_recipient"),
        (63003, "failed", "bad_recipient"),
        (21617, "failed", "not_accepted"),
        (63005, "failed", "media_refused"),
    ],
)
def test_what_lasts_is_tried_once(
    outbox: Outbox, database: Database, clock: Clock, twilio: FakeTwilio, code: int, status: str, reason: str
) -> None:
    image = a_pass(database)
    assert calls_until_the_end(outbox, clock, twilio, image, code) == [NOW]
    found = row(database, image)
    assert (found.status, found.reason) == (status, reason)


def test_everybody_is_written_to_by_the_sender_they_wrote_to(
    outbox: Outbox, database: Database, twilio: FakeTwilio
) -> None:
    senders = ("whatsapp:+14155238886", "whatsapp:+14155238887")
    owed: list[int] = []
    with database.write() as db:
        for number, sender in enumerate(senders):
            lane = f"{LANE}{number}"
            owed.append(owe_reply(db, message_sid=str(number), lane=lane, sender=sender, body="Hello", now=NOW))
    outbox.pace.heed(senders[0], LANE, SendFailed("63038", retry=True))
    for delivery in owed:
        outbox.deliver(delivery)
    assert [sent.sender for sent in twilio.sent] == [senders[1]]
    outbox.pace.reopen(senders[0])
    with database.write() as db:
        db.get_one(Delivery, owed[0]).not_before = NOW
    outbox.deliver(owed[0])
    assert [sent.sender for sent in twilio.sent] == [senders[1], senders[0]]
