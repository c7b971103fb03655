"""Silence is an alarm in opening hours only, once, and never where it was switched off."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from redis import Redis
from structlog.testing import capture_logs

from bot.conversation.store import ConversationStore
from bot.database import Database
from bot.domain import events
from bot.domain.events import changes as event_changes
from bot.errors import NotReady
from bot.ops import checks
from bot.ops.inbound_watchdog import InboundWatchdog
from bot.settings import Settings

DAY = date(2026, 1, 15)
OPENING = datetime(2026, 1, 15, 4, 30, tzinfo=UTC)
"""Ten in the morning in Kolkata."""


@pytest.fixture
def silence(redis: "Redis", database: Database) -> InboundWatchdog:
    with database.write() as db:
        events.create(
            db,
            slug="fair",
            name="Fair",
            starts_on=DAY,
            ends_on=DAY + timedelta(days=1),
            opens=time(10),
            closes=time(18),
            now=OPENING - timedelta(days=9),
        )
        event_changes.open_event(db, "fair")
    return InboundWatchdog(database, redis, ConversationStore(redis, state_seconds=3600), 15)


def hear(silence: InboundWatchdog, moment: datetime) -> None:
    at = int(moment.timestamp() * 1000)
    silence.conversations.accept(f"SM{at}", ("phone:+919810000001",), {}, at)


def after(**passed: int) -> datetime:
    return OPENING + timedelta(**passed)


def test_an_open_event_where_nobody_writes_is_an_alarm_after_the_set_time(silence: InboundWatchdog) -> None:
    assert silence.silent_since(after(minutes=14)) is None
    assert silence.silent_since(after(minutes=15)) == OPENING
    assert silence.lasting(after(minutes=75)) == 75


def test_a_message_ends_it_and_begins_the_time_anew(silence: InboundWatchdog) -> None:
    hear(silence, after(minutes=20))
    assert silence.silent_since(after(minutes=34)) is None
    assert silence.silent_since(after(minutes=35)) == after(minutes=20)


@pytest.mark.parametrize("moment", [after(minutes=-1), after(hours=9), after(days=2, hours=1)])
def test_outside_opening_hours_nobody_is_missed(silence: InboundWatchdog, moment: datetime) -> None:
    assert silence.silent_since(moment) is None


def test_the_night_is_no_silence(silence: InboundWatchdog) -> None:
    hear(silence, after(hours=7))
    assert silence.silent_since(after(days=1, minutes=10)) is None


@pytest.mark.parametrize("change", ["close_event", "cancel_event"])
def test_an_event_that_is_not_open_misses_nobody(silence: InboundWatchdog, database: Database, change: str) -> None:
    with database.write() as db:
        getattr(event_changes, change)(db, "fair")
    assert silence.silent_since(after(hours=2)) is None


def test_a_closed_day_misses_nobody(silence: InboundWatchdog, database: Database) -> None:
    with database.write() as db:
        events.by_slug(db, "fair").days[0].closed = True
    assert silence.silent_since(after(hours=2)) is None


def test_it_can_be_switched_off(silence: InboundWatchdog) -> None:
    off = InboundWatchdog(silence.database, silence.redis, silence.conversations, 0)
    assert off.silent_since(after(hours=2)) is None
    assert not off.alarm(after(hours=2))


def test_each_silence_is_one_line_of_the_log(silence: InboundWatchdog) -> None:
    with capture_logs() as lines:
        for minutes in (15, 16, 60):
            assert silence.alarm(after(minutes=minutes))
        hear(silence, after(minutes=61))
        assert not silence.alarm(after(minutes=62))
        assert silence.alarm(after(minutes=80))
    assert [(line["event"], line["log_level"], line["minutes"]) for line in lines] == [
        ("nothing_came_in", "error", 15),
        ("nothing_came_in", "error", 19),
    ]


def test_doctor_says_so(silence: InboundWatchdog) -> None:
    settings = Settings(secret_key="a secret for tests only", silence_minutes=15)
    with pytest.raises(NotReady):
        checks.messages_come_in(silence.database, silence.redis, settings, after(hours=1))
    hear(silence, after(hours=1))
    assert "05:30" in checks.messages_come_in(silence.database, silence.redis, settings, after(hours=1))


def test_with_the_simulator_nobody_is_missed_unless_asked_for() -> None:
    assert Settings().silence == 0
    assert Settings(silence_minutes=15).silence == 15
    real = Settings(
        twilio_account_sid="AC1",
        twilio_auth_token="t",
        twilio_whatsapp_from=("whatsapp:+15550000000",),
        public_url="https://pass.example.org",
        secret_key="a secret for tests only",
    )
    assert real.silence == 15
