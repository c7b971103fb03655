"""`python -m bot.jobs.export_process NUMBER WORKER`: makes one export of those that admins asked the server for.

See bot.jobs.work_process for how it lives and ends, and docs/adr/0015-kept-exports.md.
"""

import os
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from bot.database import Database
from bot.domain import stored_work
from bot.domain.exports import pages
from bot.domain.exports import run as run_export
from bot.domain.exports import stored as stored_exports
from bot.domain.exports.stored import EXPORTS
from bot.domain.exports.tables import TABLES
from bot.domain.models import Export
from bot.errors import Refused
from bot.jobs import work_process
from bot.jobs.work_process import WorkRun

log = structlog.get_logger(__name__)


def begin(number: int) -> None:
    """Start a process that makes this export, where this worker has not started enough of them."""
    work_process.begin(number, __name__)


def start_waiting(database: Database, now: datetime) -> None:
    """Begin what waits or was left behind, delete what was kept for long enough. Run by the clock."""
    work_process.still_at_work()
    work_process.clear_up()
    with database.read() as db:
        due, old = EXPORTS.waiting(db, now), stored_exports.expired_exports(db, now)
    if old:
        database.do(stored_exports.purge, old)
    for number in due:
        begin(number)


def make(
    database: Database,
    number: int,
    folder: Path,
    now: Callable[[], datetime],
    stop: threading.Event,
    parent: int | None = None,
) -> bool:
    """Make one, in this folder, and keep it; False where that is not for us to do, or did not come to its end."""
    token = database.do(stored_exports.claim, number, now())
    if token is None:
        return False
    run = WorkRun(EXPORTS, database, number, token, now, stop, parent or os.getppid())
    return run.carry_out(lambda: _finished(run, _store_file(run, _written(run, folder))), partial(_failed, run))


def _written(run: WorkRun, folder: Path) -> Path:
    with run.database.read() as db:
        row = db.get_one(Export, run.number, options=[joinedload(Export.event)])
        wanted = pages.scope_of(db, row.event, since=row.since, until=row.until, event_day=row.event_day)
        run.total = TABLES[row.kind].count(db, wanted)
    run.heartbeat()
    path = folder / "export"
    run.rows = run_export.run(
        run.database,
        row.kind,
        wanted,
        file_format=row.form,
        path=path,
        columns=row.columns,
        report_progress=run.report_rows,
    )
    return path


def _store_file(run: WorkRun, path: Path) -> int:
    """Put the file into the database, piece by piece, so that nobody else waits; its size. Raises WorkStopped."""
    with path.open("rb") as file:
        for place, piece in enumerate(iter(lambda: file.read(stored_work.CHUNK_BYTES), b"")):
            run.report_rows(run.rows)
            data = stored_work.compressed(piece)
            if not run.database.do(stored_exports.store_chunk, run.number, run.token, place, data, run.now()):
                run.lost.set()
    return path.stat().st_size


def _finished(run: WorkRun, size: int) -> bool:
    is_done = run.database.do(EXPORTS.finish, run.number, run.token, run.now(), rows=run.rows, size=size)
    log.info("export_made" if is_done else "export_lost", export=run.number, rows=run.rows, bytes=size)
    return is_done


def _failed(run: WorkRun, problem: Exception) -> None:
    """Whatever it was: of an exception of others only its kind is told, as its words may quote somebody."""
    if isinstance(problem, SQLAlchemyError):
        log.warning("export_interrupted", export=run.number, problem=type(problem).__name__)
        return
    reason = problem.code if isinstance(problem, Refused) else "disk" if isinstance(problem, OSError) else "broken"
    log.error("export_failed", export=run.number, reason=reason, problem=type(problem).__name__)
    run.database.do(stored_exports.fail, run.number, run.token, reason, run.now())


if __name__ == "__main__":
    number, worker = map(int, sys.argv[1:3])
    sys.exit(
        work_process.run(
            "export", lambda _, database, folder, now, stop: make(database, number, folder, now, stop, worker)
        )
    )
