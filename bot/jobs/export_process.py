"""`python -m bot.jobs.export_process NUMBER WORKER`: makes one export of those that admins asked the server for.

RQ's job starts this as a process of its own and is done: an export of two million rows takes minutes, in which the
worker has answers to send, and the memory that it took goes back with the process. It ends when the worker that
started it is gone; another then begins it anew. See docs/adr/0015-kept-exports.md.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from bot import logs
from bot.clocks import SharedClock
from bot.database import Database
from bot.domain.exports import pages
from bot.domain.exports import run as run_export
from bot.domain.exports import stored as stored_exports
from bot.domain.exports.tables import TABLES
from bot.domain.models import Export
from bot.errors import Refused
from bot.settings import load

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 1.0
"""Seconds between two signs of life, which an admin who watches sees as progress."""
NICENESS = 10
"""How far exports stand back behind whatever else runs on the machine."""
FOLDER_PREFIX = "pravesh-export-"
"""How the folder begins in which the file grows; the process's id follows."""
_started: list["subprocess.Popen[bytes]"] = []


class ExportStopped(Exception):
    """The file is nobody's any more, or another is to make it."""


@dataclass(slots=True)
class ExportRun:
    """An export that this process is making."""

    database: Database
    number: int
    token: str = field(repr=False)
    now: Callable[[], datetime]
    stopping: threading.Event
    """Set where the process is to end: the export is given back."""
    parent: int
    """The worker that started this process; without it there is nobody who would end it."""
    rows: int = 0
    total: int | None = None
    lost: threading.Event = field(default_factory=threading.Event)
    """Set where it was deleted, erased or taken over."""

    def report_rows(self, rows: int) -> None:
        """Note how far it is. Raises ExportStopped where it is not to go on."""
        self.rows = rows
        self._look_at_parent()
        if self.lost.is_set() or self.stopping.is_set():
            raise ExportStopped

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Say every second that this process lives, for as long as the block lasts."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(HEARTBEAT_SECONDS):
                self._look_at_parent()
                self.heartbeat()

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _look_at_parent(self) -> None:
        if os.getppid() != self.parent:
            self.stopping.set()

    def heartbeat(self) -> None:
        """Say how far it is, and hear whether it is still to be made."""
        try:
            with self.database.write() as db:
                is_mine = stored_exports.heartbeat(
                    db, self.number, self.token, self.now(), rows=self.rows, total=self.total
                )
        except SQLAlchemyError:
            return  # the next beat tries again
        if not is_mine:
            self.lost.set()


def begin(number: int, module: str = __name__) -> None:
    """Start a process that makes this export, where this worker has not started enough of them.

    `module`: of another that works in the same way; the number is then of one of its own.
    """
    if len(_still_at_work()) < stored_exports.MAX_CONCURRENT_EXPORTS:
        command = [sys.executable, "-m", module, str(number), str(os.getpid())]
        _started.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))  # noqa: S603 - our own code


def start_waiting(database: Database, now: datetime) -> None:
    """Begin what waits or was left behind, delete what was kept for long enough. Run by the clock."""
    _still_at_work()
    clear_up()
    with database.read() as db:
        due, old = stored_exports.waiting_exports(db, now), stored_exports.expired_exports(db, now)
    if old:
        with database.write() as db:
            stored_exports.purge(db, old)
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
    with database.write() as db:
        token = stored_exports.claim(db, number, now())
    if token is None:
        return False
    run = ExportRun(database, number, token, now, stop, parent or os.getppid())
    try:
        with run.alive():
            size = _store_file(run, _written(run, folder))
        return _finished(run, size)
    except ExportStopped:
        if not run.lost.is_set():
            with database.write() as db:
                stored_exports.give_back(db, number, token)
    except SQLAlchemyError as problem:
        log.warning("export_interrupted", export=number, problem=type(problem).__name__)
    except Exception as problem:
        _failed(run, problem)
    return False


def clear_up() -> None:
    """Remove the folders of processes that were killed: there is somebody's data in them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        if not _lives(folder.name.removeprefix(FOLDER_PREFIX)):
            shutil.rmtree(folder, ignore_errors=True)


def _written(run: ExportRun, folder: Path) -> Path:
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


def _store_file(run: ExportRun, path: Path) -> int:
    """Put the file into the database, piece by piece, so that nobody else waits; its size. Raises ExportStopped."""
    with path.open("rb") as file:
        for place, piece in enumerate(iter(lambda: file.read(stored_exports.CHUNK_BYTES), b"")):
            run.report_rows(run.rows)
            data = stored_exports.compressed(piece)
            with run.database.write() as db:
                if not stored_exports.store_chunk(db, run.number, run.token, place, data, run.now()):
                    run.lost.set()
    return path.stat().st_size


def _finished(run: ExportRun, size: int) -> bool:
    with run.database.write() as db:
        is_done = stored_exports.finish(db, run.number, run.token, run.now(), rows=run.rows, size=size)
    log.info("export_made" if is_done else "export_lost", export=run.number, rows=run.rows, bytes=size)
    return is_done


def _failed(run: ExportRun, problem: Exception) -> None:
    """Whatever it was: of an exception of others only its kind is told, as its words may quote somebody."""
    reason = problem.code if isinstance(problem, Refused) else "disk" if isinstance(problem, OSError) else "broken"
    log.error("export_failed", export=run.number, reason=reason, problem=type(problem).__name__)
    with run.database.write() as db:
        stored_exports.fail(db, run.number, run.token, reason, run.now())


def _still_at_work() -> list["subprocess.Popen[bytes]"]:
    """The processes that this worker has started and that still run; finished ones are reaped."""
    _started[:] = [process for process in _started if process.poll() is None]
    return _started


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def own_folder() -> Iterator[Path]:
    """A temporary folder for this process alone; temporary files of libraries go there too."""
    folder = Path(tempfile.gettempdir()) / f"{FOLDER_PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o700)
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(number: int, parent: int) -> int:
    """The exit code: 1 where there is no file yet."""
    settings = load()
    logs.configure(settings, "export")
    os.nice(NICENESS)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _signum, _frame: stop.set())
    clear_up()
    # Another machine judges by this whether the process lives, so the time must be the shared one.
    opened, clock = closing(Database(settings.database)), closing(SharedClock(settings.redis))
    with opened as database, clock as now, own_folder() as folder:
        return 0 if make(database, number, folder, now, stop, parent) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
