"""Sends one delivery, from its lease to its outcome. No database session is open while Twilio is called."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.carriers import Carrier, StatusUpdate
from bot.delivery.dispatch import compose, failures, text_fallback
from bot.delivery.dispatch.compose import NotWanted, OtpMaker, OtpSender, PictureMessage
from bot.delivery.dispatch.media_check import NOT_FETCHED, MediaCheck
from bot.delivery.images.handover import Handover
from bot.delivery.images.pass_image import draw
from bot.delivery.outbox import backoff, leases
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox.enqueue import BULK
from bot.delivery.outbox.message import OutboundMessage
from bot.delivery.outbox.rate_limit import RateLimited, RateLimiter, sender_of
from bot.delivery.outbox.session_window import WINDOW_CLOSED, SessionWindows
from bot.delivery.templates import notices
from bot.delivery.twilio.error_codes import Class, class_of
from bot.domain.keys import KeyRing
from bot.domain.messaging import broadcasts
from bot.domain.models import Delivery
from bot.errors import Refused, SendFailed
from bot.settings import Settings

log = structlog.get_logger(__name__)

MAX_CLOCK_OFFSET = timedelta(seconds=60)
"""How far Twilio's clock may be behind ours when its list is searched."""
RECHECK_DELAY = timedelta(seconds=2)
"""How soon an answer looks again whether an earlier one, to another address of its reader, has left."""
MAX_KNOWN_SIDS = 200
"""How many of an address's latest SIDs are left out of a look-up: more than Twilio's list shows of them."""


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
    """A leased row, as it was when it was leased, and what it says."""

    row: Delivery
    token: str
    unclear_since: datetime | None
    """When a try began whose outcome is not known."""
    message: OutboundMessage | None
    """None for an OTP: it is made when it leaves, and no list is searched for it."""


class _NoSendSlot(Exception):
    """The message may not leave now; nothing of it is under way."""

    def __init__(self, refusal: RateLimited) -> None:
        super().__init__()
        self.refusal = refusal


def send(deps: SendDeps, delivery_id: int) -> str | None:
    """Send a row if it is due and its turn. The lane, where its next row may now leave; else None."""
    held = _lease(deps, delivery_id)
    if not isinstance(held, LeasedDelivery):
        return held
    if held.unclear_since and not _must_resend(deps, held, held.unclear_since):
        return held.row.lane
    sender = sender_of(held.row, deps.settings)
    lane = held.row.lane
    within = _fit_window(deps, held, sender)
    if within is None or _image_fails(deps, within):
        return lane
    held = within
    try:
        _wait_for_slot(deps, held, sender)
        sid, status = _send_message(deps, held, sender)
    except _NoSendSlot as no:
        _reschedule(deps, held, no.refusal)
    except SendFailed as failure:
        shut = apply_refusal(deps, held.row, failure)
        with deps.database.write() as db:
            failures.record_failure(db, held.row, held.token, failure, deps.now())
        if shut:
            wait_for_reader(deps, lane, sender)
    except Refused as no:
        _end(deps, held, "canceled", no.code)
    else:
        deps.rate_limiter.taken(sender, lane)
        _mark_sent(deps, held, sid, status)
    return held.row.lane


def _lease(deps: SendDeps, delivery_id: int) -> LeasedDelivery | str | None:
    """Lease the row and note the try; the lane alone where the row ended here."""
    now, token = deps.now(), secrets.token_hex(16)
    with deps.database.write() as db:
        row = leases.claim(db, delivery_id, token, now)
        if row is None:
            return None
        try:
            message = compose.compose(db, row, deps.settings, now, deps.ring)
        except NotWanted as reason:
            leases.end(db, row.id, token, "canceled", at=now, reason=str(reason))
            log.info("delivery_not_wanted", delivery=delivery_id, reason=str(reason))
            return row.lane
        unclear_since = row.tried_at if message else None
        if now >= row.give_up_at and not unclear_since:
            # The message waited for the window for hours: that nobody wrote is the reason.
            leases.end(
                db, row.id, token, "failed", at=now, reason=WINDOW_CLOSED if row.reason == WINDOW_CLOSED else "gave_up"
            )
            log.warning("delivery_gave_up", delivery=delivery_id, kind=row.kind)
            return row.lane
        if row.broadcast_id is not None and broadcasts.status(db, row.broadcast_id) == broadcasts.PAUSED:
            notes = {"reason": broadcasts.HELD_REASON, "attempts": row.attempts - 1}
            leases.defer(db, row.id, token, row.give_up_at, at=now, **notes)
            return None
        if now < row.give_up_at and _must_wait_for_earlier(db, row):
            leases.defer(db, row.id, token, now + RECHECK_DELAY, at=now, attempts=row.attempts - 1)
            return None
        if not unclear_since:
            leases.begin_try(db, row.id, token, now)
        db.expunge(row)
    return LeasedDelivery(row, token, unclear_since, message)


def _must_wait_for_earlier(db: Session, row: Delivery) -> bool:
    """Whether an earlier answer to the same person has not left yet for another of their addresses."""
    earlier = row.payload.get("after")
    if earlier is None:
        return False
    return db.scalar(select(Delivery.id).where(Delivery.id == earlier, Delivery.status == "owed")) is not None


def _must_resend(deps: SendDeps, leased: LeasedDelivery, since: datetime) -> bool:
    """Whether an unclear try did not go out, by Twilio's list. If it did, or nobody knows, the row is updated here."""
    now = deps.now()
    if now < since + leases.LOOKUP_DELAY:
        _defer(deps, leased, since + leases.LOOKUP_DELAY)
        return False
    try:
        found = _look_up(deps, leased, since)
    except SendFailed as failure:
        with deps.database.write() as db:
            failures.record_unknown(db, leased.row, leased.token, failure, now)
        return False
    with deps.database.write() as db:
        delivery_history.record(
            db, leased.row.id, delivery_history.LOOKED_UP, now, reason="found" if found else "not_found"
        )
    if found:
        _mark_sent(deps, leased, found.message_sid, update=found)
        return False
    if now >= leased.row.give_up_at:
        _end(deps, leased, "failed", "gave_up")
        return False
    with deps.database.write() as db:
        return leases.begin_try(db, leased.row.id, leased.token, now)


def _fit_window(deps: SendDeps, leased: LeasedDelivery, sender: str) -> LeasedDelivery | None:
    """The delivery as it may leave now: inside the 24-hour window as it is, outside by an approved template.

    None where no template carries it: it has been put off until the person writes. What goes to many takes
    the template also where nobody knows of the window.
    """
    row, now = leased.row, deps.now()
    is_open = row.kind == "otp" or deps.windows.is_open(row.lane, sender, now)
    shut = not is_open and (is_open is False or row.priority >= BULK)
    if leased.message is None or not (shut or notices.template_used(row)):
        return leased
    with deps.database.write() as db:
        filled = notices.filled_template(db, row, deps.settings, now) if shut else None
        waits = filled is None and is_open is False
        if waits:
            leases.wait_for_window(db, row, leased.token, now)
        else:
            notices.record_template(db, row, filled.sid if filled else "", now)
    if waits:
        wait_for_reader(deps, row.lane, sender)
        return None
    return replace(leased, message=replace(leased.message, content=filled or leased.message.content))


def _image_fails(deps: SendDeps, leased: LeasedDelivery) -> bool:
    """Whether Twilio could not fetch a picture from us; then it has been put off, else the picture is ready for it."""
    row, message = leased.row, leased.message
    reason = deps.check_media(message.media_url) if message and message.media_url and _is_first_look(row) else None
    if reason is None:
        if isinstance(message, PictureMessage) and message.picture:
            deps.pictures.keep(message.pass_id, message.language, draw(message.picture))
        return False
    log.warning("delivery_media", delivery=row.id, reason=reason)
    later = backoff.next_try(deps.now(), row.attempts, row.give_up_at, code=None, wait=None)
    _defer(deps, leased, later, reason=reason, tried_at=None)
    return True


def _wait_for_slot(deps: SendDeps, leased: LeasedDelivery, sender: str) -> None:
    """Wait for a place in the sender's row; each call that sends takes one. Raises _NoPlace."""
    refusal = deps.rate_limiter.wait_for_slot(sender, leased.row.lane, leased.row.priority)
    if refusal:
        raise _NoSendSlot(refusal)


def _reschedule(deps: SendDeps, leased: LeasedDelivery, refusal: RateLimited) -> None:
    row = leased.row
    later = min(deps.now() + timedelta(seconds=refusal.seconds), row.give_up_at)
    _defer(deps, leased, later, reason=refusal.reason or row.reason, tried_at=None, attempts=row.attempts - 1)


def _is_first_look(row: Delivery) -> bool:
    """Whether nobody has seen yet that the image can be fetched: it is looked at once for each delivery."""
    return row.attempts <= 1 or (row.reason or "").startswith("media_")


def apply_refusal(parts: SendDeps, row: Delivery, failure: SendFailed) -> bool:
    """Remember what a refusal says of the sender or of the person, for the messages after this one.

    Whether it says that the person must write first: `wait_for_reader` then, after the commit that lets the row wait.
    """
    sender = sender_of(row, parts.settings)
    # As long as its sender rests, the message need not be looked at.
    failure.wait = max(failure.wait or 0.0, parts.rate_limiter.apply_refusal(sender, row.lane, failure))
    if failure.code == NOT_FETCHED:
        parts.check_media.doubt()
    shut = failure.code.isdigit() and class_of(int(failure.code)) is Class.WINDOW
    if shut:
        with parts.database.read() as db:
            tried_at = delivery_history.last_try(db, row.id)
        parts.windows.mark_closed(row.lane, sender, tried_at or parts.now())
    return shut


def wait_for_reader(parts: SendDeps, lane: str, sender: str) -> None:
    """Leave word that something waits until somebody writes; who has written meanwhile gets it now."""
    parts.windows.mark_waiting(lane)
    if parts.windows.is_open(lane, sender, parts.now()):
        with parts.database.write() as db:
            leases.open_window(db, lane, parts.now())


def _look_up(deps: SendDeps, leased: LeasedDelivery, since: datetime) -> StatusUpdate | None:
    if leased.message is None:
        return None
    sids = select(Delivery.message_sid).where(Delivery.lane == leased.row.lane, Delivery.message_sid.is_not(None))
    message, noticed = leased.message, notices.template_used(leased.row)
    with deps.database.read() as db:
        known = {sid for sid in db.scalars(sids.order_by(Delivery.id.desc()).limit(MAX_KNOWN_SIDS)) if sid}
        read_as = (notices.text_of(db, leased.row, deps.settings, deps.now()),) if noticed else ()
    # With a Messaging Service Twilio lists what went by a template without its words (docs/adr/0009).
    bare = ("",) if noticed or message.content else ()
    found = deps.twilio.find(
        message.to,
        body=(*message.listed_as, *read_as, *bare),
        media=None if noticed else int(message.media_url is not None),
        since=since - MAX_CLOCK_OFFSET,
        known=known,
    )
    log.info("delivery_looked_up", delivery=leased.row.id, found=found is not None)
    return found


def _send_message(deps: SendDeps, leased: LeasedDelivery, sender: str) -> tuple[str, str]:
    """Have the message sent: the SID and the status that it has by that. Raises SendFailed, Refused, _NoPlace."""
    message = leased.message
    if message is None:
        if isinstance(deps.otps, OtpSender):
            return deps.otps.send(**leased.row.payload), "handed_over"
        message = compose.compose_otp(leased.row, deps.otps, deps.settings, deps.now())
    try:
        return _call_carrier(deps, leased, message), "queued"
    except SendFailed as failure:
        if message.content is None or notices.template_used(leased.row) or not text_fallback.text_may_help(failure):
            raise
        if leased.message:
            with deps.database.write() as db:
                text_fallback.record_text_fallback(db, leased.row, failure.code, deps.now())
    _wait_for_slot(deps, leased, sender)
    return _call_carrier(deps, leased, replace(message, content=None)), "queued"


def _call_carrier(deps: SendDeps, leased: LeasedDelivery, message: OutboundMessage) -> str:
    content = message.content
    return deps.twilio.send(
        message.to,
        message.sender,
        body=None if content else message.body,
        media_url=None if content else message.media_url,
        status_callback=f"{deps.settings.origin}/webhooks/twilio/status?delivery={leased.row.id}",
        validity=message.validity,
        content=(content.sid, content.variables) if content else None,
    )


def _mark_sent(
    deps: SendDeps, leased: LeasedDelivery, sid: str, status: str = "queued", update: StatusUpdate | None = None
) -> None:
    with deps.database.write() as db:
        noted = leases.mark_sent(db, leased.row.id, leased.token, sid, deps.now(), status)
        if noted and update:
            failures.record_status(db, update, leased.row.id, deps.now())
    if noted:
        log.info("delivery_sent", delivery=leased.row.id, kind=leased.row.kind, attempt=leased.row.attempts)
    else:
        # A callback or another worker was first, and has noted the current status.
        log.warning("delivery_outcome_late", delivery=leased.row.id, kind=leased.row.kind)


def _defer(deps: SendDeps, leased: LeasedDelivery, not_before: datetime, **notes: Any) -> None:
    with deps.database.write() as db:
        leases.defer(db, leased.row.id, leased.token, not_before, at=deps.now(), **notes)


def _end(deps: SendDeps, leased: LeasedDelivery, status: str, reason: str) -> None:
    with deps.database.write() as db:
        leases.end(db, leased.row.id, leased.token, status, at=deps.now(), reason=reason)
    log.warning("delivery_ended", delivery=leased.row.id, kind=leased.row.kind, status=status, reason=reason)
