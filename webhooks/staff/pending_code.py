"""Who has asked for a one-time code: kept from then to the right code, for the page on which it is typed."""

from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_urlsafe
from typing import cast

from flask import session

from bot.domain.messaging.otp_limits import Origin
from bot.domain.roster.sessions import PURPOSE
from bot.service import Service
from bot.usecases import staff_sign_in
from webhooks import i18n

PENDING_TTL = timedelta(minutes=15)
"""How long the number need not be typed again."""


@dataclass(frozen=True, slots=True)
class PendingCode:
    """A browser that waits for a code, and whose phone it went to."""

    phone: str = field(repr=False)
    """E.164."""
    name: str = field(repr=False)
    """What was typed with it; empty where no name is asked for."""
    asker: str
    """The browser, as far as one-time codes are concerned."""


def find(service: Service, page: str) -> PendingCode | None:
    """Whoever waits on this page in the browser of this request, while a code may still be typed.

    `page` is the key in the browser's session of a name under which Redis keeps what was typed.
    """
    asker = session.get(page)
    kept = cast("bytes | None", service.redis.get(f"staff:{page}:{asker}")) if asker else None
    if kept is None:
        return None
    phone, _, name = kept.decode().partition(" ")
    return PendingCode(phone, name, str(asker))


def send(
    service: Service,
    page: str,
    waiting: PendingCode | None,
    phone: str,
    name: str = "",
    *,
    attempt: str,
    origin: Origin,
    purpose: str = PURPOSE,
) -> None:
    """Send a code, the first or another where somebody is `waiting`, and keep who waits for it. Raises Refused."""
    asker = waiting.asker if waiting else token_urlsafe(16)
    staff_sign_in.send_code(
        service.database,
        service.otps,
        service.outbox,
        phone=phone,
        asker=asker,
        attempt=attempt,
        origin=origin,
        language=i18n.language(),
        now=service.now(),
        purpose=purpose,
    )
    service.redis.set(f"staff:{page}:{asker}", f"{phone} {name}".strip(), ex=PENDING_TTL)
    session[page] = asker
