"""Handles failures of sending: another try later, or the end, with a reason that admins can read."""

from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.delivery.carriers import News
from bot.delivery.dispatch import text_fallback
from bot.delivery.outbox import backoff, leases, session_window, statuses
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox.enqueue import contact_at
from bot.delivery.templates import notices
from bot.delivery.twilio.error_codes import CLASSES, TOO_FAST, Class, class_of, reason_of
from bot.domain.models import Contact, Delivery
from bot.errors import SendFailed

log = structlog.get_logger(__name__)


def failed(db: Session, row: Delivery, token: str, failure: SendFailed, now: datetime) -> None:
    """Note that Twilio did not take a message: put off where another try can help, else failed."""
    code = int(failure.code) if failure.code.isdigit() else None
    # For a code without a class the HTTP status says more.
    by_status = failure.retry and code not in CLASSES
    reason = failure.code if code is None else Class.RETRY.value if by_status else reason_of(code)
    log.warning("delivery_not_taken", delivery=row.id, kind=row.kind, code=failure.code, attempt=row.attempts)
    if notices.refused(db, row, code, now) or _waits_for_window(row, code):
        leases.wait_for_window(db, row, token, now, code, at_once=notices.template_for(db, row, now) is not None)
        return
    if not (failure.retry and (by_status or _is_worth_trying(db, row, code))):
        leases.end(db, row.id, token, "failed", at=now, reason=reason, error_code=code, tried_at=None)
        _stop_where_asked(db, row.lane, code, now)
        return
    later = backoff.next_try(
        now, row.attempts, row.give_up_at, code=code, wait=failure.wait, too_fast=failure.code in TOO_FAST
    )
    if failure.unclear:
        leases.put_off(db, row.id, token, max(later, now + leases.LOOK_AFTER), at=now, reason=reason)
    else:
        leases.put_off(db, row.id, token, later, at=now, reason=reason, error_code=code, tried_at=None)


def not_known(db: Session, row: Delivery, token: str, failure: SendFailed, now: datetime) -> None:
    """Note that Twilio's list could not be had: wait, never resend; in the end it has failed."""
    log.warning("delivery_list_unavailable", delivery=row.id, code=failure.code, attempt=row.attempts)
    if now >= row.give_up_at:
        leases.end(db, row.id, token, "failed", at=now, reason="gave_up")
        return
    later = backoff.next_try(now, row.attempts, row.give_up_at, code=None, wait=failure.wait)
    leases.put_off(db, row.id, token, later, at=now, reason="outcome_unknown")


def note(db: Session, news: News, delivery_id: int | None, now: datetime) -> Delivery | None:
    """Note a status from Twilio; the row that it changed, or None where it changed none."""
    if statuses.RANKS.get(news.status, 0) == 0:
        return None
    row = db.execute(select(Delivery).where(statuses.about(delivery_id, news.message_sid))).scalar()
    if row is None:
        return None
    if news.status in ("failed", "undelivered"):
        changed = _not_delivered(db, row, news, delivery_id, now)
    else:
        changed = statuses.raise_to(db, news, delivery_id, now)
    if changed is None:
        return None
    reason = reason_of(news.error_code) if news.error_code else None
    delivery_history.tell(
        db, changed, news.status, now, reason=reason, error_code=news.error_code, message_sid=news.message_sid
    )
    return row


def _not_delivered(db: Session, row: Delivery, news: News, delivery_id: int | None, now: datetime) -> int | None:
    code, lane, attempts = news.error_code, row.lane, row.attempts
    reason = reason_of(code) if code else news.status
    if now < row.give_up_at and text_fallback.helps_after(row, code):
        changed = statuses.owe_again(db, news, delivery_id, now, reason)
        if changed is not None:
            text_fallback.settle(db, row, str(code), now)
    elif now < row.give_up_at and (notices.refused(db, row, code, now) or _waits_for_window(row, code)):
        later = now if notices.template_for(db, row, now) else now + session_window.LOOK_AGAIN
        changed = statuses.owe_again(db, news, delivery_id, later, session_window.CLOSED)
    elif now < row.give_up_at and _is_worth_trying(db, row, code):
        later = backoff.next_try(now, attempts, row.give_up_at, code=code, wait=None, too_fast=str(code) in TOO_FAST)
        changed = statuses.owe_again(db, news, delivery_id, later, reason)
    else:
        changed = statuses.raise_to(db, news, delivery_id, now, reason)
        if changed is not None:
            _stop_where_asked(db, lane, code, now)
    if changed is not None:
        log.warning("delivery_undelivered", delivery=changed, code=code, reason=reason)
    return changed


def _is_worth_trying(db: Session, row: Delivery, code: int | None) -> bool:
    """Whether another try is due; as the one more counts what failed with the same code, not what failed otherwise."""
    first = code is None or not delivery_history.has_failed(db, row.id, code)
    return backoff.worth_trying(code, 1 if first else row.attempts)


def _waits_for_window(row: Delivery, code: int | None) -> bool:
    """Whether it goes as soon as the person writes again; an OTP is asked for anew instead."""
    return class_of(code) is Class.WINDOW and row.kind != "otp"


def _stop_where_asked(db: Session, lane: str, code: int | None, now: datetime) -> None:
    """Send no more unasked messages to somebody who has blocked us."""
    if class_of(code) is Class.STOPPED and (contact := contact_at(db, lane)) is not None:
        db.execute(update(Contact).where(Contact.id == contact, Contact.stopped_at.is_(None)).values(stopped_at=now))
