"""WhatsApp's 24-hour window: for a day after a message to a sender, that sender may write freely.

Kept for each address and sender for three days, so that a window which is known to be closed can be told
from one of which nothing is known (Redis may have been lost): where nothing is known the message is tried,
and Twilio's 63016 tells. What waits for a window leaves a mark, so that the person's next message lets
it go without a search for each message that comes in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, cast

import structlog
from redis import Redis
from redis.exceptions import RedisError

from bot.address import is_on_whatsapp
from bot.redis_client import Command, ask_all

log = structlog.get_logger(__name__)

WINDOW_DURATION = timedelta(hours=24)
"""How long it stays open (docs/field-notes.md#limits)."""
MARK_TTL = timedelta(days=3)
RECHECK_INTERVAL = timedelta(hours=1)
"""How often a message that waits for the window looks for itself, in case the mark was lost."""
MAX_WINDOW_WAIT = timedelta(days=3)
"""How long a pass or a message to many waits for its reader to write again."""
WINDOW_CLOSED = "window_closed"
CLOSE = """
local heard = redis.call('GET', KEYS[1])
if not heard or tonumber(heard) <= tonumber(ARGV[1]) then redis.call('SET', KEYS[1], 0, 'EX', ARGV[2]) end
"""


class NearestWindow(NamedTuple):
    """The best way to somebody."""

    address: str
    sender: str
    is_open: bool | None
    """Whether that sender may write freely there now; None: nobody knows."""


@dataclass(frozen=True, slots=True)
class SessionWindows:
    """Who wrote to which sender within a day."""

    redis: "Redis" = field(repr=False)

    def closed(self, address: str, sender: str, now: datetime) -> bool:
        """Whether it is known that this sender may not write freely to this address now. Never raises."""
        return self.is_open(address, sender, now) is False

    def is_open(self, address: str, sender: str, now: datetime) -> bool | None:
        """Whether this sender may write freely to this address now; None: nobody knows. Never raises."""
        return self.are_open([(address, sender)], now)[0]

    def are_open(self, ways: Sequence[tuple[str, str]], now: datetime) -> list[bool | None]:
        """As `is_open`, for many pairs of address and sender in one look. Never raises."""
        asked = [way for way in ways if is_on_whatsapp(way[0])]
        heard = dict(zip(asked, self._last_heard(asked), strict=True))
        return [_is_open(heard[way], now) if way in heard else True for way in ways]

    def last(self, address: str, senders: Sequence[str]) -> str | None:
        """The one of these senders to which somebody last wrote from this address; None: nobody knows.

        Never raises.
        """
        heard = zip(self._last_heard([(address, sender) for sender in senders]), senders, strict=True)
        return max(((moment, sender) for moment, sender in heard if moment), default=(0.0, None))[1]

    def nearest(self, people: Sequence[Sequence[str]], senders: Sequence[str], now: datetime) -> list[NearestWindow]:
        """For the addresses of each of these people the one from which they last wrote, in one look; the first
        address and sender where nobody knows. Never raises.
        """
        ways = [[(lane, sender) for lane in lanes for sender in senders] for lanes in people]
        heard = iter(self._last_heard([way for of_one in ways for way in of_one]))
        return [self._nearest([(way, next(heard)) for way in of_one], now) for of_one in ways]

    @staticmethod
    def _nearest(ways: Sequence[tuple[tuple[str, str], float | None]], now: datetime) -> NearestWindow:
        (lane, sender), heard = max(ways, key=lambda way: -1.0 if way[1] is None else way[1])
        return NearestWindow(lane, sender, _is_open(heard, now))

    def mark_closed(self, address: str, sender: str, tried_at: datetime) -> None:
        """Note that Twilio says so of a message that was tried then: of one who has written since it says nothing.

        Never raises.
        """
        arguments = (_heard_key(address, sender), tried_at.timestamp(), int(MARK_TTL.total_seconds()))
        try:
            self.redis.eval(CLOSE, 1, *arguments)
        except RedisError as problem:
            log.warning("window_not_noted", problem=type(problem).__name__)

    def mark_waiting(self, address: str) -> None:
        """Leave the mark that something waits until somebody writes from this address. Never raises.

        After the commit, and look once more then whether the window is open: who writes in between finds no mark.
        """
        try:
            self.redis.set(_waiting_key(address), 1, ex=MARK_TTL)
        except RedisError as problem:
            log.warning("window_not_noted", problem=type(problem).__name__)

    def open(self, address: str, sender: str, now: datetime) -> bool:
        """Note that somebody wrote from this address to this sender; whether something waits for that.

        Never raises: what waits looks for itself now and then.
        """
        try:
            return isinstance(ask_all(self.redis, self.open_commands(address, sender, now))[-1], bytes)
        except RedisError as problem:
            log.warning("window_not_noted", problem=type(problem).__name__)
            return False

    @staticmethod
    def open_commands(address: str, sender: str, now: datetime) -> tuple[Command, Command]:
        """What notes it in somebody else's round trip; the second answer is None where nothing waits."""
        heard = ("SET", _heard_key(address, sender), now.timestamp(), "EX", int(MARK_TTL.total_seconds()))
        return heard, ("GETDEL", _waiting_key(address))

    def _last_heard(self, ways: Sequence[tuple[str, str]]) -> list[float | None]:
        """When each of these pairs of address and sender last heard from its person; None where nobody knows."""
        if not ways:
            return []
        try:
            found = cast("list[bytes | None]", self.redis.mget([_heard_key(lane, sender) for lane, sender in ways]))
        except RedisError:
            return [None] * len(ways)
        return [None if heard is None else float(heard) for heard in found]


def _is_open(heard: float | None, now: datetime) -> bool | None:
    return None if heard is None else now.timestamp() - heard < WINDOW_DURATION.total_seconds()


def _heard_key(address: str, sender: str) -> str:
    return f"window:heard:{address}|{sender}"


def _waiting_key(address: str) -> str:
    return f"window:waiting:{address}"
