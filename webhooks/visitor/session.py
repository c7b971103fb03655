"""What all visitors' pages share: the session, the limits, and the answer while Redis is away."""

from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint, Response, request, session
from redis.exceptions import RedisError
from werkzeug.exceptions import ServiceUnavailable

from bot.conversation.web_sessions import WebSession, new_id
from bot.domain.people import phone_owners
from bot.service import Service
from bot.timeouts import PAGE_RETRY_AFTER_SECONDS
from webhooks import limits
from webhooks.app_setup import error_page

COOKIE = "visit"
"""Key in the signed cookie: the id of the visit, which is random."""
SESSION_LIMIT = "40 per minute"
PHONE_LIMIT = "20 per hour"
"""Forms sent for one number, whatever the browser; bot.domain.messaging.otp_limits bounds the codes."""


def guard(blueprint: Blueprint) -> None:
    """Count what is sent, by address and by visit; without Redis say that it cannot be had just now."""

    @blueprint.before_request
    def count() -> None:
        if request.method == "POST":
            limits.spend(limits.PER_ADDRESS, "visitor address", limits.address())
            limits.spend(SESSION_LIMIT, "visitor", str(session.get(COOKIE) or limits.address()))

    @blueprint.errorhandler(RedisError)
    def away(_problem: RedisError) -> Response:
        return error_page(ServiceUnavailable(retry_after=PAGE_RETRY_AFTER_SECONDS))


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
    with service.database.read() as db:
        return phone_owners.has_changed_since(db, session.phone, datetime.fromtimestamp(session.proved_at, UTC))
