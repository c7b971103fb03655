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
from bot.domain.events import validation as event_validation
from bot.domain.imports import columns, date_order, days, insert, read_file
from bot.domain.imports.heads import DAY
from bot.domain.imports.plan import BAD, NEW, Ledger, Settled, erased, settle
from bot.domain.imports.rows import BadRow, KindFacts, Person, Rules
from bot.domain.imports.unreadable import Note, Unreadable
from bot.domain.imports.validate_rows import Judge, questions_of
from bot.domain.keys import KeyRing
from bot.domain.models import AuditEntry, Event, Kind
from bot.domain.passes import kinds
from bot.domain.passes import rules as pass_rules
from bot.errors import Refused
from flows.gate.answers import VISITOR
from flows.text import event_states

BATCH = 500
"""Rows of one transaction: a fraction of a second in which nobody else gets a place of the same day."""
PAUSE = 0.12
"""Seconds between two of them on SQLite, whose waiting writers look every tenth of a second whether they may."""
TRIES = 10
"""Tries of a batch: each follows one in which somebody else registered one of its people or took its places."""
DEADLOCK = "40P01"
"""PostgreSQL has ended one of two transactions that waited for each other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A file, how it is to be read, and for which event."""

    event: Event
    file: IO[bytes] = field(repr=False)
    table: read_file.Table
    columns: columns.Columns
    rules: Rules
    digest: str
    """SHA-256 of the file."""
    again: bool = False
    """Whether somebody whose pass was revoked gets a new one."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes on how the file is read."""
        return (*self.table.notes, *self.rules.dates.notes)


@dataclass(slots=True)
class Report:
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
class Act:
    """The entry of the audit log, which grows with each batch: true whenever the run is broken off."""

    event_id: int
    actor: str
    about: dict[str, Any]
    _id: int | None = None

    def keep(self, db: Session, now: datetime, **facts: Any) -> None:
        """Say more of it, in the transaction that makes it so."""
        self.about = {**self.about, **facts}
        entry = db.get(AuditEntry, self._id) if self._id else None
        if entry:
            entry.about = self.about
        else:
            what = audit.VISITORS_IMPORTED
            made = audit.note(db, what, now=now, event_id=self.event_id, actor=self.actor, about=self.about)
            self._id = made.id


def plan(
    db: Session,
    slug: str,
    file: IO[bytes],
    *,
    worksheet: str = "",
    encoding: str = "",
    hidden: bool = True,
    dates: str = "",
    told: Sequence[tuple[str, str]] = (),
    defaults: Mapping[str, str] | None = None,
    again: bool = False,
    region: str,
    now: datetime,
) -> Plan:
    """What reading the file needs; whether people can register for the event at present does not count.

    `worksheet`, `encoding` and `hidden` are those of bot.domain.imports.read_file.table; `dates` is days.DMY or MDY,
    where it is known.
    Raises Unreadable, Refused `no_such_event`, `event_over`, `event_cancelled`.
    """
    event = events.by_slug(db, slug)
    shape, each = events.shape(event), events.days(db, event.slug)
    state = event_states.state_of(shape, each, now)
    if state in (event_states.CANCELLED, event_states.OVER):
        pass_rules.check_event(shape, each, now)
    there = tuple(_kind(kind) for kind in kinds.listed(db, event.slug))
    several = len(there) > 1
    known = columns.guesses(shape.questions, told, several_kinds=several).known
    table = read_file.table(file, worksheet, encoding=encoding, hidden=hidden, known=known)
    found = columns.matched(table.heads, shape.questions, told, defaults, several_kinds=several)
    rules = Rules(
        event=shape,
        today=now.astimezone(ZoneInfo(event.timezone)).date(),
        days={day.day: event_states.day_state(shape, each, day.day, now) for day in each},
        kinds=there,
        region=region,
        questions=questions_of(shape),
        dates=_dates(table, found, dates, region, [day.day for day in each]),
    )
    return Plan(event, file, table, found, rules, _digest(file), again)


def look(database: Database, plan: Plan, *, seen: Callable[[Settled], None], told: Callable[[int], None]) -> Report:
    """Go through the whole file and change nothing. `seen` gets each row, `told` how many there were so far."""
    with database.read() as db:
        report = Report(erased=erased(db, plan.event.id))
        ledger = Ledger(events.days(db, plan.event.slug), plan.rules.today)
    for batch in _batches(plan):
        people = [one for one in batch if isinstance(one, Person)]
        with database.read() as db:
            settled = iter(settle(db, plan.event.id, people, again=plan.again))
        for one in batch:
            what = ledger.take(next(settled)) if isinstance(one, Person) else Settled(one, BAD)
            _add(report, plan, what, ())
            seen(what)
        told(report.all_rows)
    return report


def take(
    database: Database,
    ring: KeyRing,
    plan: Plan,
    act: Act,
    *,
    consent: str,
    seen: Callable[[Settled], None],
    told: Callable[[int], None],
    now: Callable[[], datetime],
) -> Report:
    """Register everybody of the file who is not registered yet. What a killed run has done stays done.

    Raises Unreadable `changed` where the file is not what the plan was made of, and Refused where in
    TRIES tries somebody else was always faster.
    """
    if _digest(plan.file) != plan.digest:
        raise Unreadable("changed")
    with database.read() as db:
        report = Report(erased=erased(db, plan.event.id))
    for batch in _batches(plan):
        people = [one for one in batch if isinstance(one, Person)]
        made = iter(_taken(database, ring, plan, act, report, people, consent=consent, now=now()))
        for one in batch:
            done = next(made) if isinstance(one, Person) else insert.Made(Settled(one, BAD), ())
            _add(report, plan, done.settled, done.passes)
            seen(done.settled)
        told(report.all_rows)
        if database.is_sqlite:
            time.sleep(PAUSE)
    note(database, act, now(), **_counts(report), finished=True)
    return report


def note(database: Database, act: Act, now: datetime, **facts: Any) -> None:
    """Say more of an import in the audit log, such as what was printed of it."""
    with database.write() as db:
        act.keep(db, now, **facts)


def _taken(
    database: Database,
    ring: KeyRing,
    plan: Plan,
    act: Act,
    report: Report,
    people: Sequence[Person],
    *,
    consent: str,
    now: datetime,
) -> list[insert.Made]:
    """Insert one batch in a transaction; try again where somebody else was faster."""
    for tried in range(1, TRIES + 1):
        try:
            with database.write() as db:
                made = insert.take(db, ring, plan.event, people, consent=consent, again=plan.again, now=now)
                states = Counter(one.settled.state for one in made)
                act.keep(db, now, **{**_counts(report), NEW: report.rows[NEW] + states[NEW]})
        except (IntegrityError, Refused):
            if tried == TRIES:
                raise
        except OperationalError as error:
            if tried == TRIES or getattr(error.orig, "sqlstate", "") != DEADLOCK:
                raise
        else:
            break
    return made


def _batches(plan: Plan) -> Iterator[list[Person | BadRow]]:
    judge = Judge(plan.rules, plan.columns)
    rows = iter(plan.table.rows())
    while batch := [judge.judge(number, cells) for number, cells in islice(rows, BATCH)]:
        yield batch


def _add(report: Report, plan: Plan, settled: Settled, made: Sequence[int]) -> None:
    report.rows[settled.state] += 1
    report.passes += [one.id for one in settled.held if one]
    report.passes += made
    if settled.state == NEW and isinstance(settled.row, Person):
        report.people += settled.row.party_size * len(settled.fresh)
        report.beyond += settled.row.party_size > plan.event.max_party
        report.more_days += settled.row.more_days
        report.unreachable += settled.row.phone is None


def _counts(report: Report) -> dict[str, int]:
    return {"rows": report.all_rows, **dict(report.rows)}


def _dates(
    table: read_file.Table, found: columns.Columns, told: str, region: str, event_days: Sequence[date]
) -> date_order.Order:
    """Whether the day or the month stands first: one row tells it for the whole column."""
    place = found.places.get(DAY)
    if place is None:
        return date_order.Order(told or days.DMY)
    cells = ((number, cells[place]) for number, cells in table.rows() if place < len(cells))
    return date_order.order(cells, found.heads[place], told, region, event_days)


def _kind(kind: Kind) -> KindFacts:
    """The public's limit binds only the public; a kind's own limit binds everybody."""
    names = (kind.slug, *map(str, kind.labels.values()), *((VISITOR,) if kind.number == 0 else ()))
    most = kind.max_party or event_validation.MOST_PEOPLE
    return KindFacts(kind.id, kind.slug, names, most, tuple(sorted(map(date.fromisoformat, kind.days or ()))))


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # IO[bytes] has all that it reads by
