"""Stored exports: claimed, written piece by piece, kept and deleted. `requests` has those who ask.

Any worker makes one, any web process gives it out: the finished file is kept for a day in pieces in the database,
which all machines have. It can be fetched once it is whole, and not before. Whoever makes it holds a token and says
every second that they live; from one who is silent for EXPORT_HEARTBEAT_TIMEOUT another takes it
over, and the first finds its token gone. Erasing somebody takes the files of their events along: see `forget`,
and `run_alone` for one that is being made.
"""

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain.models import Export, ExportChunk
from bot.timeouts import EXPORT_HEARTBEAT_TIMEOUT, MAX_EXPORT_TRIES

WAITING, RUNNING, READY, FAILED, ERASED = "waiting", "running", "ready", "failed", "erased"
EXPORT_TTL = timedelta(hours=24)
MAX_CONCURRENT_EXPORTS = 2
"""Exports that are being made at one time, of all events: each is a process that reads as fast as it can."""
CHUNK_BYTES = 1 << 20
"""Bytes of the file in one piece, before they are packed: what a download holds in memory."""


def waiting_exports(db: Session, now: datetime) -> list[int]:
    """Which ones somebody should begin now, the oldest first: those that wait, and those whose maker fell silent."""
    room = MAX_CONCURRENT_EXPORTS - _running(db, now)
    due = select(Export.id).where(_free(now)).order_by(Export.id).limit(max(room, 0))
    return list(db.scalars(due))


def claim(db: Session, number: int, now: datetime) -> str | None:
    """Take one to make it: the token for all that follows. None where somebody else has it or enough are being made.

    One that was begun too often has failed instead.
    """
    run_alone(db)
    found = db.scalars(select(Export).where(Export.id == number, _free(now)).with_for_update()).first()
    if found is None or _running(db, now) >= MAX_CONCURRENT_EXPORTS:
        return None
    _delete_chunks(db, [number])
    if found.attempts >= MAX_EXPORT_TRIES:
        found.status, found.reason, found.token, found.ended_at = FAILED, "gave_up", None, now
        return None
    found.status, found.token, found.seen_at = RUNNING, token_hex(16), now
    found.attempts, found.rows, found.total = found.attempts + 1, 0, None
    return found.token


def heartbeat(db: Session, number: int, token: str, now: datetime, *, rows: int, total: int | None) -> bool:
    """Say how far it is; False where it is not the caller's any more: it was taken over, deleted or erased."""
    return _update_owned(db, number, token, seen_at=now, rows=rows, total=total)


def compressed(chunk: bytes) -> bytes:
    """A piece as it is kept: fast, as texts shrink to a fifth even so."""
    return zlib.compress(chunk, 1)


def store_chunk(db: Session, number: int, token: str, place: int, data: bytes, now: datetime) -> bool:
    """Keep one packed piece of the finished file; False as with `heartbeat`."""
    if not _update_owned(db, number, token, seen_at=now):
        return False
    db.add(ExportChunk(export_id=number, number=place, data=data))
    return True


def finish(db: Session, number: int, token: str, now: datetime, *, rows: int, size: int) -> bool:
    """All pieces are there: whoever asked may fetch it from now on; False as with `heartbeat`."""
    return _update_owned(db, number, token, status=READY, token_=None, rows=rows, size=size, ended_at=now)


def give_back(db: Session, number: int, token: str) -> None:
    """Let another make it: the caller must end. That it was begun does not count."""
    _update_owned(db, number, token, status=WAITING, token_=None, attempts=Export.attempts - 1)


def fail(db: Session, number: int, token: str, reason: str, now: datetime) -> None:
    """Say why there will be none, by a code."""
    if _update_owned(db, number, token, status=FAILED, token_=None, reason=reason[:40], ended_at=now):
        _delete_chunks(db, [number])


def chunks(database: Database, number: int, size: int) -> Iterator[bytes]:
    """The file of a ready export, piece by piece, each read by itself.

    Raises LookupError where a piece is gone: the file was deleted meanwhile, and what was read is not the file.
    """
    for place in range(-(-size // CHUNK_BYTES)):
        with database.read() as db:
            data = db.scalar(
                select(ExportChunk.data).where(ExportChunk.export_id == number, ExportChunk.number == place)
            )
        if data is None:
            raise LookupError(f"piece {place} of export {number}")
        yield zlib.decompress(data)


def remove(db: Session, number: int) -> None:
    """Delete one, ready or not; whoever is just making it finds it gone. Once more does no harm."""
    db.execute(delete(Export).where(Export.id == number))


def forget(db: Session, events: Iterable[int]) -> None:
    """Delete what was made or is being made of these events: somebody who may stand in it is being forgotten.

    What has not been begun stays: it will be read once this transaction has ended, without them.
    """
    run_alone(db)
    begun = Export.event_id.in_(list(events)) & Export.status.in_((RUNNING, READY))
    ids = list(db.scalars(select(Export.id).where(begun)))
    if ids:
        _delete_chunks(db, ids)
        gone = {"status": ERASED, "token": None, "size": 0}
        db.execute(update(Export).where(Export.id.in_(ids)).values(gone))


def expired_exports(db: Session, now: datetime) -> list[int]:
    """The exports that have been kept for long enough, complete or not."""
    ended = and_(Export.ended_at < now - EXPORT_TTL, Export.status != RUNNING)
    never = and_(Export.created_at < now - EXPORT_TTL, Export.status.in_((WAITING, ERASED)))
    return list(db.scalars(select(Export.id).where(or_(ended, never))))


def purge(db: Session, ids: list[int]) -> None:
    """Delete these with their files."""
    db.execute(delete(Export).where(Export.id.in_(ids)))


def run_alone(db: Session) -> None:
    """Until the transaction ends, nobody else starts, begins, or forgets one.

    So whoever begins to read does it either before somebody is erased, and is then seen by `forget`, or after that
    has been committed, and then finds nobody. SQLite has one writer anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("LOCK TABLE exports IN EXCLUSIVE MODE"))


def _free(now: datetime) -> ColumnElement[bool]:
    silent = and_(Export.status == RUNNING, Export.seen_at < now - EXPORT_HEARTBEAT_TIMEOUT)
    return or_(Export.status == WAITING, silent)


def _running(db: Session, now: datetime) -> int:
    loud = select(func.count()).where(Export.status == RUNNING, Export.seen_at >= now - EXPORT_HEARTBEAT_TIMEOUT)
    return db.scalar(loud) or 0


def _update_owned(db: Session, number: int, token: str, **values: object) -> bool:
    values = {name.rstrip("_"): value for name, value in values.items()}
    mine = update(Export).where(Export.id == number, Export.token == token, Export.status == RUNNING)
    changed = db.execute(mine.values(values).returning(Export.id).execution_options(synchronize_session=False))
    return changed.first() is not None


def _delete_chunks(db: Session, ids: list[int]) -> None:
    """Past the eyes of the audit log, which would read every piece first to say what it was."""
    db.connection().execute(delete(ExportChunk).where(ExportChunk.export_id.in_(ids)))
