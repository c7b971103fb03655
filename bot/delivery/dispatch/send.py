"""Sends one leased delivery, or looks an unclear one up: what a thread does, without any database session."""

from dataclasses import replace
from datetime import timedelta

import structlog

from bot.delivery.carriers import StatusUpdate
from bot.delivery.dispatch import compose, text_fallback
from bot.delivery.dispatch.compose import OtpSender, PictureMessage
from bot.delivery.dispatch.media_check import NOT_FETCHED
from bot.delivery.dispatch.outcomes import (
    Ended,
    Failed,
    Found,
    NotFound,
    NotListed,
    Outcome,
    PutOff,
    Sent,
    closes_window,
)
from bot.delivery.dispatch.parts import LeasedDelivery, SendDeps
from bot.delivery.images.pass_image import draw
from bot.delivery.message import OutboundMessage
from bot.delivery.outbox import backoff
from bot.delivery.templates import notices
from bot.domain.models import Delivery
from bot.errors import Refused, SendFailed
from bot.tracing import traced

log = structlog.get_logger(__name__)


@traced("delivery")
def send(deps: SendDeps, leased: LeasedDelivery) -> Outcome:
    """What came of a row: it was sent at its place, looked up where its last try is unclear, or put off."""
    if leased.search:
        return _look_up(deps, leased)
    reason = _picture_problem(deps, leased)
    if reason:
        later = backoff.next_try(deps.now(), leased.row.attempts, leased.row.give_up_at, code=None, wait=None)
        return PutOff(leased, later, reason)
    deps.rate_limiter.sleep(max((leased.leaves_at - deps.now()).total_seconds(), 0.0))
    try:
        return _call(deps, leased)
    except SendFailed as failure:
        return _failed(deps, leased, failure)
    except Refused as no:
        return Ended(leased, "canceled", no.code)


def _picture_problem(deps: SendDeps, leased: LeasedDelivery) -> str | None:
    """Why Twilio could not fetch a picture from us; None where it can, and then the picture is ready for it."""
    row, message = leased.row, leased.message
    reason = deps.check_media(message.media_url) if message and message.media_url and _is_first_look(row) else None
    if reason:
        log.warning("delivery_media", delivery=row.id, reason=reason)
    elif isinstance(message, PictureMessage) and message.picture:
        deps.pictures.keep(message.pass_id, message.version, draw(message.picture))
    return reason


def _is_first_look(row: Delivery) -> bool:
    """Whether nobody has seen yet that the image can be fetched: it is looked at once for each delivery."""
    return row.attempts <= 1 or (row.reason or "").startswith("media_")


def _call(deps: SendDeps, leased: LeasedDelivery) -> Outcome:
    """Have the message sent. Raises SendFailed, Refused."""
    message = leased.message
    if message is None:
        if isinstance(deps.otps, OtpSender):
            return Sent(leased, deps.otps.send(**leased.row.payload), "handed_over")
        message = compose.compose_otp(leased.row, deps.otps, deps.settings, deps.now())
    message = replace(message, callback=f"{deps.settings.origin}/webhooks/twilio/status?delivery={leased.row.id}")
    try:
        return Sent(leased, deps.twilio.send(message))
    except SendFailed as failure:
        if message.content is None or notices.template_used(leased.row) or not text_fallback.text_may_help(failure):
            raise
        return _send_as_text(deps, leased, replace(message, content=None), failure.code)


def _send_as_text(deps: SendDeps, leased: LeasedDelivery, message: OutboundMessage, code: str) -> Outcome:
    """Send the words alone, whose template was refused with this code; they take a place of their own."""
    refusal = deps.rate_limiter.wait_for_slot(leased.sender, leased.row.lane, leased.row.priority)
    if refusal:
        later = min(deps.now() + timedelta(seconds=refusal.seconds), leased.row.give_up_at)
        return PutOff(leased, later, refusal.reason or leased.row.reason, counts=False, refused_template=code)
    try:
        return Sent(leased, deps.twilio.send(message), refused_template=code)
    except SendFailed as failure:
        return _failed(deps, leased, failure, code)


def _failed(deps: SendDeps, leased: LeasedDelivery, failure: SendFailed, refused_template: str = "") -> Failed:
    """Remember what a refusal says of the sender or of the person, for the messages after this one."""
    # As long as its sender rests, the message need not be looked at.
    rests = deps.rate_limiter.apply_refusal(leased.sender, leased.row.lane, failure)
    failure.wait = max(failure.wait or 0.0, rests)
    if failure.code == NOT_FETCHED:
        deps.check_media.doubt()
    if closes_window(failure.code):
        deps.windows.mark_closed(leased.row.lane, leased.sender, leased.began)
    return Failed(leased, failure, refused_template=refused_template)


def _look_up(deps: SendDeps, leased: LeasedDelivery) -> Outcome:
    """Whether an unclear try went out, by Twilio's list."""
    found: StatusUpdate | None = None
    try:
        found = deps.twilio.find(leased.search) if leased.search else None
    except SendFailed as failure:
        return NotListed(leased, failure)
    log.info("delivery_looked_up", delivery=leased.row.id, found=found is not None)
    return Found(leased, found) if found else NotFound(leased)
