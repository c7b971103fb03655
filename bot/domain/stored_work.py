"""Work that is kept as a row until a process does it: exports, and lists of people.

Any worker takes one. Whoever does it holds its token and says every second that they live; from one who is silent for
EXPORT_HEARTBEAT_TIMEOUT another takes it over, and the first finds the token gone.
"""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.timeouts import EXPORT_HEARTBEAT_TIMEOUT, MAX_EXPORT_TRIES

WAITING, RUNNING, READY, FAILED = "waiting", "running", "ready", "failed"
ERASED = "erased"
"""What is said of a file that was deleted because somebody who may stand in it was forgotten."""
MAX_CONCURRENT = 2
"""Rows of one kind that are worked on at one time, of all events: each by a process that reads as fast as it can."""
CHUNK_BYTES = 1 << 20
"""Bytes of a file in one piece, before they are packed: what a download holds in memory."""


def compressed(chunk: bytes) -> bytes:
    """A piece as it is kept: fast, as texts shrink to a fifth even so."""
    return zlib.compress(chunk, 1)


@dataclass(frozen=True, slots=True)
class WorkTable:
    """One kind of such work."""

    rows: Any
    """The model."""
    piece_of: Any
    """The column by which the pieces of its files name the row."""

    def waiting(self, db: Session, now: datetime) -> list[int]:
        """Which ones somebody should begin now, the oldest first: those that wait, and those left behind."""
        room = max(MAX_CONCURRENT - self._running(db, now), 0)
        return list(db.scalars(select(self.rows.id).where(self._free(now)).order_by(self.rows.id).limit(room)))

    def lock_free(self, db: Session, number: int, now: datetime) -> Any:
        """The row, to `begin` it; None where somebody else has it or enough are being worked on."""
        found = db.scalar(select(self.rows).where(self.rows.id == number, self._free(now)).with_for_update())
        return None if self._running(db, now) >= MAX_CONCURRENT else found

    def begin(self, row: Any, now: datetime) -> str | None:
        """The token for all that follows; None for a row that was begun too often, which has failed instead."""
        if row.attempts >= MAX_EXPORT_TRIES:
            row.status, row.reason, row.token, row.ended_at = FAILED, "gave_up", None, now
            return None
        row.status, row.token, row.seen_at = RUNNING, token_hex(16), now
        row.attempts, row.rows = row.attempts + 1, 0
        return str(row.token)

    def update_owned(self, db: Session, /, number: int, holder: str, **values: object) -> bool:
        """Change a row that the caller works on; False where it is not theirs any more: deleted, erased, taken over."""
        mine = update(self.rows).where(self.rows.id == number, self.rows.token == holder, self.rows.status == RUNNING)
        done = db.execute(mine.values(values).returning(self.rows.id).execution_options(synchronize_session=False))
        return done.first() is not None

    def finish(self, db: Session, /, number: int, holder: str, now: datetime, **values: object) -> bool:
        """The work is done; False as with `update_owned`."""
        return self.update_owned(db, number, holder, status=READY, token=None, reason=None, ended_at=now, **values)

    def fail(self, db: Session, /, number: int, holder: str, reason: str, now: datetime, **values: object) -> bool:
        """Say why it failed, by a code; False as with `update_owned`."""
        told = {"status": FAILED, "token": None, "reason": reason[:40], "ended_at": now}
        return self.update_owned(db, number, holder, **told, **values)

    def give_back(self, db: Session, number: int, holder: str) -> None:
        """Let another go on: the caller must end. That it was begun does not count."""
        self.update_owned(db, number, holder, status=WAITING, token=None, attempts=self.rows.attempts - 1)

    def delete_files(self, db: Session, ids: Collection[int]) -> None:
        """Past the eyes of the audit log, which would read every piece first to say what it was."""
        db.connection().execute(delete(self.piece_of.class_).where(self.piece_of.in_(ids)))

    def erase(self, db: Session, which: ColumnElement[bool], **values: object) -> None:
        """Delete the files of these rows, for somebody who may stand in them; whoever works on one finds it gone."""
        ids = list(db.scalars(select(self.rows.id).where(which)))
        if ids:
            self.delete_files(db, ids)
            gone = {"token": None, "size": 0, **values}
            db.execute(update(self.rows).where(self.rows.id.in_(ids)).values(gone))

    def _free(self, now: datetime) -> ColumnElement[bool]:
        silent = and_(self.rows.status == RUNNING, self.rows.seen_at < now - EXPORT_HEARTBEAT_TIMEOUT)
        return or_(self.rows.status == WAITING, silent)

    def _running(self, db: Session, now: datetime) -> int:
        loud = (self.rows.status == RUNNING, self.rows.seen_at >= now - EXPORT_HEARTBEAT_TIMEOUT)
        return db.scalar(select(func.count()).select_from(self.rows).where(*loud)) or 0
