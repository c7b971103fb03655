"""What sending works with: the parts of the process, and a row that is being sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.database import Database
from bot.delivery.carriers import Carrier
from bot.delivery.dispatch.compose import OtpMaker, OtpSender
from bot.delivery.dispatch.media_check import MediaCheck
from bot.delivery.images.handover import Handover
from bot.delivery.message import OutboundMessage, SentSearch
from bot.delivery.outbox.rate_limit import RateLimiter
from bot.delivery.outbox.session_window import SessionWindows
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class SendDeps:
    """The parts of the process that sending needs."""

    database: Database
    twilio: Carrier
    otps: OtpMaker | OtpSender
    settings: Settings
    now: Callable[[], datetime]
    rate_limiter: RateLimiter
    windows: SessionWindows
    check_media: MediaCheck
    pictures: Handover
    ring: KeyRing | None = None
    """Signs the links of passes; None where no links go out."""


@dataclass(frozen=True, slots=True)
class LeasedDelivery:
    """A leased row, as it was when it was leased, and what it says. It holds no session: threads take it along."""

    row: Delivery
    token: str
    sender: str
    """The sender whose pace it keeps."""
    message: OutboundMessage | None
    """None for an OTP: it is made when it leaves, and no list is searched for it."""
    began: datetime
    """When its try was noted."""
    leaves_at: datetime
    """Its place in the sender's row."""
    search: SentSearch | None = None
    """What Twilio's list is asked first, where a try is unclear; then it is only looked up and not sent."""
