"""Takes rows that may leave: in one transaction they are locked, composed, leased, and their tries noted.

The most urgent first, one a person at a time. A row gets its place in the sender's rate before it is leased; one that
has none stays as it is.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeVar

import structlog
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.delivery.dispatch import compose, outcomes
from bot.delivery.dispatch.compose import NotWanted
from bot.delivery.dispatch.parts import LeasedDelivery, SendDeps
from bot.delivery.message import OutboundMessage, SentSearch
from bot.delivery.outbox import backoff, leases
from bot.delivery.outbox.enqueue import BULK, PASSES, REPLIES
from bot.delivery.outbox.rate_limit import RateLimited
from bot.delivery.outbox.senders import rows_of, sender_of
from bot.delivery.outbox.session_window import WINDOW_CLOSED
from bot.delivery.templates import notices
from bot.domain.messaging import broadcasts
from bot.domain.models import Delivery
from bot.settings import Settings
from bot.timeouts import RECHECK_DELAY

log = structlog.get_logger(__name__)
Kept = TypeVar("Kept")

URGENT_FIRST = (REPLIES, PASSES, BULK)
MAX_CLOCK_OFFSET = timedelta(seconds=60)
"""How far Twilio's clock may be from ours: its list is searched by the time."""
MAX_KNOWN_SIDS = 200
"""How many of an address's latest SIDs are left out of a look-up: more than Twilio's list shows of them."""
NOT_COMPOSED = "not_composed"
"""Why a row waits that has a fault of ours."""
PAIR_RATE = "pair_rate"


@dataclass
class Resting:
    """Senders whose messages of a priority and above must wait, and until when."""

    settings: Settings
    until: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def add(self, sender: str, priority: int, until: datetime) -> None:
        """Note that a message of this priority was too early."""
        self.until[sender, priority] = until

    def rows(self, now: datetime, priority: int | None = None) -> list[ColumnElement[bool]]:
        """Conditions on rows that rest: those of this priority, or any."""
        self.until = {which: until for which, until in self.until.items() if until > now}
        found: list[ColumnElement[bool]] = []
        for sender, least in self.until:
            if priority is None:
                found.append(and_(rows_of(sender, self.settings), Delivery.priority >= least))
            elif priority >= least:
                found.append(rows_of(sender, self.settings))
        return found

    @property
    def first_end(self) -> datetime | None:
        """When the first of them may go on; None: none rests."""
        return min(self.until.values(), default=None)


@dataclass
class Taken:
    """What came of a look."""

    leased: list[LeasedDelivery] = field(default_factory=list)
    waits: list[tuple[str, str]] = field(default_factory=list)
    """Lanes, and the senders to which their people must write first."""
    is_more: bool = False
    """Whether as many rows were there as were asked for, so that there may be more."""
    changed: int = 0
    """Rows that were taken, put off or ended, and senders that were told to wait: another look finds other rows."""


Lock = Callable[[Session, datetime], Sequence[Delivery]]
"""Locks the rows of which some are to be taken."""


def take(deps: SendDeps, room: Mapping[int, int], resting: Resting) -> Taken:
    """Take what may leave now: of each priority no more than there is room for, and nothing that rests."""
    if not any(most > 0 for most in room.values()) or not leases.any_due(
        deps.database, deps.now(), resting.rows(deps.now())
    ):
        return Taken()
    taken = Taken()

    def lock(db: Session, now: datetime) -> Sequence[Delivery]:
        rows: list[Delivery] = []
        for priority in URGENT_FIRST:
            most = room[priority] - len(rows)
            if most > 0:
                rows += leases.lock_due(db, priority, most, now, resting.rows(now, priority))
                taken.is_more = taken.is_more or len(rows) >= room[priority]
        return rows

    return _take(deps, lock, resting, taken)


def take_one(deps: SendDeps, delivery_id: int, resting: Resting) -> Taken:
    """Take this row if it may leave now."""
    return _take(deps, lambda db, now: leases.lock_one(db, delivery_id, now), resting, Taken())


def _take(deps: SendDeps, lock: Lock, resting: Resting, taken: Taken) -> Taken:
    now = deps.now()
    with deps.database.write() as db:
        _Batch(deps, db, now, resting, taken).take(_one_a_lane(lock(db, now)))
    for lane, sender in taken.waits:
        outcomes.wait_for_reader(deps, lane, sender)
    return taken


def _one_a_lane(rows: Sequence[Delivery]) -> list[Delivery]:
    """The most urgent row of each lane."""
    first: dict[str, Delivery] = {}
    for row in rows:
        first.setdefault(row.lane, row)
    return list(first.values())


class _Fitted(NamedTuple):
    """What a row says now."""

    message: OutboundMessage | None
    """None for an OTP."""
    template: str | None = None
    """The template by which it leaves, empty: by none any more; None: there is nothing to note."""


class _Stays(Exception):
    """The row does not leave now: it has been put off or ended."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Locked rows in their transaction."""

    deps: SendDeps
    db: Session
    now: datetime
    resting: Resting
    taken: Taken

    def take(self, rows: Sequence[Delivery]) -> None:
        """Lease those that leave now; put off, end or leave alone the others."""
        paused = broadcasts.paused(self.db, {row.broadcast_id for row in rows if row.broadcast_id is not None})
        may_go = self._each(rows, lambda row: self._judge(row, paused))
        token, leased = secrets.token_hex(16), self.taken.leased
        unclear, fresh = list(filter(_is_unclear, may_go)), [row for row in may_go if not _is_unclear(row)]
        windows = self._windows(fresh)
        # What waits for its reader is known before places are given out: it takes none that another could have.
        early = [row for row in fresh if windows[row] is False]
        kept = [compose.preload(self.db, [*unclear, *early])]
        leased += self._each(unclear, lambda row: self._to_look_up(row, token))
        fitted = dict(self._each(early, lambda row: (row, self._fitted(row, is_open=False))))
        placed = self._placed([row for row in fresh if row in fitted or row not in early])
        later = [row for row in placed if row not in fitted]
        kept.append(compose.preload(self.db, later))
        fitted |= self._each(later, lambda row: (row, self._fitted(row, windows[row])))
        leased += [self._to_send(row, token, at, fitted[row]) for row, at in placed.items() if row in fitted]
        if leased:
            leases.lease(self.db, [one.row for one in leased], token, self.now)
            self.taken.changed += len(leased)
        kept.clear()

    def _each(self, rows: Iterable[Delivery], act: Callable[[Delivery], Kept]) -> list[Kept]:
        kept = []
        for row in rows:
            try:
                kept.append(act(row))
            except _Stays:
                self.taken.changed += 1
        return kept

    def _judge(self, row: Delivery, paused: Collection[int]) -> Delivery:
        """The row, if it may leave now whatever it says. Raises _Stays."""
        if self.now >= row.give_up_at and not _is_unclear(row):
            self._give_up(row)
        if row.broadcast_id in paused:
            self._put_off(row, row.give_up_at, reason=broadcasts.HELD_REASON)
        if self.now < row.give_up_at and _must_wait_for_earlier(self.db, row):
            self._put_off(row, self.now + RECHECK_DELAY)
        if row.tried_at and _is_unclear(row) and self.now < row.tried_at + leases.LOOKUP_DELAY:
            self._put_off(row, row.tried_at + leases.LOOKUP_DELAY)
        return row

    def _placed(self, rows: Sequence[Delivery]) -> dict[Delivery, datetime]:
        """When each row may leave that has a place in its sender's rate by now; the others are put off or rest."""
        placed: dict[Delivery, datetime] = {}
        by_sender: dict[str, list[Delivery]] = {}
        for row in rows:
            by_sender.setdefault(sender_of(row, self.deps.settings), []).append(row)
        for sender, mine in by_sender.items():
            places = self.deps.rate_limiter.take_places(sender, [(row.lane, row.priority) for row in mine])
            at = self.deps.now()
            for row, place in zip(mine, places, strict=True):
                if not isinstance(place, RateLimited):
                    placed[row] = at + timedelta(seconds=place)
                else:
                    self._each([row], partial(self._refused, sender=sender, refusal=place))
        return placed

    def _refused(self, row: Delivery, sender: str, refusal: RateLimited) -> None:
        until = self.deps.now() + timedelta(seconds=refusal.seconds)
        if refusal.reason != PAIR_RATE:
            together = 0.0 if refusal.reason else self.deps.rate_limiter.seconds_together(row.priority)
            self.resting.add(sender, REPLIES if refusal.reason else row.priority, until + timedelta(seconds=together))
            self.taken.changed += 1
        if refusal.reason:
            self._put_off(row, min(until, row.give_up_at), reason=refusal.reason)

    def _windows(self, rows: Sequence[Delivery]) -> dict[Delivery, bool | None]:
        """Whether each one's reader may be written to freely; a code goes whether or not."""
        asked = [row for row in rows if row.kind != "otp"]
        ways = [(row.lane, sender_of(row, self.deps.settings)) for row in asked]
        known = dict(zip(asked, self.deps.windows.are_open(ways, self.now), strict=True))
        return {row: known.get(row, True) for row in rows}

    def _to_send(self, row: Delivery, token: str, leaves_at: datetime, fitted: _Fitted) -> LeasedDelivery:
        if fitted.template is not None:
            notices.record_template(self.db, row, fitted.template, self.now)
        sender = sender_of(row, self.deps.settings)
        return LeasedDelivery(row, token, sender, fitted.message, self.now, leaves_at)

    def _fitted(self, row: Delivery, is_open: bool | None) -> _Fitted:
        """The message as it may leave now: inside the 24-hour window as it is, outside by an approved template.

        Where no template carries it, it waits until the person writes. What goes to many takes the template also
        where nobody knows of the window. Raises _Stays.
        """
        message = self._composed(row)
        shut = not is_open and (is_open is False or row.priority >= BULK)
        if message is None or not (shut or notices.template_used(row)):
            return _Fitted(message)
        filled = notices.filled_template(self.db, row, self.deps.settings, self.now) if shut else None
        if filled is None and is_open is False:
            leases.wait_for_window(self.db, row, None, self.now)
            self.taken.waits.append((row.lane, sender_of(row, self.deps.settings)))
            raise _Stays
        return _Fitted(replace(message, content=filled or message.content), filled.sid if filled else "")

    def _to_look_up(self, row: Delivery, token: str) -> LeasedDelivery:
        """The row whose last try is unclear: Twilio's list is searched for it."""
        message, sender = self._composed(row), sender_of(row, self.deps.settings)
        if message is None or row.tried_at is None:
            raise AssertionError("an unclear try has a message and a moment")
        since, settings = row.tried_at - MAX_CLOCK_OFFSET, self.deps.settings
        noticed = notices.template_used(row)
        read_as = (notices.text_of(self.db, row, settings, self.now),) if noticed else ()
        # With a Messaging Service Twilio lists what went by a template without its words (docs/adr/0009).
        bare = ("",) if noticed or message.content else ()
        media = None if noticed else int(message.media_url is not None)
        bodies = (*message.listed_as, *read_as, *bare)
        search = SentSearch(message.to, bodies, media, since, _known_sids(self.db, row.lane))
        return LeasedDelivery(row, token, sender, message, self.now, self.now, search)

    def _composed(self, row: Delivery) -> OutboundMessage | None:
        """The row's message; None for an OTP. Raises _Stays where it is not wanted any more."""
        try:
            return compose.compose(self.db, row, self.deps.settings, self.now, self.deps.ring)
        except NotWanted as reason:
            leases.end(self.db, row.id, None, "canceled", at=self.now, reason=str(reason))
            log.info("delivery_not_wanted", delivery=row.id, reason=str(reason))
            raise _Stays from None
        except SQLAlchemyError:
            raise
        except Exception as problem:
            # One row that cannot be made must not hold up all others.
            log.error("delivery_not_composed", delivery=row.id, kind=row.kind, problem=type(problem).__name__)
            later = backoff.next_try(self.now, row.attempts + 1, row.give_up_at, code=None, wait=None)
            leases.defer(self.db, row.id, None, later, at=self.now, reason=NOT_COMPOSED, attempts=row.attempts + 1)
            raise _Stays from problem

    def _give_up(self, row: Delivery) -> None:
        if row.reason != NOT_COMPOSED:
            self._composed(row)
        # The message waited for the window for hours: that nobody wrote is the reason.
        reason = row.reason if row.reason in (WINDOW_CLOSED, NOT_COMPOSED) else "gave_up"
        leases.end(self.db, row.id, None, "failed", at=self.now, reason=reason)
        log.warning("delivery_gave_up", delivery=row.id, kind=row.kind)
        raise _Stays

    def _put_off(self, row: Delivery, until: datetime, **notes: str) -> None:
        leases.defer(self.db, row.id, None, until, at=self.now, **notes)
        raise _Stays


def _is_unclear(row: Delivery) -> bool:
    """Whether a try began of which nobody knows what came. A code is made anew instead."""
    return row.tried_at is not None and row.kind != "otp"


def _must_wait_for_earlier(db: Session, row: Delivery) -> bool:
    """Whether an earlier answer to the same person has not left yet for another of their addresses."""
    earlier = row.payload.get("after")
    if earlier is None:
        return False
    return db.scalar(select(Delivery.id).where(Delivery.id == earlier, Delivery.status == "owed")) is not None


def _known_sids(db: Session, lane: str) -> frozenset[str]:
    """The SIDs of the lane's other messages."""
    sids = select(Delivery.message_sid).where(Delivery.lane == lane, Delivery.message_sid.is_not(None))
    return frozenset(filter(None, db.scalars(sids.order_by(Delivery.id.desc()).limit(MAX_KNOWN_SIDS))))
