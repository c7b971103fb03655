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

from sqlalchemy import and_, delete, or_, select, text
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import stored_work
from bot.domain.models import Export, ExportChunk

WAITING, RUNNING, READY, FAILED = stored_work.WAITING, stored_work.RUNNING, stored_work.READY, stored_work.FAILED
EXPORT_TTL = timedelta(hours=24)
EXPORTS = stored_work.WorkTable(Export, ExportChunk.export_id)


def claim(db: Session, number: int, now: datetime) -> str | None:
    """Take one to make it: the token for all that follows. None where somebody else has it or enough are being made.

    One that was begun too often has failed instead.
    """
    run_alone(db)
    found = EXPORTS.lock_free(db, number, now)
    if found is None:
        return None
    EXPORTS.delete_files(db, [number])
    token = EXPORTS.begin(found, now)
    found.total = None if token else found.total
    return token


def store_chunk(db: Session, number: int, token: str, place: int, data: bytes, now: datetime) -> bool:
    """Keep one packed piece of the finished file; False where it is not the caller's any more."""
    if not EXPORTS.update_owned(db, number, token, seen_at=now):
        return False
    db.add(ExportChunk(export_id=number, number=place, data=data))
    return True


def fail(db: Session, number: int, token: str, reason: str, now: datetime) -> None:
    """Say why there will be none, by a code."""
    if EXPORTS.fail(db, number, token, reason, now):
        EXPORTS.delete_files(db, [number])


def chunks(database: Database, number: int, size: int) -> Iterator[bytes]:
    """The file of a ready export, piece by piece, each read by itself.

    Raises LookupError where a piece is gone: the file was deleted meanwhile, and what was read is not the file.
    """
    for place in range(-(-size // stored_work.CHUNK_BYTES)):
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
    EXPORTS.erase(db, begun, status=stored_work.ERASED)


def expired_exports(db: Session, now: datetime) -> list[int]:
    """The exports that have been kept for long enough, complete or not."""
    ended = and_(Export.ended_at < now - EXPORT_TTL, Export.status != RUNNING)
    never = and_(Export.created_at < now - EXPORT_TTL, Export.status.in_((WAITING, stored_work.ERASED)))
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
