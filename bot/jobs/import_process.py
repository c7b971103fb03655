"""`python -m bot.jobs.import_process NUMBER WORKER`: works on a list that an admin dropped on a page.

See bot.jobs.work_process for how it lives and ends. A look
changes nothing; an import that is killed in the middle is begun again by the next worker, finds whoever was registered
and registers the others: nobody twice.
"""

import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import structlog
from redis import Redis
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, joinedload

from bot import pass_keys
from bot.database import Database
from bot.delivery.campaigns import bulk_passes
from bot.delivery.outbox.session_window import SessionWindows
from bot.domain.imports import read_file, stored
from bot.domain.imports import report as import_report
from bot.domain.imports import run as run_import
from bot.domain.imports.stored import LISTS
from bot.domain.imports.unreadable import UnreadableFile
from bot.domain.keys import KeyRing
from bot.domain.models import ListImport
from bot.errors import Refused
from bot.jobs import work_process
from bot.jobs.work_process import WorkRun, WorkStopped
from bot.ops import connections
from bot.settings import Settings

log = structlog.get_logger(__name__)

PLAN_OPTIONS = (
    "worksheet",
    "encoding",
    "hidden",
    "dates",
    "given_columns",
    "defaults",
    "again",
    "one_pass",
    "one_pass_phone",
)
"""What of a list's options bot.domain.imports.run.make_plan takes."""


@dataclass(frozen=True, slots=True)
class ImportDeps:
    """The parts of the process that the tasks need."""

    database: Database
    ring: KeyRing
    settings: Settings
    redis: "Redis" = field(repr=False)


@dataclass(slots=True)
class StoredAct(run_import.ImportAct):
    """The entry of the audit log, which counts on the list too; a run whose list is not its own keeps nothing more."""

    run: WorkRun | None = None
    before: int = 0
    """Rows that were registered by runs that were broken off."""

    def keep(self, db: Session, /, now: datetime, **facts: Any) -> None:
        """Say more of it, in the transaction that makes it so. Raises WorkStopped."""
        run_import.ImportAct.keep(self, db, now, **facts)
        if self.run is None:
            return
        registered = self.before + int(facts.get("new", 0))
        if not LISTS.update_owned(db, self.run.number, self.run.token, registered=registered):
            self.run.lost.set()
            raise WorkStopped


def begin(number: int) -> None:
    """Start a process that works on this list, where this worker has not started enough of them."""
    work_process.begin(number, __name__)


def start_waiting(database: Database, now: datetime) -> None:
    """Begin what waits or was left behind, delete what was kept for long enough. Run by the clock."""
    due = database.ask(LISTS.waiting, now)
    database.do(stored.purge, now)
    for number in due:
        begin(number)


def work(deps: ImportDeps, number: int, now: Callable[[], datetime], stop: threading.Event, parent: int) -> bool:
    """Do what is asked for with one list; False where that is not for us to do, or did not come to its end."""
    token = deps.database.do(stored.claim, number, now())
    if token is None:
        return False
    run = WorkRun(LISTS, deps.database, number, token, now, stop, parent)
    return run.carry_out(lambda: _do(deps, run), lambda problem: _failed(run, problem))


def _do(deps: ImportDeps, run: WorkRun) -> bool:
    with deps.database.read() as db:
        whole = [joinedload(ListImport.event), joinedload(ListImport.staff)]
        row = db.get_one(ListImport, run.number, options=whole)
        slug, task = row.event.slug, row.task
    if task in (stored.SHEET, stored.SEND):
        (_print_sheet if task == stored.SHEET else _send)(deps, run, row)
        return True
    with tempfile.TemporaryFile() as file:
        deps.database.ask(stored.write_file, run.number, file)
        done = _look(deps, run, row, slug, file) if task == stored.LOOK else _import(deps, run, row, slug, file)
    log.info("list_worked_on", list=run.number, task=task, rows=run.rows, done=done)
    return True


def _plan(deps: ImportDeps, row: ListImport, slug: str, file: IO[bytes], now: datetime) -> run_import.ImportPlan:
    said: dict[str, Any] = {name: row.options[name] for name in PLAN_OPTIONS if name in row.options}
    said["given_columns"] = [(head, thing) for head, thing in said.get("given_columns", [])]
    return deps.database.ask(run_import.make_plan, slug, file, region=deps.settings.default_region, now=now, **said)


def _look(deps: ImportDeps, run: WorkRun, row: ListImport, slug: str, file: IO[bytes]) -> bool:
    try:
        plan = _plan(deps, row, slug, file, run.now())
    except UnreadableFile as problem:
        return _unreadable(run, row, file, problem)
    notes = import_report.RowNotes(plan)
    looked = run_import.preview(deps.database, plan, on_row=notes.add, progress=run.report_rows)
    told = import_report.found(plan, looked, notes)
    return deps.database.do(LISTS.finish, run.number, run.token, run.now(), report=told, rows=looked.all_rows)


def _unreadable(run: WorkRun, row: ListImport, file: IO[bytes], problem: UnreadableFile) -> bool:
    """Say why, and name the columns where these are all that is amiss: the admin chooses what they hold."""
    told = {"params": import_report.as_json(problem.params)}
    try:
        how = {name: row.options[name] for name in ("worksheet", "encoding", "hidden") if name in row.options}
        told |= import_report.how_read(read_file.read_table(file, **how).heads, {})
    except UnreadableFile:
        pass
    return run.database.do(LISTS.fail, run.number, run.token, problem.code, run.now(), report=told)


def _import(deps: ImportDeps, run: WorkRun, row: ListImport, slug: str, file: IO[bytes]) -> bool:
    plan = _plan(deps, row, slug, file, run.now())
    about = {"file": plan.digest[:16], "list": run.number}
    act = StoredAct(plan.event.id, row.staff.name if row.staff else row.actor, about, run=run, before=row.registered)
    notes = import_report.RowNotes(plan)
    done = run_import.import_people(
        deps.database,
        deps.ring,
        plan,
        act,
        consent=str(row.options["consent"]),
        on_row=notes.add,
        progress=run.report_rows,
        now=run.now,
    )
    told = {**row.report, **import_report.counts(plan, done), "imported": True}
    told |= {"problems": notes.problems, "more": notes.more}
    with deps.database.write() as db:
        stored.put_passes(db, run.number, done.passes)
        finished = LISTS.finish(db, run.number, run.token, run.now(), report=told, rows=done.all_rows)
        if not finished:
            raise WorkStopped
    return finished


def _print_sheet(deps: ImportDeps, run: WorkRun, row: ListImport) -> None:
    passes = deps.database.ask(stored.passes_of, run.number)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "passes.pdf"
        number = bulk_passes.write_sheet(deps, row.event_id, passes, path, run.report_rows)
        pieces = stored.pack(path.read_bytes())
    told = {**row.report, "sheet": number}
    with deps.database.write() as db:
        stored.put(db, run.number, stored.SHEET_PART, pieces)
        if not LISTS.finish(db, run.number, run.token, run.now(), report=told, rows=number):
            raise WorkStopped


def _send(deps: ImportDeps, run: WorkRun, row: ListImport) -> None:
    passes = deps.database.ask(stored.passes_of, run.number)
    windows = SessionWindows(deps.redis)
    ways = bulk_passes.enqueue_passes(
        deps.database, windows, deps.settings, passes, now=run.now, report=run.report_rows
    )
    told = {**row.report, "send": dict(ways)}
    deps.database.do(LISTS.finish, run.number, run.token, run.now(), report=told, rows=len(passes))


def _failed(run: WorkRun, problem: Exception) -> None:
    """Whatever it was: of an exception of others only its kind is told, as its words may quote somebody."""
    if isinstance(problem, SQLAlchemyError):
        log.warning("import_interrupted", list=run.number, problem=type(problem).__name__)
        return
    known = isinstance(problem, Refused | UnreadableFile)
    reason = problem.code if isinstance(problem, Refused | UnreadableFile) else "broken"
    log.error("list_failed", list=run.number, reason=reason, problem="" if known else type(problem).__name__)
    run.database.do(LISTS.fail, run.number, run.token, reason, run.now())


def _with_redis(
    settings: Settings, database: Database, _: Path, now: Callable[[], datetime], stop: threading.Event
) -> bool:
    number, parent = map(int, sys.argv[1:3])
    with connections.connect_redis(settings.redis) as redis:
        deps = ImportDeps(database, pass_keys.open_ring(database, settings), settings, redis)
        return work(deps, number, now, stop, parent)


if __name__ == "__main__":
    sys.exit(work_process.run("import", _with_redis))
