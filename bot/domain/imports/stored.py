"""Lists that admins have dropped on a page: kept, claimed by who works on them, and deleted.

Any web process takes one in, any worker works on it (bot.jobs.import_process), in steps that the admin asks for:
a look that changes nothing, the import, the sheet of passes, sending them. The file is kept in the database until the
import is done. Whoever works on it holds a token, as with exports; what a killed process has registered stays
registered, and the next one goes on after it.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import and_, delete, func, insert, select
from sqlalchemy.orm import Session, joinedload

from bot.domain import edit_conflict, stored_work
from bot.domain.events.rows import get_event
from bot.domain.models import ListImport, ListImportChunk, table
from bot.domain.upserts import added
from bot.errors import Refused, required

LOOK, IMPORT, SHEET, SEND = "look", "import", "sheet", "send"
WAITING, RUNNING, READY, FAILED = stored_work.WAITING, stored_work.RUNNING, stored_work.READY, stored_work.FAILED
FILE, PASSES, SHEET_PART = "file", "passes", "sheet"
MAX_UPLOAD_BYTES = 25 << 20
"""Bytes of a file that is dropped on a page; the command line takes larger ones."""
MAX_KEPT = 10
"""Lists of one event at a time."""
MAX_SHEET_ROWS = 2_000
"""Rows of a list whose passes are put on a sheet here: 250 pages. The command line makes larger ones."""
LIST_TTL = timedelta(hours=24)
LISTS = stored_work.WorkTable(ListImport, ListImportChunk.import_id)


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file as it came, packed before anybody waits for a transaction."""

    name: str
    size: int
    pieces: tuple[bytes, ...] = field(repr=False)


def pack(data: bytes) -> tuple[bytes, ...]:
    """A part of a list in packed pieces."""
    size = stored_work.CHUNK_BYTES
    return tuple(stored_work.compressed(data[start : start + size]) for start in range(0, len(data), size))


def keep(
    db: Session, slug: str, file: ListFile, *, once: str, staff_id: int | None, actor: str = "", now: datetime
) -> ListImport:
    """Keep a list and have it looked at; the same one where `once` has brought it already.

    Raises Refused `no_such_event`, `empty_list`, `list_too_large` (`most`, in MB), `too_many_lists` (`most`).
    """
    event = get_event(db, slug, lock=True)
    name = f"{event.id}:{once}"[:64]
    known = db.scalar(select(ListImport).where(ListImport.once == name))
    if known is not None:
        return known
    if not file.size:
        raise Refused("empty_list")
    if file.size > MAX_UPLOAD_BYTES:
        raise Refused("list_too_large", most=MAX_UPLOAD_BYTES >> 20)
    kept = select(func.count()).select_from(ListImport).where(ListImport.event_id == event.id)
    if (db.scalar(kept) or 0) >= MAX_KEPT:
        raise Refused("too_many_lists", most=MAX_KEPT)
    whose = {"event_id": event.id, "staff_id": staff_id, "actor": actor[:80], "once": name}
    made = added(db, ListImport(**whose, name=_plain(file.name), size=file.size, options={}, report={}, created_at=now))
    put(db, made.id, FILE, file.pieces)
    return made


def list_imports(db: Session, slug: str) -> list[ListImport]:
    """The event's lists, the newest first. Raises Refused `no_such_event`."""
    mine = select(ListImport).where(ListImport.event_id == get_event(db, slug, lock=False).id)
    return list(db.scalars(mine.options(joinedload(ListImport.staff)).order_by(ListImport.id.desc())))


def find(db: Session, slug: str, number: int, *, lock: bool = False) -> ListImport:
    """A list of the event. Raises Refused `no_such_event`, `no_such_list`."""
    mine = select(ListImport).where(ListImport.id == number, ListImport.event_id == get_event(db, slug, lock=False).id)
    return required(
        db.scalar(mine.with_for_update() if lock else mine.options(joinedload(ListImport.staff))),
        Refused("no_such_list"),
    )


def look_again(db: Session, slug: str, number: int, options: Mapping[str, Any], *, seen: str) -> None:
    """Have a list that is not imported yet looked at in another way.

    Raises Refused as `find` does, `changed_meanwhile`, and `list_busy` while it is worked on or once it is imported.
    """
    found = _unchanged(db, slug, number, seen)
    if found.task != LOOK or found.status not in (READY, FAILED):
        raise Refused("list_busy")
    _ask(found, LOOK)
    found.options, found.report = dict(options), {}


def confirm(db: Session, slug: str, number: int, *, consent: str, again: bool, seen: str) -> None:
    """Have the people of a list registered as the look has shown it; `consent` is where they agreed.

    Raises Refused as `look_again` does, and `consent_needed`.
    """
    found = _unchanged(db, slug, number, seen)
    if not (found.task == LOOK and found.status == READY):
        raise Refused("list_busy")
    if not consent.strip():
        raise Refused("consent_needed")
    _ask(found, IMPORT)
    found.options = {**found.options, "consent": " ".join(consent.split()), "again": again}
    found.total = found.report.get("rows", {}).get("all")


def hand_out(db: Session, slug: str, number: int, task: str) -> None:
    """Have the passes of an imported list put on sheets (SHEET), or sent to their phones, once each (SEND).

    Raises Refused as `find` does, `list_busy`, and `sheet_too_large` (`most`).
    """
    found = find(db, slug, number, lock=True)
    if found.task == LOOK or found.status not in (READY, FAILED) or not found.report.get("imported"):
        raise Refused("list_busy")
    if task == SHEET and found.report["rows"]["all"] > MAX_SHEET_ROWS:
        raise Refused("sheet_too_large", most=MAX_SHEET_ROWS)
    _ask(found, task)
    found.total = None


def go_on(db: Session, slug: str, number: int) -> None:
    """Begin a task again that has failed. Raises Refused as `find` does, and `list_busy`."""
    found = find(db, slug, number, lock=True)
    if found.status != FAILED or found.reason == stored_work.ERASED:
        raise Refused("list_busy")
    _ask(found, found.task)


def remove(db: Session, slug: str, number: int) -> None:
    """Delete a list; whoever works on it stops, and who is registered stays so. Raises Refused as `find` does."""
    found = find(db, slug, number, lock=True)
    LISTS.delete_files(db, [found.id])
    db.delete(found)
    db.flush()


# --- whoever works on it ------------------------------------------------------------------------------


def claim(db: Session, number: int, now: datetime) -> str | None:
    """Take one to work on it: the token for all that follows; None where that is not for the caller.

    A task that was begun too often has failed instead.
    """
    found = LISTS.lock_free(db, number, now)
    return LISTS.begin(found, now) if found else None


def put(db: Session, number: int, part: str, pieces: Iterable[bytes]) -> None:
    """Keep a part of a list, packed, in the place of what was there."""
    delete_part(db, number, part)
    for place, packed in enumerate(pieces):
        row = {"import_id": number, "part": part, "number": place, "data": packed}
        db.connection().execute(insert(table(ListImportChunk)), row)


def read_part(db: Session, number: int, part: str) -> bytes:
    """A part of a list; empty where there is none."""
    pieces = select(ListImportChunk.data).where(ListImportChunk.import_id == number, ListImportChunk.part == part)
    return b"".join(map(zlib.decompress, db.scalars(pieces.order_by(ListImportChunk.number))))


def write_file(db: Session, number: int, out: IO[bytes]) -> None:
    """Write the list's file to an open one."""
    out.write(read_part(db, number, FILE))


def put_passes(db: Session, number: int, passes: Iterable[int]) -> None:
    """Keep the numbers of the list's passes, and the file no longer."""
    put(db, number, PASSES, pack(json.dumps(list(passes)).encode()))
    delete_part(db, number, FILE)


def passes_of(db: Session, number: int) -> list[int]:
    """The numbers of an imported list's passes, in its order."""
    found: list[int] = json.loads(read_part(db, number, PASSES) or b"[]")
    return found


def delete_part(db: Session, number: int, part: str) -> None:
    """Delete a part of a list; past the eyes of the audit log, which would read every piece first."""
    mine = (ListImportChunk.import_id == number, ListImportChunk.part == part)
    db.connection().execute(delete(ListImportChunk).where(*mine))


# --- how long -------------------------------------------------------------------------------------------


def forget(db: Session, events: Iterable[int]) -> None:
    """Delete the files, and what was found in them, of these events: somebody who may stand there is being forgotten.

    An import that runs stops with its next batch.
    """
    LISTS.erase(db, ListImport.event_id.in_(list(events)), status=FAILED, reason=stored_work.ERASED, report={})


def purge(db: Session, now: datetime) -> int:
    """Delete lists on which nobody has worked for a day; how many."""
    rested = and_(
        ListImport.status != RUNNING, func.coalesce(ListImport.ended_at, ListImport.created_at) < now - LIST_TTL
    )
    ids = list(db.scalars(select(ListImport.id).where(rested)))
    if ids:
        LISTS.delete_files(db, ids)
        db.execute(delete(ListImport).where(ListImport.id.in_(ids)))
    return len(ids)


def _unchanged(db: Session, slug: str, number: int, seen: str) -> ListImport:
    found = find(db, slug, number, lock=True)
    edit_conflict.require_unchanged(db, found, seen)
    return found


def _ask(found: ListImport, task: str) -> None:
    found.task, found.status, found.reason, found.attempts = task, WAITING, None, 0
    found.rows, found.ended_at, found.token = 0, None, None


def _plain(name: str) -> str:
    return "".join(one for one in name if one.isprintable())[-120:]
