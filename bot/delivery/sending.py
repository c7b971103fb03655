"""One delivery from lease to outcome. No database session is open while Twilio is called."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import select

from bot.database import Database
from bot.delivery import aftermath, backoff, composing, leases, plain, story
from bot.delivery.composing import Message, NotWanted, Otps, SendsItself
from bot.delivery.pace import Pace, sender_of
from bot.delivery.statuses import News
from bot.delivery.twilio_codes import Class, class_of
from bot.delivery.window import Windows
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery
from bot.errors import Refused, SendFailed
from bot.settings import Settings

log = structlog.get_logger(__name__)

CLOCKS_APART = timedelta(seconds=60)
"""How far Twilio's clock may be behind ours when its list is searched."""
KNOWN_SIDS = 200
"""So many of a lane's latest SIDs are taken out of a look-up: more than Twilio's list shows of them."""


class Carrier(Protocol):
    """What takes messages to people and knows which it took: see bot.delivery.whatsapp.Twilio."""

    def send(
        self,
        lane: str,
        sender: str | None,
        body: str | None = None,
        media_url: str | None = None,
        status_callback: str | None = None,
        validity: int | None = None,
        content: tuple[str, str] | None = None,
    ) -> str:
        """Send one message; its SID. Raises SendFailed."""

    def find(
        self, lane: str, *, body: str | Collection[str], media: int, since: datetime, known: Collection[str] = ()
    ) -> News | None:
        """A message that was sent. Raises SendFailed where that cannot be known."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What sending needs."""

    database: Database
    twilio: Carrier
    otps: Otps
    settings: Settings
    now: Callable[[], datetime]
    pace: Pace
    windows: Windows
    check_media: Callable[[str], str | None]
    """Why an image could not be fetched from an address of ours; None: it could."""
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


def send(parts: Parts, delivery_id: int) -> str | None:
    """Send a row if it is due and its turn. The lane, where its next row may now leave; else None."""
    held = _take(parts, delivery_id)
    if not isinstance(held, Held):
        return held
    if held.unclear_since and not _to_be_sent_again(parts, held, held.unclear_since):
        return held.row.lane
    sender = sender_of(held.row, parts.settings)
    if _waits(parts, held, sender):
        return held.row.lane
    try:
        sid = _call(parts, held)
    except SendFailed as failure:
        heed(parts.pace, parts.windows, sender, held.row.lane, failure)
        with parts.database.write() as db:
            aftermath.failed(db, held.row, held.token, failure, parts.now())
    except Refused as no:
        _end(parts, held, "canceled", no.code)
    else:
        _note_sent(parts, held, sid)
    return held.row.lane


def _take(parts: Parts, delivery_id: int) -> Held | str | None:
    """Lease the row and note the try; the lane alone where the row ended here."""
    now, token = parts.now(), secrets.token_hex(16)
    with parts.database.write() as db:
        row = leases.claim(db, delivery_id, token, now)
        if row is None:
            return None
        try:
            message = composing.compose(db, row, parts.settings, now, parts.ring)
        except NotWanted as reason:
            leases.end(db, row.id, token, "canceled", at=now, reason=str(reason))
            log.info("delivery_not_wanted", delivery=delivery_id, reason=str(reason))
            return row.lane
        unclear_since = row.tried_at if message else None
        if now >= row.give_up_at and not unclear_since:
            leases.end(db, row.id, token, "failed", at=now, reason="gave_up")
            log.warning("delivery_gave_up", delivery=delivery_id, kind=row.kind)
            return row.lane
        if not unclear_since:
            leases.begin(db, row.id, token, now)
        db.expunge(row)
    return Held(row, token, unclear_since, message)


def _to_be_sent_again(parts: Parts, held: Held, since: datetime) -> bool:
    """Whether Twilio's list shows that an unclear try did not go out; otherwise the row has been seen to."""
    now = parts.now()
    if now < since + leases.LOOK_AFTER:
        _put_off(parts, held, since + leases.LOOK_AFTER)
        return False
    try:
        found = _look(parts, held, since)
    except SendFailed as failure:
        with parts.database.write() as db:
            aftermath.not_known(db, held.row, held.token, failure, now)
        return False
    with parts.database.write() as db:
        story.tell(db, held.row.id, story.LOOKED_UP, now, reason="found" if found else "not_found")
    if found:
        _note_sent(parts, held, found.message_sid, found)
        return False
    if now >= held.row.give_up_at:
        _end(parts, held, "failed", "gave_up")
        return False
    with parts.database.write() as db:
        return leases.begin(db, held.row.id, held.token, now)


def _waits(parts: Parts, held: Held, sender: str) -> bool:
    """Wait for the message's place; True where this is not its moment, and the row has been put off."""
    return _window_is_closed(parts, held, sender) or _image_fails(parts, held) or _has_no_place(parts, held, sender)


def _window_is_closed(parts: Parts, held: Held, sender: str) -> bool:
    row, now = held.row, parts.now()
    if row.kind == "otp" or not parts.windows.closed(row.lane, sender, now):
        return False
    parts.windows.note_waiting(row.lane)
    with parts.database.write() as db:
        leases.wait_for_window(db, row, held.token, now)
    return True


def _image_fails(parts: Parts, held: Held) -> bool:
    row, url = held.row, held.message and held.message.media_url
    reason = parts.check_media(url) if url and _is_first_look(row) else None
    if reason is None:
        return False
    log.warning("delivery_media", delivery=row.id, reason=reason)
    later = backoff.next_try(parts.now(), row.attempts, row.give_up_at, code=None, wait=None)
    _put_off(parts, held, later, reason=reason, tried_at=None)
    return True


def _has_no_place(parts: Parts, held: Held, sender: str) -> bool:
    row = held.row
    refusal = parts.pace.turn(sender, row.lane, row.priority)
    if refusal is None:
        return False
    later = min(parts.now() + timedelta(seconds=refusal.seconds), row.give_up_at)
    _put_off(parts, held, later, reason=refusal.reason or row.reason, tried_at=None, attempts=row.attempts - 1)
    return True


def _is_first_look(row: Delivery) -> bool:
    """Whether nobody has seen yet that the image can be fetched: it is looked at once for each delivery."""
    return row.attempts <= 1 or (row.reason or "").startswith("media_")


def heed(pace: Pace, windows: Windows, sender: str, lane: str, failure: SendFailed) -> None:
    """Remember what a refusal says of the sender or of the person, for the messages after this one."""
    pace.heed(sender, lane, failure)
    if failure.code.isdigit() and class_of(int(failure.code)) is Class.WINDOW:
        windows.note_closed(lane, sender)
        windows.note_waiting(lane)


def _look(parts: Parts, held: Held, since: datetime) -> News | None:
    if held.message is None:
        return None
    sids = select(Delivery.message_sid).where(Delivery.lane == held.row.lane, Delivery.message_sid.is_not(None))
    with parts.database.read() as db:
        known = {sid for sid in db.scalars(sids.order_by(Delivery.id.desc()).limit(KNOWN_SIDS)) if sid}
    message = held.message
    found = parts.twilio.find(
        message.to,
        body=message.listed_as,
        media=int(message.media_url is not None),
        since=since - CLOCKS_APART,
        known=known,
    )
    log.info("delivery_looked_up", delivery=held.row.id, found=found is not None)
    return found


def _call(parts: Parts, held: Held) -> str:
    if held.message is None and isinstance(parts.otps, SendsItself):
        return parts.otps.send(**held.row.payload)
    message = held.message or composing.compose_otp(held.row, parts.otps, parts.settings, parts.now())
    try:
        return _give(parts, held, message)
    except SendFailed as failure:
        if message.content is None or not plain.helps(failure):
            raise
        if held.message:
            with parts.database.write() as db:
                plain.settle(db, held.row, failure.code, parts.now())
    return _give(parts, held, replace(message, content=None))


def _give(parts: Parts, held: Held, message: Message) -> str:
    content = message.content
    return parts.twilio.send(
        message.to,
        message.sender,
        body=None if content else message.body,
        media_url=message.media_url,
        status_callback=f"{parts.settings.origin}/webhooks/twilio/status?delivery={held.row.id}",
        validity=message.validity,
        content=(content.sid, content.variables) if content else None,
    )


def _note_sent(parts: Parts, held: Held, sid: str, found: News | None = None) -> None:
    with parts.database.write() as db:
        noted = leases.note_sent(db, held.row.id, held.token, sid, parts.now())
        if noted and found:
            aftermath.note(db, found, held.row.id, parts.now())
    if noted:
        log.info("delivery_sent", delivery=held.row.id, kind=held.row.kind, attempt=held.row.attempts)
    else:
        # A callback or another worker was first; it has noted what is true now.
        log.warning("delivery_outcome_late", delivery=held.row.id, kind=held.row.kind)


def _put_off(parts: Parts, held: Held, not_before: datetime, **notes: Any) -> None:
    with parts.database.write() as db:
        leases.put_off(db, held.row.id, held.token, not_before, at=parts.now(), **notes)


def _end(parts: Parts, held: Held, status: str, reason: str) -> None:
    with parts.database.write() as db:
        leases.end(db, held.row.id, held.token, status, at=parts.now(), reason=reason)
    log.warning("delivery_ended", delivery=held.row.id, kind=held.row.kind, status=status, reason=reason)
