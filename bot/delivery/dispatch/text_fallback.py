"""Sends a message as plain text where its template was refused: in the same row, so it goes out once."""

from datetime import datetime

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.delivery import templates
from bot.delivery.twilio.error_codes import Class, class_of
from bot.domain.models import Delivery
from bot.errors import SendFailed

log = structlog.get_logger(__name__)

RECIPIENT_CLASSES = (Class.STOPPED, Class.RECIPIENT, Class.CAPPED)
"""Classes of refusals that are about the person: plain words would be refused as well."""


def text_may_help(failure: SendFailed) -> bool:
    """Whether the message may go as plain text after Twilio refused its template."""
    if failure.retry or failure.unclear:
        return False
    return not failure.code.isdigit() or class_of(int(failure.code)) not in RECIPIENT_CLASSES


def text_may_help_after(row: Delivery, code: int | None) -> bool:
    """Whether the message may go as plain text after Twilio took it and then could not deliver it."""
    lasting = class_of(code) in (Class.OURS, Class.WINDOW)
    return row.kind == "question" and "shape" in row.payload and lasting


def record_text_fallback(db: Session, row: Delivery, code: str, now: datetime) -> None:
    """Make the question's row plain text from now on, and do not use its template for a while."""
    sid = templates.sid_of(db, row.payload.get("shape", ""), now)
    # A closed window says nothing against the template.
    if sid and not (code.isdigit() and class_of(int(code)) is Class.WINDOW):
        templates.refuse(db, sid, code, now)
    db.execute(update(Delivery).where(Delivery.id == row.id).values(payload={"body": row.payload["body"]}))
    log.warning("delivery_as_plain_words", delivery=row.id, code=code)
