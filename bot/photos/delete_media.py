"""Deletes photos at Twilio after they were read, and the messages of people who were erased.

Owed in the transaction that wants it, and tried until it is done.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.delivery.outbox import backoff
from bot.delivery.twilio.content_api import ApiClient
from bot.delivery.twilio.http import API_ORIGIN
from bot.delivery.twilio.media import TwilioMedia
from bot.domain.models import MediaDeletion
from bot.domain.privacy import erasure
from bot.errors import NotReady, SendFailed
from bot.timeouts import PHOTO_DELETION_LEASE_TTL, PHOTO_DELETION_RUN_LIMIT_SECONDS

log = structlog.get_logger(__name__)

BATCH_SIZE = 100
MAX_CONCURRENT_CALLS = 4
"""Calls to Twilio at one time."""
DELETED_STATUSES = (200, 202, 204, 404, 410)
"""Answers after which there is no such file at Twilio."""


def enqueue_deletions(db: Session, media: Iterable[TwilioMedia], now: datetime) -> None:
    """Note that these files are to be deleted, once each."""
    erasure.enqueue_at_twilio(db, [(medium.message_sid, medium.sid) for medium in media], now)


def nothing_is_stuck(database: Database, now: datetime) -> str:
    """How many photos wait to be deleted. Raises NotReady where some have for too long, with Twilio's reason."""
    count, stuck = database.ask(backoff.count_waiting, MediaDeletion, now)
    if stuck:
        hours = (now - stuck.created_at) / timedelta(hours=1)
        raise NotReady(
            f"photos or messages that Twilio has not deleted: {count}, one since {hours:.0f} hours ({stuck.reason})"
        )
    return f"{count} wait to be deleted at Twilio" if count else "none waits to be deleted at Twilio"


@dataclass(frozen=True, slots=True)
class MediaDeleter:
    """Deletes what is owed."""

    database: Database
    twilio: ApiClient = field(repr=False)
    account: str
    """The account's SID."""

    def sweep(self, now: datetime) -> int:
        """Delete at Twilio whatever is due; how many are gone. Run by the clock; two at once do no harm."""
        end, gone = monotonic() + PHOTO_DELETION_RUN_LIMIT_SECONDS, 0
        with ThreadPoolExecutor(MAX_CONCURRENT_CALLS, thread_name_prefix="photo") as pool:
            while monotonic() < end and (held := self._claim(now)):
                outcomes = list(pool.map(self._delete, held))
                gone += outcomes.count(None)
                self._record_outcomes(held, outcomes, now)
        if gone:
            log.info("photos_deleted", photos=gone)
        return gone

    def _claim(self, now: datetime) -> list[MediaDeletion]:
        """Take due rows; each for one sweep alone."""
        due = select(MediaDeletion).where(MediaDeletion.not_before <= now).order_by(MediaDeletion.not_before)
        with self.database.write() as db:
            rows = list(db.scalars(due.limit(BATCH_SIZE).with_for_update(skip_locked=True)))
            for row in rows:
                row.not_before, row.attempts = now + PHOTO_DELETION_LEASE_TTL, row.attempts + 1
        return rows

    def _delete(self, row: MediaDeletion) -> str | None:
        """Why it is still there; None: it is gone."""
        message = f"{API_ORIGIN}/2010-04-01/Accounts/{self.account}/Messages/{row.message_sid}"
        try:
            if row.media_sid:
                return self._is_deleted(f"{message}/Media/{row.media_sid}.json")
            return self._delete_whole(message)
        except SendFailed as failure:
            return failure.code

    def _delete_whole(self, message: str) -> str | None:
        """A message after its media: Twilio keeps them apart. Raises SendFailed."""
        status, listed = self.twilio.call("GET", f"{message}/Media.json")
        for medium in listed.get("media_list", ()) if status == 200 else ():
            if kept := self._is_deleted(f"{message}/Media/{medium['sid']}.json"):
                return kept
        return self._is_deleted(f"{message}.json")

    def _is_deleted(self, address: str) -> str | None:
        status, _ = self.twilio.call("DELETE", address)
        return None if status in DELETED_STATUSES else f"http_{status}"

    def _record_outcomes(self, claimed: Sequence[MediaDeletion], outcomes: Sequence[str | None], now: datetime) -> None:
        with self.database.write() as db:
            for row, reason in zip(claimed, outcomes, strict=True):
                same = and_(MediaDeletion.message_sid == row.message_sid, MediaDeletion.media_sid == row.media_sid)
                backoff.settle(db, MediaDeletion, same, reason, row.attempts, now)
