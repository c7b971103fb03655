"""Second half of an erasure: mentions of a person in other people's messages, in Redis and at Twilio.

Worked off from the rows of `erasures`, by whoever erased and by the clock, until all of it is done. What names
the person inside something that is another's is replaced by `…`; what is the person's own goes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import String, or_, select, update
from sqlalchemy import cast as as_type

from bot.address import at_twilio, on_whatsapp
from bot.database import Database
from bot.delivery.outbox import backoff
from bot.delivery.twilio.content_api import ApiClient
from bot.delivery.twilio.http import API_ORIGIN
from bot.domain.models import AuditEntry, ContactAlias, Delivery, Erasure, InboundMessage, TurnRecord
from bot.domain.privacy import erasure as privacy_erasure
from bot.errors import NotReady, SendFailed
from bot.personal_data.traces import Traces

log = structlog.get_logger(__name__)

COLUMNS_WITH_MENTIONS = (
    TurnRecord.answer,
    TurnRecord.state,
    Delivery.payload,
    InboundMessage.message,
    AuditEntry.about,
)
"""Columns in which something of somebody else may name the person."""
BATCH_SIZE = 20
TWILIO_PAGE_SIZE = 1000
"""Messages that Twilio lists at once."""


def nothing_is_stuck(database: Database, now: datetime) -> str:
    """How many erased people leave something to do. Raises NotReady where one has for too long, with the reason."""
    count, stuck = database.ask(backoff.count_waiting, Erasure, now)
    if stuck:
        raise NotReady(f"erased people whose traces are not gone yet: {count} ({stuck.reason})")
    return f"{count} erased people have traces left" if count else "no erased person has traces left"


@dataclass(frozen=True, slots=True)
class TraceEraser:
    """Works off what erasing has left to do."""

    database: Database
    redis: "Redis" = field(repr=False)
    twilio: ApiClient = field(repr=False)
    account: str
    """The account's SID; empty: there is none, so there is nothing at Twilio."""

    def sweep(self, now: datetime) -> int:
        """Work off whatever is due; how many people are done. Run by the clock; two at once do no harm."""
        with self.database.read() as db:
            due = list(db.scalars(select(Erasure.id).where(Erasure.not_before <= now).limit(BATCH_SIZE)))
        return [self.finish(erasure_id, now) for erasure_id in due].count(None)

    def finish(self, erasure: int, now: datetime) -> str | None:
        """Remove the traces of one person; None, or the code of why something is left: it is tried again."""
        with self.database.read() as db:
            row = db.get(Erasure, erasure)
        if row is None:
            return None
        reason = self._record_try(row, now)
        self.database.do(backoff.settle, Erasure, Erasure.id == erasure, reason, row.attempts + 1, now)
        log.info("erasure_worked_off", erasure=erasure, left=reason)
        return reason

    def _record_try(self, row: Erasure, now: datetime) -> str | None:
        traces = Traces.from_names(row.addresses, row.names)
        try:
            busy = traces.redact_redis(self.redis)
            for column in COLUMNS_WITH_MENTIONS:
                self._replace(column, traces)
            if row.names and not busy:
                self._forget_names(row.id)
            self._list_at_twilio(row, now)
        except RedisError:
            return "redis_away"
        except SendFailed as failure:
            return failure.code
        return "in_conversation" if busy else None

    def _replace(self, column: Any, traces: Traces) -> None:
        """Look without a lock, as the table may be long; then change row by row."""
        table = column.class_
        key = table.__mapper__.primary_key[0]
        text = as_type(column, String)
        named = or_(*(text.icontains(needle, autoescape=True) for needle in traces.search_terms()))
        with self.database.read() as db:
            found = db.execute(select(key, column).where(named)).all() if traces.search_terms() else []
        for identity, kept in found:
            with self.database.write() as db:
                without = traces.redacted(kept)
                values = {column.key: without}
                same = update(table).where(key == identity).values(values)
                db.execute(same.execution_options(synchronize_session=False))

    def _forget_names(self, erasure: int) -> None:
        """Twilio is asked by address only, and may be away for long."""
        with self.database.write() as db:
            db.execute(update(Erasure).where(Erasure.id == erasure).values(names=[]))

    def _list_at_twilio(self, row: Erasure, now: datetime) -> None:
        """Note every message that Twilio has from or to these addresses for deletion. Raises SendFailed."""
        if not self.account:
            return
        for address in _at_twilio(row.addresses):
            for end in ("From", "To"):
                sids = list(self._sids({end: address, "PageSize": TWILIO_PAGE_SIZE}))
                self.database.do(privacy_erasure.enqueue_at_twilio, [(sid, "") for sid in sids], now)

    def _sids(self, params: Mapping[str, Any]) -> Iterator[str]:
        page: str | None = f"/2010-04-01/Accounts/{self.account}/Messages.json"
        asked: Mapping[str, Any] | None = params
        while page:
            status, answer = self.twilio.call("GET", f"{API_ORIGIN}{page}", params=asked)
            if status != 200:
                raise SendFailed(f"http_{status}", retry=True)
            yield from (message["sid"] for message in answer["messages"])
            page, asked = answer.get("next_page_uri"), None


def _at_twilio(addresses: Iterable[str]) -> Iterator[str]:
    for address in addresses:
        kind, _, name = address.partition(":")
        yield from at_twilio(name) if kind == ContactAlias.PHONE else (on_whatsapp(name),)
