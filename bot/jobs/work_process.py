"""A process that works on one row of bot.domain.stored_work: begun by a worker, alive, and ended.

RQ's job starts it and is done: the work takes minutes, in which the worker has answers to send, and the memory that it
took goes back with the process. It ends when the worker that started it is gone; another then begins it anew.
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

from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot.clocks import SharedClock
from bot.database import Database
from bot.domain.stored_work import MAX_CONCURRENT, WorkTable
from bot.settings import Settings, load

HEARTBEAT_SECONDS = 1.0
"""Seconds between two signs of life, which an admin who watches sees as progress."""
NICENESS = 10
"""How far such a process stands back behind whatever else runs on the machine."""
FOLDER_PREFIX = "pravesh-export-"
"""How the folder begins in which files grow; the process's id follows."""
_started: list["subprocess.Popen[bytes]"] = []


class WorkStopped(Exception):
    """The row is nobody's any more, or another is to work on it."""


@dataclass(slots=True)
class WorkRun:
    """A row that this process works on."""

    table: WorkTable
    database: Database
    number: int
    token: str = field(repr=False)
    now: Callable[[], datetime]
    stopping: threading.Event
    """Set where the process is to end: the row is given back."""
    parent: int
    """The worker that started this process; without it there is nobody who would end it."""
    rows: int = 0
    total: int | None = None
    lost: threading.Event = field(default_factory=threading.Event)
    """Set where it was deleted, erased or taken over."""

    def report_rows(self, rows: int) -> None:
        """Note how far it is. Raises WorkStopped where it is not to go on."""
        self.rows = rows
        self._look_at_parent()
        if self.lost.is_set() or self.stopping.is_set():
            raise WorkStopped

    def carry_out(self, work: Callable[[], bool], failed: Callable[[Exception], None]) -> bool:
        """Do the work while this process says that it lives; False where it did not come to its end.

        `failed` tells of whatever else went wrong.
        """
        try:
            with self._alive():
                return work()
        except WorkStopped:
            if not self.lost.is_set():
                self.database.do(self.table.give_back, self.number, self.token)
        except Exception as problem:
            failed(problem)
        return False

    @contextmanager
    def _alive(self) -> Iterator[None]:
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
        """Say how far it is, and hear whether it is still to be done."""
        told = {"seen_at": self.now(), "rows": self.rows, **({} if self.total is None else {"total": self.total})}
        try:
            is_mine = self.database.do(self.table.update_owned, self.number, self.token, **told)
        except SQLAlchemyError:
            return  # the next beat tries again
        if not is_mine:
            self.lost.set()


def begin(number: int, module: str) -> None:
    """Start a process that runs this module for this row, where this worker has not started enough of them."""
    if len(still_at_work()) < MAX_CONCURRENT:
        command = [sys.executable, "-m", module, str(number), str(os.getpid())]
        _started.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))  # noqa: S603 - our own code


def still_at_work() -> list["subprocess.Popen[bytes]"]:
    """The processes that this worker has started and that still run; finished ones are reaped."""
    _started[:] = [process for process in _started if process.poll() is None]
    return _started


def clear_up() -> None:
    """Remove the folders of processes that were killed: there is somebody's data in them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        if not _lives(folder.name.removeprefix(FOLDER_PREFIX)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _own_folder() -> Iterator[Path]:
    """A temporary folder for this process alone; temporary files of libraries go there too."""
    folder = Path(tempfile.gettempdir()) / f"{FOLDER_PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o700)
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(process: str, work: Callable[[Settings, Database, Path, Callable[[], datetime], threading.Event], bool]) -> int:
    """Run the work in this process, called so in the log; the exit code: 1 where it did not come to its end.

    The work is given the settings, the database, a folder of its own, the clock, and what is set when it is to end.
    """
    settings = load()
    logs.configure(settings, process)
    os.nice(NICENESS)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _signum, _frame: stop.set())
    clear_up()
    # Another machine judges by this whether the process lives, so the time must be the shared one.
    opened, clock = closing(Database(settings.database)), closing(SharedClock(settings.redis))
    with opened as database, clock as now, _own_folder() as folder:
        return 0 if work(settings, database, folder, now, stop) else 1
