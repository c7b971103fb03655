"""Records scans that were made without a network; what happened at a gate is never refused.

The scans of one pass are taken together, in the order of their clocks, in one transaction each: so an exit
that was uploaded with the two entries around it stands between them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.domain import checkins
from bot.domain.checkins import answers as scan_answers
from bot.domain.checkins import rows, scan_input, scan_times
from bot.domain.checkins import rules as scan_rules
from bot.domain.checkins.offline import usage as offline_usage
from bot.domain.checkins.rules import ScannedPass
from bot.domain.events import scan_context
from bot.domain.events.scan_context import ScanContext
from bot.domain.keys import KeyRing
from bot.domain.models import Attempt, Device, Event, Pass
from bot.domain.models.base import MAX_ID
from bot.domain.passes.tokens import PassToken
from bot.errors import Refused
from flows.shapes import Invalid
from flows.shapes.scans import ADMITTED, ALREADY_ADMITTED, CONFLICT, LATE, LEFT, OUT, RESULTS, TOO_MANY, Admission, Scan

BatchResult = Admission | Refused
PASSING_RESULTS = (ADMITTED, LEFT)
"""What a scanner shows when it lets people pass."""


def record(database: Database, ring: KeyRing, scans: Sequence[Scan], now: datetime) -> list[BatchResult]:
    """Answers in the order of the scans, each by itself; a Refused stands for a scan that cannot be one.

    A scan_id that was answered before gets the same answer. Of the rest, what was shown as admitted is
    `admitted` (or `left`), or `conflict` where more people went in than the party has: nobody is counted
    twice then, and the earliest entry by the scanners' clocks is the pass's first. Of a pass that was issued
    anew meanwhile, old and new are one: whoever went in with the one has gone in with the other. What was shown as
    anything else is kept as an attempt. A pass that there is not cannot be recorded: `unknown`, `forged`
    and `unreadable` are kept as attempts too. Whether a supervisor may force an entry, the caller has checked.
    """
    answers: dict[int, BatchResult] = {}
    scans, groups = _groups(database, ring, scans, now)
    for group in groups:
        answers |= database.do(_of_one_pass, ring, {number: scans[number] for number in group}, now)
    return [answers[number] for number in range(len(scans))]


def _groups(
    database: Database, ring: KeyRing, scans: Sequence[Scan], now: datetime
) -> tuple[list[Scan], Iterable[list[int]]]:
    """The scans, each at the moment that counts for it; and the numbers of those of each pass, by time.

    What is of no pass stands by itself.
    """
    with database.read() as db:
        ids = _ids(db, ring, scans)
        instead = scan_rules.standing_in(db, {pass_id for pass_id in ids if pass_id is not None})
        timed = _timed(db, scans, ids, now)
    groups: dict[object, list[int]] = {}
    # Even a wrong clock tells the order of its own scans.
    order = [(scan.scanned_at or now, said.scanned_at or now) for scan, said in zip(timed, scans, strict=True)]
    for number in sorted(range(len(scans)), key=order.__getitem__):
        held = ids[number]
        groups.setdefault(("none", number) if held is None else instead.get(held, held), []).append(number)
    return timed, groups.values()


def _ids(db: Session, ring: KeyRing, scans: Sequence[Scan]) -> list[int | None]:
    """The ids of the passes that were held up, whether there are such passes or not; None of what names none."""
    read = [_read(scan, ring) for scan in scans]
    codes = {reading for reading in read if isinstance(reading, str)}
    known = {row.code: row.id for row in db.execute(select(Pass.code, Pass.id).where(Pass.code.in_(codes)))}
    return [reading.pass_id if isinstance(reading, PassToken) else known.get(reading or "") for reading in read]


def _timed(db: Session, scans: Sequence[Scan], ids: Sequence[int | None], now: datetime) -> list[Scan]:
    """The scans at the moments that count for them. Of each pass, scanner and event it matters when it was made."""
    passes = {pass_id for pass_id in ids if pass_id is not None and pass_id <= MAX_ID}
    issued: dict[int | None, datetime] = dict(_made_at(db, Pass.id, Pass.issued_at, passes))
    made: dict[int | None, datetime] = dict(
        _made_at(db, Device.id, Device.created_at, {scan.device_id for scan in scans})
    )
    begun: dict[str, datetime] = dict(_made_at(db, Event.slug, Event.created_at, {scan.event for scan in scans}))
    timed = []
    for scan, held in zip(scans, ids, strict=True):
        # A `late` scan was made with another scanner than the one that uploads it.
        needed = [issued.get(held), made.get(scan.device_id) if scan.channel != LATE else None, begun.get(scan.event)]
        earliest = max((made_at for made_at in needed if made_at is not None), default=now)
        timed.append(scan_times.at_its_time(scan, earliest, now))
    return timed


def _made_at(db: Session, name: Any, moment: Any, wanted: Collection[Any]) -> Iterable[tuple[Any, datetime]]:
    """When these rows were made, by name."""
    return [(row[0], row[1]) for row in db.execute(select(name, moment).where(name.in_(wanted)))]


def _read(scan: Scan, ring: KeyRing) -> str | PassToken | None:
    try:
        return scan_input.read(scan.text, ring)
    except Invalid:
        return None


@dataclass(frozen=True, slots=True)
class _RecordedScan:
    """A scan whose place is known, and the row that has its scan_id; 0: the scan_id was taken before."""

    scan: Scan
    place: ScanContext
    row_id: int


def _of_one_pass(db: Session, ring: KeyRing, group: Mapping[int, Scan], now: datetime) -> dict[int, BatchResult]:
    """The answers to the scans of one pass, given in the order of time.

    All scan_ids are taken before the pass's use is, and in one order: so that no two transactions wait
    for each other.
    """
    begun: dict[int, _RecordedScan] = {}
    answers: dict[int, BatchResult] = {}
    for number in sorted(group, key=lambda number: group[number].scan_id):
        try:
            begun[number] = _begin(db, group[number], now)
        except Refused as no:
            answers[number] = no
    mine = {number: begun[number] for number in group if number in begun and begun[number].row_id}
    for number, recorded in mine.items():
        coming = [other for later, other in mine.items() if later != number and later not in answers]
        answers[number] = _judge(db, ring, recorded, coming, now)
    told = {recorded.scan.scan_id: answers[number] for number, recorded in mine.items()}
    for number, recorded in begun.items():
        if number not in mine:  # another row has the scan_id, or another scan of this group had
            answers[number] = (
                rows.stored_answer(db, recorded.place.event.id, recorded.scan.scan_id) or told[recorded.scan.scan_id]
            )
    return answers


def _begin(db: Session, scan: Scan, now: datetime) -> _RecordedScan:
    checkins.check(scan)
    if scan.shown not in RESULTS:
        raise ValueError(scan.shown)
    place = scan_context.load(db, scan.event, scan.gate, scan.scanned_at or now, scan_id=scan.scan_id)
    return _RecordedScan(scan, place, rows.claim(db, place, scan, now) or 0)


def _judge(
    db: Session, ring: KeyRing, recorded: _RecordedScan, coming: Sequence[_RecordedScan], now: datetime
) -> Admission:
    subject, result = scan_rules.identify(db, ring, recorded.scan.text, recorded.place)
    if subject is None or recorded.scan.shown not in PASSING_RESULTS:
        answer = _record_as_attempt(db, recorded, subject, result or recorded.scan.shown, now)
    else:
        answer = _record_as_happened(
            db, recorded, subject, scan_rules.effective_pass(db, ring, subject, recorded.place), coming
        )
    return replace(answer, clock=recorded.scan.clock)


def _record_as_attempt(
    db: Session, recorded: _RecordedScan, subject: ScannedPass | None, result: str, now: datetime
) -> Admission:
    """Keep the attempt, once however often the batch comes.

    Its answer says when a used pass was used, as is known now: a scanner without a network knew less. Whose pass it
    is it never says: a list of codes that somebody made up would become a list of people.
    """
    scan, place = recorded.scan, recorded.place
    rows.release(db, recorded.row_id)
    same = exists().where(
        Attempt.event_id == place.event.id, Attempt.scan_id == scan.scan_id, Attempt.channel == scan.channel
    )
    if not db.scalar(select(same)):
        rows.record_attempt(db, place, scan, result, subject.issued.id if subject else None, now)
    if subject is None or scan_rules.is_elsewhere(subject, place):
        return Admission(result, scan.scan_id)
    if result in (ALREADY_ADMITTED, TOO_MANY) and scan.direction != OUT:
        return replace(scan_answers.used(db, result, scan, _day(subject, place), subject), pass_=None)
    return Admission(result, scan.scan_id)


def _record_as_happened(
    db: Session, recorded: _RecordedScan, scanned: ScannedPass, subject: ScannedPass, coming: Sequence[_RecordedScan]
) -> Admission:
    """Record it; `scanned` is the pass that was held up, `subject` the one to which it counts."""
    scan, day = recorded.scan, _day(subject, recorded.place)
    period = subject.terms.period(day)
    first_id, first = rows.first_entry(db, subject.issued.id, period)
    later = [_movement(other) for other in coming if other.scan.shown in PASSING_RESULTS]
    past = offline_usage.add(db, subject.terms, period, _movement(recorded), later)
    left = subject.terms.left(past.entered, past.gone)
    result = LEFT if scan.direction == OUT else CONFLICT if past.claimed > past.people else ADMITTED
    over = _overruled(recorded, scanned, result)
    rows.fill(
        db,
        recorded.row_id,
        pass_id=subject.issued.id,
        result=result,
        people=past.people,
        claimed=past.claimed,
        remaining=left,
        day=day,
        period=period,
        first_id=first_id if result != LEFT else None,
        **checkins.overruled(scan, over),
    )
    told = first if result != LEFT else None
    seen = None if scan_rules.is_elsewhere(subject, recorded.place) else subject.to_view()
    return Admission(result, scan.scan_id, past.people, left, seen, told, bool(over))


def _overruled(recorded: _RecordedScan, subject: ScannedPass, result: str) -> str:
    """The objection to an entry that a supervisor forced; empty where there was none, or nobody forced it."""
    if not recorded.scan.force or result == LEFT:
        return ""
    against = scan_rules.objection(subject, recorded.place)
    return against or (ALREADY_ADMITTED if result == CONFLICT else "")


def _day(subject: ScannedPass, context: ScanContext) -> date:
    """The event's day of the scan, or where the pass is not for it the pass's day that is nearest.

    A clock that is a day off must not leave the pass unused on the day for which it is.
    """
    if scan_rules.is_elsewhere(subject, context):
        return context.day
    return min(subject.days, key=lambda day: abs((day - context.day).days))


def _movement(recorded: _RecordedScan) -> offline_usage.Movement:
    return offline_usage.Movement(recorded.place.moment, recorded.scan.direction, recorded.scan.count)
