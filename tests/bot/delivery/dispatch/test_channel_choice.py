"""The way of a pass to a phone from which nobody is writing now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from bot.address import SMS, WHATSAPP
from bot.delivery.dispatch import channel_choice
from bot.delivery.outbox.session_window import SessionWindows
from bot.settings import SIMULATED_SENDER, Settings

NOW = datetime(2027, 1, 14, 6, 30, tzinfo=UTC)
PHONE = "+919876543210"
SECOND = "whatsapp:+14155550123"


def settings(**changes: Any) -> Settings:
    account = {"twilio_account_sid": "AC7", "twilio_auth_token": "t", "public_url": "https://pass.example.org"}
    senders = {"twilio_whatsapp_from": (SIMULATED_SENDER, SECOND), "secret_key": "x" * 20}
    return Settings(**{**account, **senders, **changes})


@pytest.mark.parametrize(
    ("heard_hours_ago", "sms", "expected"),
    [
        (1, "+14155550100", (WHATSAPP, f"whatsapp:{PHONE}", SECOND)),
        (25, "+14155550100", (SMS, PHONE, "+14155550100")),
        (None, "+14155550100", (SMS, PHONE, "+14155550100")),
        (25, "", (channel_choice.WAITING, f"whatsapp:{PHONE}", None)),
        (None, "", (channel_choice.WAITING, f"whatsapp:{PHONE}", None)),
    ],
)
def test_whatsapp_where_they_wrote_within_a_day_else_sms_else_it_waits(
    redis: "Redis", heard_hours_ago: int | None, sms: str, expected: tuple[str, str, str | None]
) -> None:
    windows = SessionWindows(redis)
    if heard_hours_ago is not None:
        windows.open(f"whatsapp:{PHONE}", SECOND, NOW - timedelta(hours=heard_hours_ago))
    found = channel_choice.choose_channel(windows, settings(twilio_sms_from=sms), PHONE, NOW)
    assert (found.channel, found.address, found.sender) == expected


def test_a_messaging_service_is_the_sender(redis: "Redis") -> None:
    SessionWindows(redis).open(f"whatsapp:{PHONE}", "MG1", NOW)
    found = channel_choice.choose_channel(
        SessionWindows(redis), settings(twilio_messaging_service_sid="MG1"), PHONE, NOW
    )
    assert (found.channel, found.sender) == (WHATSAPP, None)
