"""Sends what is in the outbox: each message once, in each person's order, and notes what came of it.

A row is written in the caller's transaction (`bot.delivery.outbox.enqueue`); `dispatch` asks for a drain, which a
worker runs (`bot.delivery.dispatch.drain`): it leases rows and notes their tries (`take`), calls Twilio from threads
(`send`) and notes the outcomes (`outcomes`). A process killed anywhere in between loses nothing: the sweep asks again,
and Twilio's own list tells whether a message went out.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from redis import Redis
from redis.exceptions import NoScriptError, RedisError
from sqlalchemy.orm import Session

from bot.address import AT_TWILIO, Address
from bot.clocks import SharedClock, utc_now
from bot.database import Database
from bot.delivery.carriers import Carrier, StatusUpdate
from bot.delivery.dispatch import failures, media_check, outcomes, send, sms_fallback, take
from bot.delivery.dispatch.compose import OtpMaker, OtpSender
from bot.delivery.dispatch.media_check import MediaCheck
from bot.delivery.dispatch.parts import SendDeps
from bot.delivery.images.handover import Handover
from bot.delivery.outbox import history as delivery_history
from bot.delivery.outbox import leases, queues, statuses
from bot.delivery.outbox.enqueue import (
    enqueue,
    enqueue_otp,
    enqueue_pass,
    enqueue_reply,
    has_unsent_replies,
    mark_code_used,
)
from bot.delivery.outbox.rate_limit import MAX_NAP_SECONDS, RateLimiter
from bot.delivery.outbox.senders import sender_of
from bot.delivery.outbox.session_window import SessionWindows
from bot.domain.keys import KeyRing
from bot.domain.models import Delivery
from bot.errors import SendFailed
from bot.redis_client import Command, ask_all
from bot.settings import Settings
from bot.timeouts import MAX_PLACE_WAIT_SECONDS

__all__ = ["Outbox", "enqueue", "enqueue_otp", "enqueue_pass", "enqueue_reply", "has_unsent_replies", "mark_code_used"]

log = structlog.get_logger(__name__)


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
    def parts(self) -> SendDeps:
        """What sending works with."""
        media = MediaCheck(self.redis, self.check_media), Handover(self.redis)
        keeping = (self.rate_limiter, self.windows, *media, self.ring)
        return SendDeps(self.database, self.twilio, self.otps, self.settings, self.now, *keeping)

    def record_inbound(
        self,
        addresses: Sequence[str],
        sender: str,
        *,
        answered: bool,
        afterwards: bool = False,
        more: Sequence[Command] = (),
    ) -> None:
        """Note a message from outside: our answer in the webhook's own response takes one of the sender's
        places, the window is open again, and what waited for that leaves. Never raises where Redis is away.

        `addresses`: the address that it came from, and the person's others, whose window is the same.
        `afterwards`: it was found after the fact, and nobody knows here how long ago it came. `more`: what else is
        to be noted in the same round trip.
        """
        if Address.parse(addresses[0]).kind in AT_TWILIO:
            sender = self.settings.twilio_messaging_service_sid or sender
        answered_at = addresses[0] if answered else None
        for lane in self._note_inbound(sender, answered_at, () if afterwards else addresses, more):
            self.database.do(leases.open_window, lane, self.now())
            self.ask_for_lanes({lane})

    def _note_inbound(
        self, sender: str, answered_at: str | None, lanes: Sequence[str], more: Sequence[Command]
    ) -> list[str]:
        """Note all of it in one round trip; the addresses for whose window something waits."""
        now, pace = self.now(), self.rate_limiter
        commands = [command for lane in lanes for command in self.windows.open_commands(lane, sender, now)]
        sent = [pace.sent_command(sender, answered_at)] if answered_at else []
        try:
            said = ask_all(self.redis, [*commands, *more, *sent]) if commands or more or sent else []
        except RedisError as problem:
            log.warning("inbound_not_noted", problem=type(problem).__name__)
            return []
        if answered_at and isinstance(said[-1], NoScriptError):
            pace.record_sent(sender, answered_at)
        marks = said[1 : len(commands) : 2]
        return [lane for lane, mark in zip(lanes, marks, strict=True) if isinstance(mark, bytes)]

    def dispatch(self, delivery_ids: Sequence[int]) -> None:
        """Have a worker send what is owed, if these are any; after the commit. Never raises where Redis is away."""
        if delivery_ids:
            queues.ask_for_drain(self.redis)

    def ask_for_lanes(self, lanes: Collection[str]) -> None:
        """Ask for a drain where something to one of these addresses may leave now."""
        if leases.waits_in(self.database, lanes, self.now()):
            queues.ask_for_drain(self.redis)

    def ask_if_due(self) -> bool:
        """Ask for a drain where anything may leave now; whether it is so."""
        is_due = leases.any_due(self.database, self.now())
        if is_due:
            queues.ask_for_drain(self.redis)
        return is_due

    def deliver(self, delivery_id: int) -> None:
        """Send one row if it is due and its turn, in this thread. Twice does no harm.

        What workers of the release before have left in the queues asks for it. Whatever it raises is a bug or a
        database that is down: the lease runs out and the sweep brings the row back.
        """
        deps, outcome = self.parts, None
        while outcome is None or isinstance(outcome, outcomes.NotFound):
            taken = self._take_one(deps, delivery_id)
            if not taken.leased:
                break
            outcome = send.send(deps, taken.leased[0])
            self.note([outcome])
        if outcome or taken.changed:
            self.ask_if_due()

    def _take_one(self, deps: SendDeps, delivery_id: int) -> take.Taken:
        """The row, as soon as its sender's rate allows; nothing where it may not leave within a second."""
        waited = 0.0
        while True:
            resting = take.Resting(self.settings)
            taken = take.take_one(deps, delivery_id, resting)
            if taken.leased or resting.first_end is None or waited > MAX_PLACE_WAIT_SECONDS:
                return taken
            self.sleep(MAX_NAP_SECONDS)
            waited += MAX_NAP_SECONDS

    def note(self, found: Sequence[outcomes.Outcome]) -> None:
        """Note what came of calls."""
        outcomes.note(self.parts, found)

    def sweep(self, now: datetime) -> bool:
        """Ask for a drain where anything is due; whether it is so. Run by the clock."""
        if self.ring and self.settings.sms_from:
            self.database.do(sms_fallback.enqueue_links, self.settings, now)
        return self.ask_if_due()

    def record_status(
        self, message_sid: str, delivery_id: int | None, status: str, error_code: int | None, now: datetime
    ) -> None:
        """Note what Twilio tells of a message; twice, late, out of order and unknown ones change nothing."""
        news = StatusUpdate(message_sid, status, error_code)
        if error_code or status in statuses.FAILED_STATUSES:
            noted = self._record_failure(news, delivery_id, now)
        else:
            noted = statuses.advance_at_once(self.database, news, delivery_id, now)
        if noted and noted.lets_go:
            self.ask_for_lanes({noted.lane})

    def _record_failure(self, news: StatusUpdate, delivery_id: int | None, now: datetime) -> statuses.Noted | None:
        with self.database.write() as db:
            noted = failures.record_status(db, news, delivery_id, now)
            row = db.get_one(Delivery, noted.delivery) if noted and news.error_code else None
            if row:
                # Before the commit: a worker may take the row as soon as it is due, and must not meet the same refusal.
                self._apply_refusal(db, row, str(news.error_code))
        if row and outcomes.closes_window(str(news.error_code)):
            outcomes.wait_for_reader(self.parts, row.lane, sender_of(row, self.settings))
        return noted

    def _apply_refusal(self, db: Session, row: Delivery, code: str) -> None:
        """Remember what a refusal says of the sender or of the person, which came after Twilio took the message."""
        sender = sender_of(row, self.settings)
        self.rate_limiter.apply_refusal(sender, row.lane, SendFailed(code, retry=False))
        if code == media_check.NOT_FETCHED:
            self.parts.check_media.doubt()
        if outcomes.closes_window(code):
            self.windows.mark_closed(row.lane, sender, delivery_history.last_try(db, row.id) or self.now())
