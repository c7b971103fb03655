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
from bot.delivery.carriers import Carrier, News
from bot.delivery.dispatch import compose, failures, text_fallback
from bot.delivery.dispatch.compose import NotWanted, Otps, PictureMessage, SendsItself
from bot.delivery.dispatch.media_check import NOT_FETCHED, MediaCheck
from bot.delivery.images.handover import Handover
from bot.delivery.images.pass_image import draw
from bot.delivery.outbox import backoff, leases
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox.enqueue import BULK
from bot.delivery.outbox.message import Message
from bot.delivery.outbox.rate_limit import NotNow, Pace, sender_of
from bot.delivery.outbox.session_window import CLOSED, Windows
from bot.delivery.templates import notices
from bot.delivery.twilio.error_codes import Class, class_of
from bot.domain.keys import KeyRing
from bot.domain.messaging import broadcasts
from bot.domain.models import Delivery
from bot.errors import Refused, SendFailed
from bot.settings import Settings

log = structlog.get_logger(__name__)

CLOCKS_APART = timedelta(seconds=60)
"""How far Twilio's clock may be behind ours when its list is searched."""
LOOK_AHEAD = timedelta(seconds=2)
"""How soon an answer looks again whether an earlier one, to another address of its reader, has left."""
KNOWN_SIDS = 200
"""How many of an address's latest SIDs are left out of a look-up: more than Twilio's list shows of them."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the process that sending needs."""

    database: Database
    twilio: Carrier
    otps: Otps | SendsItself
    settings: Settings
    now: Callable[[], datetime]
    pace: Pace
    windows: Windows
    check_media: MediaCheck
    pictures: Handover
    ring: KeyRing | None = None
    """Signs the links of passes; None where no links go out."""


@dataclass(frozen=True, slots=True)
class Held:
    """A leased row, as it was when it was leased, and what it says."""

    row: Delivery
    token: str
    unclear_since: datetime | None
    """When a try began whose outcome is not known."""
    message: Message | None
    """None for an OTP: it is made when it leaves, and no list is searched for it."""


class _NoPlace(Exception):
    """The message may not leave now; nothing of it is under way."""

    def __init__(self, refusal: NotNow) -> None:
        super().__init__()
        self.refusal = refusal


def send(parts: Parts, delivery_id: int) -> str | None:
    """Send a row if it is due and its turn. The lane, where its next row may now leave; else None."""
    held = _take(parts, delivery_id)
    if not isinstance(held, Held):
        return held
    if held.unclear_since and not _to_be_sent_again(parts, held, held.unclear_since):
        return held.row.lane
    sender = sender_of(held.row, parts.settings)
    lane = held.row.lane
    within = _in_the_window(parts, held, sender)
    if within is None or _image_fails(parts, within):
        return lane
    held = within
    try:
        _take_place(parts, held, sender)
        sid, status = _call(parts, held, sender)
    except _NoPlace as no:
        _give_way(parts, held, no.refusal)
    except SendFailed as failure:
        shut = heed(parts, held.row, failure)
        with parts.database.write() as db:
            failures.failed(db, held.row, held.token, failure, parts.now())
        if shut:
            wait_for_reader(parts, lane, sender)
    except Refused as no:
        _end(parts, held, "canceled", no.code)
    else:
        parts.pace.taken(sender, lane)
        _note_sent(parts, held, sid, status)
    return held.row.lane


def _take(parts: Parts, delivery_id: int) -> Held | str | None:
    """Lease the row and note the try; the lane alone where the row ended here."""
    now, token = parts.now(), secrets.token_hex(16)
    with parts.database.write() as db:
        row = leases.claim(db, delivery_id, token, now)
        if row is None:
            return None
        try:
            message = compose.compose(db, row, parts.settings, now, parts.ring)
        except NotWanted as reason:
            leases.end(db, row.id, token, "canceled", at=now, reason=str(reason))
            log.info("delivery_not_wanted", delivery=delivery_id, reason=str(reason))
            return row.lane
        unclear_since = row.tried_at if message else None
        if now >= row.give_up_at and not unclear_since:
            # The message waited for the window for hours: that nobody wrote is the reason.
            leases.end(db, row.id, token, "failed", at=now, reason=CLOSED if row.reason == CLOSED else "gave_up")
            log.warning("delivery_gave_up", delivery=delivery_id, kind=row.kind)
            return row.lane
        if row.broadcast_id is not None and broadcasts.status(db, row.broadcast_id) == broadcasts.PAUSED:
            notes = {"reason": broadcasts.HELD, "attempts": row.attempts - 1}
            leases.put_off(db, row.id, token, row.give_up_at, at=now, **notes)
            return None
        if now < row.give_up_at and _overtakes(db, row):
            leases.put_off(db, row.id, token, now + LOOK_AHEAD, at=now, attempts=row.attempts - 1)
            return None
        if not unclear_since:
            leases.begin(db, row.id, token, now)
        db.expunge(row)
    return Held(row, token, unclear_since, message)


def _overtakes(db: Session, row: Delivery) -> bool:
    """Whether an earlier answer to the same person has not left yet for another of their addresses."""
    earlier = row.payload.get("after")
    if earlier is None:
        return False
    return db.scalar(select(Delivery.id).where(Delivery.id == earlier, Delivery.status == "owed")) is not None


def _to_be_sent_again(parts: Parts, held: Held, since: datetime) -> bool:
    """Whether an unclear try did not go out, by Twilio's list. If it did, or nobody knows, the row is updated here."""
    now = parts.now()
    if now < since + leases.LOOK_AFTER:
        _put_off(parts, held, since + leases.LOOK_AFTER)
        return False
    try:
        found = _look(parts, held, since)
    except SendFailed as failure:
        with parts.database.write() as db:
            failures.not_known(db, held.row, held.token, failure, now)
        return False
    with parts.database.write() as db:
        delivery_history.tell(
            db, held.row.id, delivery_history.LOOKED_UP, now, reason="found" if found else "not_found"
        )
    if found:
        _note_sent(parts, held, found.message_sid, found=found)
        return False
    if now >= held.row.give_up_at:
        _end(parts, held, "failed", "gave_up")
        return False
    with parts.database.write() as db:
        return leases.begin(db, held.row.id, held.token, now)


def _in_the_window(parts: Parts, held: Held, sender: str) -> Held | None:
    """The delivery as it may leave now: inside the 24-hour window as it is, outside by an approved template.

    None where no template carries it: it has been put off until the person writes. What goes to many takes
    the template also where nobody knows of the window.
    """
    row, now = held.row, parts.now()
    is_open = row.kind == "otp" or parts.windows.is_open(row.lane, sender, now)
    shut = not is_open and (is_open is False or row.priority >= BULK)
    if held.message is None or not (shut or notices.went_by(row)):
        return held
    with parts.database.write() as db:
        filled = notices.filled(db, row, parts.settings, now) if shut else None
        waits = filled is None and is_open is False
        if waits:
            leases.wait_for_window(db, row, held.token, now)
        else:
            notices.note_way(db, row, filled.sid if filled else "", now)
    if waits:
        wait_for_reader(parts, row.lane, sender)
        return None
    return replace(held, message=replace(held.message, content=filled or held.message.content))


def _image_fails(parts: Parts, held: Held) -> bool:
    """Whether Twilio could not fetch a picture from us; then it has been put off, else the picture is ready for it."""
    row, message = held.row, held.message
    reason = parts.check_media(message.media_url) if message and message.media_url and _is_first_look(row) else None
    if reason is None:
        if isinstance(message, PictureMessage) and message.picture:
            parts.pictures.keep(message.pass_id, message.language, draw(message.picture))
        return False
    log.warning("delivery_media", delivery=row.id, reason=reason)
    later = backoff.next_try(parts.now(), row.attempts, row.give_up_at, code=None, wait=None)
    _put_off(parts, held, later, reason=reason, tried_at=None)
    return True


def _take_place(parts: Parts, held: Held, sender: str) -> None:
    """Wait for a place in the sender's row; each call that sends takes one. Raises _NoPlace."""
    refusal = parts.pace.turn(sender, held.row.lane, held.row.priority)
    if refusal:
        raise _NoPlace(refusal)


def _give_way(parts: Parts, held: Held, refusal: NotNow) -> None:
    row = held.row
    later = min(parts.now() + timedelta(seconds=refusal.seconds), row.give_up_at)
    _put_off(parts, held, later, reason=refusal.reason or row.reason, tried_at=None, attempts=row.attempts - 1)


def _is_first_look(row: Delivery) -> bool:
    """Whether nobody has seen yet that the image can be fetched: it is looked at once for each delivery."""
    return row.attempts <= 1 or (row.reason or "").startswith("media_")


def heed(parts: Parts, row: Delivery, failure: SendFailed) -> bool:
    """Remember what a refusal says of the sender or of the person, for the messages after this one.

    Whether it says that the person must write first: `wait_for_reader` then, after the commit that lets the row wait.
    """
    sender = sender_of(row, parts.settings)
    # As long as its sender rests, the message need not be looked at.
    failure.wait = max(failure.wait or 0.0, parts.pace.heed(sender, row.lane, failure))
    if failure.code == NOT_FETCHED:
        parts.check_media.doubt()
    shut = failure.code.isdigit() and class_of(int(failure.code)) is Class.WINDOW
    if shut:
        with parts.database.read() as db:
            tried_at = delivery_history.last_try(db, row.id)
        parts.windows.note_closed(row.lane, sender, tried_at or parts.now())
    return shut


def wait_for_reader(parts: Parts, lane: str, sender: str) -> None:
    """Leave word that something waits until somebody writes; who has written meanwhile gets it now."""
    parts.windows.note_waiting(lane)
    if parts.windows.is_open(lane, sender, parts.now()):
        with parts.database.write() as db:
            leases.open_window(db, lane, parts.now())


def _look(parts: Parts, held: Held, since: datetime) -> News | None:
    if held.message is None:
        return None
    sids = select(Delivery.message_sid).where(Delivery.lane == held.row.lane, Delivery.message_sid.is_not(None))
    message, noticed = held.message, notices.went_by(held.row)
    with parts.database.read() as db:
        known = {sid for sid in db.scalars(sids.order_by(Delivery.id.desc()).limit(KNOWN_SIDS)) if sid}
        read_as = (notices.text_of(db, held.row, parts.settings, parts.now()),) if noticed else ()
    # With a Messaging Service Twilio lists what went by a template without its words (docs/adr/0009).
    bare = ("",) if noticed or message.content else ()
    found = parts.twilio.find(
        message.to,
        body=(*message.listed_as, *read_as, *bare),
        media=None if noticed else int(message.media_url is not None),
        since=since - CLOCKS_APART,
        known=known,
    )
    log.info("delivery_looked_up", delivery=held.row.id, found=found is not None)
    return found


def _call(parts: Parts, held: Held, sender: str) -> tuple[str, str]:
    """Have the message sent: the SID and the status that it has by that. Raises SendFailed, Refused, _NoPlace."""
    message = held.message
    if message is None:
        if isinstance(parts.otps, SendsItself):
            return parts.otps.send(**held.row.payload), "handed_over"
        message = compose.compose_otp(held.row, parts.otps, parts.settings, parts.now())
    try:
        return _give(parts, held, message), "queued"
    except SendFailed as failure:
        if message.content is None or notices.went_by(held.row) or not text_fallback.helps(failure):
            raise
        if held.message:
            with parts.database.write() as db:
                text_fallback.settle(db, held.row, failure.code, parts.now())
    _take_place(parts, held, sender)
    return _give(parts, held, replace(message, content=None)), "queued"


def _give(parts: Parts, held: Held, message: Message) -> str:
    content = message.content
    return parts.twilio.send(
        message.to,
        message.sender,
        body=None if content else message.body,
        media_url=None if content else message.media_url,
        status_callback=f"{parts.settings.origin}/webhooks/twilio/status?delivery={held.row.id}",
        validity=message.validity,
        content=(content.sid, content.variables) if content else None,
    )


def _note_sent(parts: Parts, held: Held, sid: str, status: str = "queued", found: News | None = None) -> None:
    with parts.database.write() as db:
        noted = leases.note_sent(db, held.row.id, held.token, sid, parts.now(), status)
        if noted and found:
            failures.note(db, found, held.row.id, parts.now())
    if noted:
        log.info("delivery_sent", delivery=held.row.id, kind=held.row.kind, attempt=held.row.attempts)
    else:
        # A callback or another worker was first, and has noted the current status.
        log.warning("delivery_outcome_late", delivery=held.row.id, kind=held.row.kind)


def _put_off(parts: Parts, held: Held, not_before: datetime, **notes: Any) -> None:
    with parts.database.write() as db:
        leases.put_off(db, held.row.id, held.token, not_before, at=parts.now(), **notes)


def _end(parts: Parts, held: Held, status: str, reason: str) -> None:
    with parts.database.write() as db:
        leases.end(db, held.row.id, held.token, status, at=parts.now(), reason=reason)
    log.warning("delivery_ended", delivery=held.row.id, kind=held.row.kind, status=status, reason=reason)
