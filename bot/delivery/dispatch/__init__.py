"""Sends what is in the outbox: each message once, in each person's order, and notes what came of it.

A row is written in the caller's transaction (`bot.delivery.outbox.enqueue`); a job carries its id; `deliver` leases
it, notes the try, closes the database, calls Twilio and notes the outcome. A process killed anywhere in
between loses nothing: the sweep finds the row, and Twilio's own list tells whether it went out.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from redis import Redis
from sqlalchemy import select

from bot.address import AT_TWILIO, Address
from bot.clocks import SharedClock, utc_now
from bot.database import Database
from bot.delivery.carriers import Carrier, StatusUpdate
from bot.delivery.dispatch import failures, media_check, send, sms_fallback
from bot.delivery.dispatch.compose import OtpMaker, OtpSender
from bot.delivery.dispatch.media_check import MediaCheck
from bot.delivery.images.handover import Handover
from bot.delivery.outbox import leases, queues
from bot.delivery.outbox.enqueue import (
    enqueue,
    enqueue_otp,
    enqueue_pass,
    enqueue_reply,
    has_unsent_replies,
    mark_code_used,
)
from bot.delivery.outbox.rate_limit import RateLimiter, sender_of
from bot.delivery.outbox.session_window import SessionWindows
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery
from bot.errors import SendFailed
from bot.settings import Settings

__all__ = ["Outbox", "enqueue", "enqueue_otp", "enqueue_pass", "enqueue_reply", "has_unsent_replies", "mark_code_used"]

BATCH_SIZE = 500
MAX_BATCHES = 10
"""Batches in one sweep at most; the rest waits for the next sweep."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Sends what is owed."""

    database: Database
    redis: "Redis" = field(repr=False)
    twilio: Carrier = field(repr=False)
    otps: OtpMaker | OtpSender = field(repr=False)
    settings: Settings = field(repr=False)
    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], object] = time.sleep
    check_media: Callable[[str], str | None] = media_check.media_problem
    """Why an image could not be fetched from an address of ours; None: it could. Asked once a minute."""
    ring: KeyRing | None = field(default=None, repr=False)
    """Signs the links that go by SMS where a picture failed; None: none go."""

    @property
    def rate_limiter(self) -> RateLimiter:
        """How fast each sender may send. Workers on several machines go by Redis' clock, a test by its own."""
        now = None if self.now is utc_now or isinstance(self.now, SharedClock) else self.now
        return RateLimiter(self.redis, self.settings.twilio_mps, now, self.sleep)

    @property
    def windows(self) -> SessionWindows:
        """The 24-hour windows of all senders."""
        return SessionWindows(self.redis)

    @property
    def _parts(self) -> send.SendDeps:
        media = MediaCheck(self.redis, self.check_media), Handover(self.redis)
        keeping = (self.rate_limiter, self.windows, *media, self.ring)
        return send.SendDeps(self.database, self.twilio, self.otps, self.settings, self.now, *keeping)

    def record_inbound(
        self, addresses: Sequence[str], sender: str, *, answered: bool, afterwards: bool = False
    ) -> None:
        """Note a message from outside: our answer in the webhook's own response takes one of the sender's
        places, the window is open again, and what waited for that leaves. Never raises where Redis is away.

        `addresses`: the address that it came from, and the person's others, whose window is the same.
        `afterwards`: it was found after the fact, and nobody knows here how long ago it came.
        """
        if Address.parse(addresses[0]).kind in AT_TWILIO:
            sender = self.settings.twilio_messaging_service_sid or sender
        if answered:
            self.rate_limiter.record_sent(sender, addresses[0])
        for lane in () if afterwards else addresses:
            if self.windows.open(lane, sender, self.now()):
                with self.database.write() as db:
                    leases.open_window(db, lane, self.now())
                self._dispatch_next(lane)

    def dispatch(self, delivery_ids: Sequence[int]) -> None:
        """Hand these rows to the workers; after the commit. Never raises where Redis is away."""
        if not delivery_ids:
            return
        wanted = select(Delivery.id, Delivery.priority, Delivery.attempts).where(Delivery.id.in_(delivery_ids))
        with self.database.read() as db:
            rows = [(row.id, row.priority, row.attempts) for row in db.execute(wanted.order_by(Delivery.id))]
        queues.enqueue_jobs(self.redis, rows)

    def deliver(self, delivery_id: int) -> None:
        """Send one row if it is due and its turn: what the worker runs. Twice does no harm.

        Whatever it raises is a bug or a database that is down: the lease runs out and the sweep
        brings the row back.
        """
        lane = send.send(self._parts, delivery_id)
        if lane:
            self._dispatch_next(lane)

    def sweep(self, now: datetime) -> int:
        """Enqueue the rows that are due and that no job holds; how many. Run by the clock."""
        if self.ring and self.settings.sms_from:
            with self.database.write() as db:
                sms_fallback.enqueue_links(db, self.settings, now)
        handed = 0
        after: tuple[datetime, int] | None = None
        for _ in range(MAX_BATCHES):
            with self.database.read() as db:
                rows = leases.due(db, now, after, BATCH_SIZE)
            handed += queues.enqueue_jobs(self.redis, [(row.id, row.priority, row.attempts) for row in rows])
            if len(rows) < BATCH_SIZE:
                break
            after = (rows[-1].not_before, rows[-1].id)
        return handed

    def record_status(
        self, message_sid: str, delivery_id: int | None, status: str, error_code: int | None, now: datetime
    ) -> None:
        """Note what Twilio tells of a message; twice, late, out of order and unknown ones change nothing."""
        with self.database.write() as db:
            noted = failures.record_status(db, StatusUpdate(message_sid, status, error_code), delivery_id, now)
            row = db.get_one(Delivery, noted.delivery) if noted and error_code else None
        if noted is None:
            return
        if row and send.apply_refusal(self._parts, row, SendFailed(str(error_code), retry=False)):
            send.wait_for_reader(self._parts, row.lane, sender_of(row, self.settings))
        if noted.lets_go:
            self._dispatch_next(noted.lane)

    def _dispatch_next(self, address: str) -> None:
        """Enqueue what may leave this lane now."""
        with self.database.read() as db:
            rows = leases.next_deliveries(db, address, self.now())
        queues.enqueue_next(self.redis, rows)
