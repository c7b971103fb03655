"""Asks Twilio for what became of messages of which it has told nothing: its word may have met no web process.

A picture that could not be fetched fails, and where nobody takes the callback that says so, the row would stay as it
is for ever. Each message is asked for by its SID, a few a minute, and what is told goes the way of any callback.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from redis import Redis
from sqlalchemy import Row, bindparam, select

from bot.database import Database
from bot.delivery.dispatch import Outbox
from bot.delivery.twilio.messages import Twilio
from bot.domain.models import Delivery, table
from bot.errors import SendFailed
from bot.timeouts import DELIVERY_TTL, STATUS_ASKED_TTL, STATUS_SILENCE

MAX_ASKED = 40
"""Messages that one run asks for: at a quarter of a second each a worker is held for ten seconds."""
MAX_LISTED = 400
"""Silent messages that one run looks at, the oldest first."""
UNTOLD = ("accepted", "scheduled", "queued", "sending")
"""Statuses that Twilio gives when it takes a message; `sent` is the first that it tells afterwards."""
_ROWS = table(Delivery)
_SILENT = (
    select(_ROWS.c.id, _ROWS.c.message_sid)
    .where(_ROWS.c.status.in_(UNTOLD), _ROWS.c.message_sid.is_not(None))
    .where(_ROWS.c.not_before.between(bindparam("since"), bindparam("until")), _ROWS.c.sent_at <= bindparam("until"))
    .order_by(_ROWS.c.not_before)
    .limit(MAX_LISTED)
)


def ask(database: Database, redis: "Redis", twilio: Twilio, outbox: Outbox, now: datetime) -> int:
    """Ask for some messages that have been silent for three minutes, each once in a quarter of an hour; how many.

    What Twilio does not know, or does not answer, stays as it is. Raises RedisError.
    """
    asked = 0
    for row in _silent(database, now):
        if asked == MAX_ASKED:
            break
        if redis.set(f"status-asked:{row.id}", 1, nx=True, ex=int(STATUS_ASKED_TTL.total_seconds())):
            asked += 1
            try:
                told = twilio.status(row.message_sid)
            except SendFailed as failure:
                if failure.retry:
                    break  # Twilio is away, or wants fewer calls
                continue
            outbox.record_status(row.message_sid, row.id, told.status, told.error_code, now)
    return asked


def _silent(database: Database, now: datetime) -> Sequence[Row[*tuple[int, str]]]:
    span = {"since": now - DELIVERY_TTL - timedelta(hours=1), "until": now - STATUS_SILENCE}
    return database.look(_SILENT, span)
