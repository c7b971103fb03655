"""`deliveries show` and `resume-sender`: what happened to a message, and letting a sender go on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import Result
from redis import Redis

from bot.database import Database
from bot.delivery.dispatch import Outbox, enqueue
from bot.delivery.outbox.rate_limit import RateLimiter
from bot.errors import SendFailed
from bot.settings import SIMULATED_SENDER, Settings
from tests.bot.delivery.conftest import LANE, Clock, FakeOtps, FakeTwilio, a_pass, fetched, reply, row
from tests.bot.domain.builders import SECRET

Run = Callable[..., Result]
Rows = Callable[..., Any]


@pytest.fixture
def story_clock() -> Clock:
    return Clock()


@pytest.fixture
def story_twilio() -> FakeTwilio:
    return FakeTwilio()


@pytest.fixture
def story_outbox(database: Database, redis: "Redis", story_twilio: FakeTwilio, story_clock: Clock) -> Outbox:
    settings = Settings(secret_key=SECRET)
    return Outbox(database, redis, story_twilio, FakeOtps(), settings, story_clock, lambda seconds: None, fetched)


def test_the_whole_story_of_one_message(
    ok: Run, rows: Rows, database: Database, story_outbox: Outbox, story_twilio: FakeTwilio, story_clock: Clock
) -> None:
    image = a_pass(database)
    story_twilio.failures = [SendFailed("20500", retry=True), SendFailed("no_answer", retry=True, unclear=True)]
    while not story_twilio.sent:
        story_outbox.deliver(image)
        story_clock.move(seconds=95)
    sid = story_twilio.sent[0].sid
    for status in ("sent", "delivered", "sent", "delivered"):
        story_outbox.record_status(sid, image, status, None, story_clock.at)
    shown = rows("deliveries", "show", str(image))
    assert [(step["what"], step["reason"]) for step in shown["story"]] == [
        *[("owed", None), ("tried", None), ("put_off", "provider_busy"), ("tried", None), ("put_off", "no_answer")],
        *[("looked_up", "not_found"), ("tried", None), ("taken", None), ("sent", None), ("delivered", None)],
    ]
    assert shown["status"] == "delivered"
    assert sid in {step["message_sid"] for step in shown["story"]}
    moments = [step["at"] for step in shown["story"]]
    assert moments == sorted(moments)
    text = ok("deliveries", "show", str(image)).stdout
    assert "provider_busy" in text
    for output in (text, str(shown)):
        assert "Asha" not in output
        assert LANE[9:] not in output


def test_a_failure_says_why_and_an_admin_who_tries_again_is_told_of(
    ok: Run, rows: Rows, database: Database, story_outbox: Outbox, story_twilio: FakeTwilio, story_clock: Clock
) -> None:
    image = a_pass(database)
    story_outbox.deliver(image)
    story_outbox.record_status(story_twilio.sent[0].sid, image, "failed", 63005, story_clock.at)
    ok("deliveries", "retry", str(image))
    told = [
        (step["what"], step["reason"], step["error_code"]) for step in rows("deliveries", "show", str(image))["story"]
    ]
    assert told[-2:] == [("failed", "media_refused", 63005), ("owed_again", None, None)]


def test_a_story_of_nobody(run: Run) -> None:
    assert "no_such_delivery" in run("deliveries", "show", "999").stderr


def test_the_list_by_status_and_reason(
    rows: Rows, database: Database, story_outbox: Outbox, story_twilio: FakeTwilio
) -> None:
    waits, sent = reply(database, "1", lane="whatsapp:+911"), reply(database, "2")
    story_outbox.windows.mark_closed("whatsapp:+911", SIMULATED_SENDER, story_outbox.now())
    story_outbox.deliver(waits)
    story_outbox.deliver(sent)
    assert [one["id"] for one in rows("deliveries", "list", "--reason", "window_closed")] == [waits]
    assert [one["id"] for one in rows("deliveries", "list", "--status", "queued")] == [sent]
    assert rows("deliveries", "list", "--status", "failed") == []


def test_a_paused_sender_is_told_of_and_can_be_resumed(
    ok: Run, run: Run, rows: Rows, redis: "Redis", database: Database
) -> None:
    settings = Settings(secret_key=SECRET)
    twilio = FakeTwilio(failures=[SendFailed("63038", retry=True)])
    outbox = Outbox(database, redis, twilio, FakeOtps(), settings, check_media=fetched)
    with database.write() as db:
        given: dict[str, Any] = {"kind": "text", "payload": {"body": "Hello"}, "priority": 0, "now": datetime.now(UTC)}
        first, second = (enqueue(db, address=lane, **given) for lane in (LANE, "whatsapp:+911"))
    outbox.deliver(first)
    outbox.deliver(second)
    assert [one["id"] for one in rows("deliveries", "list", "--reason", "sender_paused")] == [second, first]
    assert len(RateLimiter(redis, 80).closed_senders([SIMULATED_SENDER])) == 1
    assert "2 messages go now" in ok("deliveries", "resume-sender", SIMULATED_SENDER).stdout
    for delivery in (first, second):
        outbox.deliver(delivery)
        assert row(database, delivery).status == "queued"
    assert "was not paused" in ok("deliveries", "resume-sender", SIMULATED_SENDER).stdout
    assert run("deliveries", "resume-sender", "whatsapp:+1").exit_code == 2
