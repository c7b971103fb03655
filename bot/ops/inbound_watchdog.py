"""Raises the alarm when no message has come in for a while although an event is open.

What reaches none of our routes only the clock process can notice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from redis import Redis

from bot.conversation.store import ConversationStore
from bot.database import Database
from bot.domain import events
from bot.domain.models import Event
from flows.text import event_states

log = structlog.get_logger(__name__)

LAST_ALARM_KEY = "silence:told"
"""The Redis key of the moment from which the silence lasts that was last logged."""


@dataclass(frozen=True, slots=True)
class InboundWatchdog:
    """Watches over the time since the webhook last took a message."""

    database: Database
    redis: "Redis" = field(repr=False)
    conversations: ConversationStore = field(repr=False)
    minutes: int
    """Minutes of silence that raise the alarm; 0: never."""

    def silent_since(self, now: datetime) -> datetime | None:
        """Since when nothing has come in, where that is too long; None: all is well, or nothing is open.

        Only opening hours count: a night between two days of an event is no silence.
        """
        opened = self._opened(now) if self.minutes else None
        if opened is None:
            return None
        heard_ms = self.conversations.last_inbound_ms()
        heard = datetime.fromtimestamp(heard_ms / 1000, now.tzinfo) if heard_ms else opened
        begun = max(opened, heard)
        return begun if now - begun >= timedelta(minutes=self.minutes) else None

    def alarm(self, now: datetime) -> bool:
        """Say so in the log, once for each silence; whether there is one. Run by the clock."""
        since = self.silent_since(now)
        if since is None:
            return False
        mark = since.isoformat().encode()
        if self.redis.getset(LAST_ALARM_KEY, mark) != mark:
            log.error("nothing_came_in", minutes=self.lasting(now), since=since.isoformat())
        return True

    def lasting(self, now: datetime) -> int:
        """Whole minutes of a silence that is too long; 0: there is none."""
        since = self.silent_since(now)
        return int((now - since).total_seconds() // 60) if since else 0

    def _opened(self, now: datetime) -> datetime | None:
        """When the first of the events that are open at this moment opened today."""
        with self.database.read() as db:
            openings = [opened for event in events.list_events(db) for opened in _opened_today(event, now)]
        return min(openings, default=None)


def _opened_today(event: Event, now: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(event.timezone)
    today = now.astimezone(zone).date()
    for day in event.days if event.status == event_states.OPEN else ():
        if day.day == today and not day.closed:
            opens = datetime.combine(today, day.opens or event.opens or time.min, zone)
            closes = datetime.combine(today, day.closes or event.closes or time.max, zone)
            if opens <= now <= closes:
                yield opens
