"""Handles failures of sending: another try later, or the end, with a reason that admins can read."""

from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.delivery.carriers import StatusUpdate
from bot.delivery.dispatch import text_fallback
from bot.delivery.outbox import backoff, leases, session_window, statuses
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox.enqueue import contact_at
from bot.delivery.outbox.statuses import Noted
from bot.delivery.templates import notices
from bot.delivery.twilio.error_codes import CLASSES, TOO_FAST_CODES, Class, class_of, reason_of
from bot.domain.models import Contact, Delivery
from bot.errors import SendFailed

log = structlog.get_logger(__name__)


def record_failure(db: Session, row: Delivery, token: str, failure: SendFailed, now: datetime) -> None:
    """Note that Twilio did not take a message: put off where another try can help, else failed."""
    code = int(failure.code) if failure.code.isdigit() else None
    # For a code without a class the HTTP status says more.
    by_status = failure.retry and code not in CLASSES
    reason = failure.code if code is None else Class.RETRY.value if by_status else reason_of(code)
    log.warning("delivery_not_taken", delivery=row.id, kind=row.kind, code=failure.code, attempt=row.attempts)
    if notices.handle_refusal(db, row, code, now) or _waits_for_window(row, code):
        leases.wait_for_window(db, row, token, now, code, immediately=notices.template_for(db, row, now) is not None)
        return
    if not (failure.retry and (by_status or _is_worth_trying(db, row, code))):
        leases.end(db, row.id, token, "failed", at=now, reason=reason, error_code=code, tried_at=None)
        _record_opt_out(db, row.lane, code, now)
        return
    later = backoff.next_try(
        now, row.attempts, row.give_up_at, code=code, wait=failure.wait, too_fast=failure.code in TOO_FAST_CODES
    )
    if failure.unclear:
        leases.defer(db, row.id, token, max(later, now + leases.LOOKUP_DELAY), at=now, reason=reason)
    else:
        leases.defer(db, row.id, token, later, at=now, reason=reason, error_code=code, tried_at=None)


def record_unknown(db: Session, row: Delivery, token: str, failure: SendFailed, now: datetime) -> None:
    """Note that Twilio's list could not be had: wait, never resend; in the end it has failed."""
    log.warning("delivery_list_unavailable", delivery=row.id, code=failure.code, attempt=row.attempts)
    if now >= row.give_up_at:
        leases.end(db, row.id, token, "failed", at=now, reason="gave_up")
        return
    later = backoff.next_try(now, row.attempts, row.give_up_at, code=None, wait=failure.wait)
    leases.defer(db, row.id, token, later, at=now, reason="outcome_unknown")


def record_status(db: Session, status_update: StatusUpdate, delivery_id: int | None, now: datetime) -> Noted | None:
    """Note a status from Twilio; what it changed, or None where it changed nothing."""
    if status_update.status in statuses.FAILED_STATUSES:
        noted = _not_delivered(db, status_update, delivery_id, now)
    else:
        noted = statuses.advance(db, status_update, delivery_id, now)
    if noted is not None:
        reason = reason_of(status_update.error_code) if status_update.error_code else None
        told = {"reason": reason, "error_code": status_update.error_code, "message_sid": status_update.message_sid}
        delivery_history.record(db, noted.delivery, status_update.status, now, **told)
    return noted


def _not_delivered(db: Session, status_update: StatusUpdate, delivery_id: int | None, now: datetime) -> Noted | None:
    row = db.execute(select(Delivery).where(statuses.is_about(delivery_id, status_update.message_sid))).scalar()
    if row is None:
        return None
    code, lane = status_update.error_code, row.lane
    reason = reason_of(code) if code else status_update.status
    later = _again(db, row, status_update, now)
    if later is not None:
        again = statuses.enqueue_again(db, status_update, delivery_id, *later)
        noted = None if again is None else Noted(again, lane, lets_go=True)
        if noted and text_fallback.text_may_help_after(row, code):
            text_fallback.record_text_fallback(db, row, str(code), now)
    else:
        noted = statuses.advance(db, status_update, delivery_id, now, reason)
        if noted is not None:
            _record_opt_out(db, lane, code, now)
    if noted is not None:
        log.warning("delivery_undelivered", delivery=noted.delivery, code=code, reason=reason)
    return noted


def _again(db: Session, row: Delivery, news: StatusUpdate, now: datetime) -> tuple[datetime, str] | None:
    """When a message is sent once more that Twilio could not deliver, and why it waits; None: it has failed."""
    code = news.error_code
    if now >= row.give_up_at:
        return None
    reason = reason_of(code) if code else news.status
    if text_fallback.text_may_help_after(row, code):
        return now, reason
    if notices.handle_refusal(db, row, code, now) or _waits_for_window(row, code):
        at_once = notices.template_for(db, row, now)
        return (now if at_once else now + session_window.RECHECK_INTERVAL), session_window.WINDOW_CLOSED
    if _is_worth_trying(db, row, code):
        too_fast = str(code) in TOO_FAST_CODES
        return backoff.next_try(now, row.attempts, row.give_up_at, code=code, wait=None, too_fast=too_fast), reason
    return None


def _is_worth_trying(db: Session, row: Delivery, code: int | None) -> bool:
    """Whether another try is due; as the one more counts what failed with the same code, not what failed otherwise."""
    first = code is None or not delivery_history.has_failed(db, row.id, code)
    return backoff.may_try_again(code, 1 if first else row.attempts)


def _waits_for_window(row: Delivery, code: int | None) -> bool:
    """Whether it goes as soon as the person writes again; an OTP is asked for anew instead."""
    return class_of(code) is Class.WINDOW and row.kind != "otp"


def _record_opt_out(db: Session, address: str, code: int | None, now: datetime) -> None:
    """Send no more unasked messages to somebody who has blocked us."""
    if class_of(code) is Class.STOPPED and (contact := contact_at(db, address)) is not None:
        db.execute(update(Contact).where(Contact.id == contact, Contact.stopped_at.is_(None)).values(stopped_at=now))
