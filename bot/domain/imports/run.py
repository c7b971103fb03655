"""Runs an import: checks the whole file first, then registers people in batches."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import audit, events
from bot.domain.imports import columns, date_order, days, groups, insert, read_file
from bot.domain.imports.groups import ListGroup
from bot.domain.imports.heads import DAY
from bot.domain.imports.plan import BAD, NEW, PlannedRow, RemainingPlaces, erased, plan_rows
from bot.domain.imports.rows import ImportRules, KindFacts, ListedPerson, RejectedRow
from bot.domain.imports.unreadable import ImportNote, UnreadableFile
from bot.domain.imports.validate_rows import RowValidator, questions_of
from bot.domain.keys import KeyRing
from bot.domain.models import AuditEntry, Event, Kind
from bot.domain.passes import kinds
from bot.domain.passes import rules as pass_rules
from bot.errors import Refused
from flows.gate.answers import VISITOR
from flows.shapes.events import MAX_PARTY_SIZE
from flows.text import event_states

BATCH_SIZE = 500
"""Rows of one transaction: a fraction of a second in which nobody else gets a place of the same day."""
PAUSE_SECONDS = 0.12
"""Seconds between two of them on SQLite, whose waiting writers look every tenth of a second whether they may."""
MAX_TRIES = 10
"""Tries of a batch: each follows one in which somebody else registered one of its people or took its places."""
DEADLOCK = "40P01"
"""PostgreSQL has ended one of two transactions that waited for each other."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A file, how it is to be read, and for which event."""

    event: Event
    file: IO[bytes] = field(repr=False)
    table: read_file.ImportTable
    columns: columns.ColumnMap
    rules: ImportRules
    digest: str
    """SHA-256 of the file."""
    again: bool = False
    """Whether somebody whose pass was revoked gets a new one."""
    group: ListGroup | None = None
    """Who has one pass for all of them; None: each row has its own."""

    @property
    def notes(self) -> tuple[ImportNote, ...]:
        """The notes on how the file is read."""
        return (*self.table.notes, *self.rules.dates.notes)


@dataclass(slots=True)
class ImportReport:
    """How many rows came to what."""

    rows: Counter[str] = field(default_factory=Counter)
    """Rows by the states of bot.domain.imports.plan."""
    people: int = 0
    """People who come with the new passes."""
    beyond: int = 0
    """New rows whose party is larger than the public may have."""
    more_days: int = 0
    """New rows that name only some of the days of their kind's passes."""
    unreachable: int = 0
    """New rows without a phone."""
    erased: int = 0
    """Registrations of earlier lists of the event whose people had themselves erased: new rows may name them again."""
    passes: list[int] = field(default_factory=list)
    """The valid passes of the file's people, in its order, as far as they are made."""

    @property
    def all_rows(self) -> int:
        """Rows that are not empty."""
        return self.rows.total()


@dataclass(slots=True)
class ImportAct:
    """The entry of the audit log, which grows with each batch: true whenever the run is broken off."""

    event_id: int
    actor: str
    about: dict[str, Any]
    _id: int | None = None

    def keep(self, db: Session, /, now: datetime, **facts: Any) -> None:
        """Say more of it, in the transaction that makes it so."""
        self.about = {**self.about, **facts}
        entry = db.get(AuditEntry, self._id) if self._id else None
        if entry:
            entry.about = self.about
        else:
            what = audit.VISITORS_IMPORTED
            made = audit.record(db, what, now=now, event_id=self.event_id, actor=self.actor, about=self.about)
            self._id = made.id


def make_plan(
    db: Session,
    slug: str,
    file: IO[bytes],
    *,
    worksheet: str = "",
    encoding: str = "",
    hidden: bool = True,
    dates: str = "",
    given_columns: Sequence[tuple[str, str]] = (),
    defaults: Mapping[str, str] | None = None,
    again: bool = False,
    one_pass: str = "",
    one_pass_phone: str = "",
    region: str,
    now: datetime,
) -> ImportPlan:
    """What reading the file needs; whether people can register for the event at present does not count.

    `worksheet`, `encoding` and `hidden` are those of bot.domain.imports.read_file.read_table; `dates` is days.DMY or
    MDY, where it is known. `one_pass` is the name on one pass for all of them (of each kind and day), and
    `one_pass_phone` whose it is; without a name each row gets its own.
    Raises UnreadableFile, Refused `no_such_event`, `event_over`, `event_cancelled`, `bad_group_name`,
    `bad_group_phone`.
    """
    group = groups.group_of(one_pass, one_pass_phone, region)
    event = events.by_slug(db, slug)
    shape, each = events.shape(event), events.days(db, event.slug)
    state = event_states.state_of(shape, each, now)
    if state in (event_states.CANCELLED, event_states.OVER):
        pass_rules.check_event(shape, each, now)
    there = tuple(_kind(kind) for kind in kinds.given_out(db, event.slug))
    several = len(there) > 1
    known = columns.head_guesses(shape.questions, given_columns, several_kinds=several).known
    table = read_file.read_table(file, worksheet, encoding=encoding, hidden=hidden, known=known)
    found = columns.match_columns(table.heads, shape.questions, given_columns, defaults, several_kinds=several)
    rules = ImportRules(
        event=shape,
        today=now.astimezone(ZoneInfo(event.timezone)).date(),
        days={day.day: event_states.day_state(shape, each, day.day, now) for day in each},
        kinds=there,
        region=region,
        questions=questions_of(shape),
        dates=_dates(table, found, dates, region, [day.day for day in each]),
    )
    return ImportPlan(event, file, table, found, rules, _digest(file), again, group)


def preview(
    database: Database, plan: ImportPlan, *, on_row: Callable[[PlannedRow], None], progress: Callable[[int], None]
) -> ImportReport:
    """Go through the whole file and change nothing. `on_row` gets each row, `progress` how many there were so far."""
    with database.read() as db:
        report = ImportReport(erased=erased(db, plan.event.id))
        ledger = RemainingPlaces(events.days(db, plan.event.slug), plan.rules.today)
    for batch in _batches(plan):
        people = [file_row for file_row in batch if isinstance(file_row, ListedPerson)]
        settled = iter(database.ask(plan_rows, plan.event.id, people, again=plan.again))
        for file_row in batch:
            what = ledger.subtract(next(settled)) if isinstance(file_row, ListedPerson) else PlannedRow(file_row, BAD)
            _add(report, plan, what, ())
            on_row(what)
        progress(report.all_rows)
    return report


def import_people(
    database: Database,
    ring: KeyRing,
    plan: ImportPlan,
    act: ImportAct,
    *,
    consent: str,
    on_row: Callable[[PlannedRow], None],
    progress: Callable[[int], None],
    now: Callable[[], datetime],
) -> ImportReport:
    """Register everybody of the file who is not registered yet. What a killed run has done stays done.

    Raises UnreadableFile `changed` where the file is not what the plan was made of, and Refused where in
    MAX_TRIES tries somebody else was always faster.
    """
    if _digest(plan.file) != plan.digest:
        raise UnreadableFile("changed")
    report = ImportReport(erased=database.ask(erased, plan.event.id))
    for batch in _batches(plan):
        people = [file_row for file_row in batch if isinstance(file_row, ListedPerson)]
        made = iter(_insert_batch(database, ring, plan, act, report, people, consent=consent, now=now()))
        for file_row in batch:
            done = (
                next(made)
                if isinstance(file_row, ListedPerson)
                else insert.InsertedPerson(PlannedRow(file_row, BAD), ())
            )
            _add(report, plan, done.planned, done.passes)
            on_row(done.planned)
        progress(report.all_rows)
        if database.is_sqlite:
            time.sleep(PAUSE_SECONDS)
    record_facts(database, act, now(), **_counts(report), finished=True)
    return report


def record_facts(database: Database, act: ImportAct, now: datetime, **facts: Any) -> None:
    """Say more of an import in the audit log, such as what was printed of it."""
    database.do(act.keep, now, **facts)


def _insert_batch(
    database: Database,
    ring: KeyRing,
    plan: ImportPlan,
    act: ImportAct,
    report: ImportReport,
    people: Sequence[ListedPerson],
    *,
    consent: str,
    now: datetime,
) -> list[insert.InsertedPerson]:
    """Insert one batch in a transaction; try again where somebody else was faster."""
    for tried in range(1, MAX_TRIES + 1):
        try:
            with database.write() as db:
                made = insert.insert_people(db, ring, plan.event, people, consent=consent, again=plan.again, now=now)
                states = Counter(inserted.planned.state for inserted in made)
                act.keep(db, now, **{**_counts(report), NEW: report.rows[NEW] + states[NEW]})
        except (IntegrityError, Refused):
            if tried == MAX_TRIES:
                raise
        except OperationalError as error:
            if tried == MAX_TRIES or getattr(error.orig, "sqlstate", "") != DEADLOCK:
                raise
        else:
            break
    return made


def _batches(plan: ImportPlan) -> Iterator[list[ListedPerson | RejectedRow]]:
    judge = RowValidator(plan.rules, plan.columns)
    rows: Iterator[ListedPerson | RejectedRow] = (judge.validate(number, cells) for number, cells in plan.table.rows())
    if plan.group:
        rows = groups.gathered(plan.group, rows, plan.rules.event.languages[0])
    while batch := list(islice(rows, BATCH_SIZE)):
        yield batch


def _add(report: ImportReport, plan: ImportPlan, planned: PlannedRow, pass_ids: Sequence[int]) -> None:
    report.rows[planned.state] += 1
    report.passes += [existing.id for existing in planned.existing if existing]
    report.passes += pass_ids
    if planned.state == NEW and isinstance(planned.row, ListedPerson):
        report.people += planned.row.party_size * len(planned.fresh)
        report.beyond += planned.row.party_size > plan.event.max_party
        report.more_days += planned.row.more_days
        report.unreachable += planned.row.phone is None


def _counts(report: ImportReport) -> dict[str, int]:
    return {"rows": report.all_rows, **dict(report.rows)}


def _dates(
    table: read_file.ImportTable, columns_: columns.ColumnMap, given: str, region: str, event_days: Sequence[date]
) -> date_order.DateOrder:
    """Whether the day or the month stands first: one row tells it for the whole column."""
    place = columns_.places.get(DAY)
    if place is None:
        return date_order.DateOrder(given or days.DMY)
    cells = ((number, cells[place]) for number, cells in table.rows() if place < len(cells))
    return date_order.date_order(cells, columns_.heads[place], given, region, event_days)


def _kind(kind: Kind) -> KindFacts:
    """The public's limit binds only the public; a kind's own limit binds everybody."""
    names = (kind.slug, *map(str, kind.labels.values()), *((VISITOR,) if kind.number == 0 else ()))
    most = kind.max_party or MAX_PARTY_SIZE
    return KindFacts(kind.id, kind.slug, names, most, tuple(sorted(map(date.fromisoformat, kind.days or ()))))


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # IO[bytes] has all that it reads by
