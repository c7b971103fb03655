"""The only place where parts are put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from redis import Redis

from bot.conversations import Conversations
from bot.database import Database
from bot.delivery.outbox import Outbox
from bot.delivery.whatsapp import Twilio
from bot.dialogue import Dialogue
from bot.domain.keys import KeyRing
from bot.domain.otp import Otps
from bot.settings import Settings


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
