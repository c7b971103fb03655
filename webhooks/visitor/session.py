"""What all visitors' pages share: the session and the limits."""

from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint, request, session

from bot.conversation.web_sessions import WebSession, new_id
from bot.domain.people import phone_owners
from bot.service import Service
from webhooks import limits

COOKIE = "visit"
"""Key in the signed cookie: the id of the visit, which is random."""
SESSION_LIMIT = "40 per minute"
PHONE_LIMIT = "20 per hour"
"""Forms sent for one number, whatever the browser; bot.domain.messaging.otp_limits bounds the codes."""


def guard(blueprint: Blueprint) -> None:
    """Count what is sent, by address and by visit."""

    @blueprint.before_request
    def count() -> None:
        if request.method == "POST":
            limits.spend(limits.PER_ADDRESS, "visitor address", limits.address())
            limits.spend(SESSION_LIMIT, "visitor", str(session.get(COOKIE) or limits.address()))


def current_session(service: Service) -> WebSession:
    """The visit of whoever asks, an empty one where nothing is known of it. Raises RedisError.

    Without its phone where that has gone to somebody else since it was proved.
    """
    if COOKIE not in session:
        session[COOKIE] = new_id()
    found = service.web_sessions.find(str(session[COOKIE]))
    return replace(found, phone=None) if _has_changed_hands(service, found) else found


def _has_changed_hands(service: Service, session: WebSession) -> bool:
    if not session.phone:
        return False
    return service.database.ask(
        phone_owners.has_changed_since, session.phone, datetime.fromtimestamp(session.proved_at, UTC)
    )
