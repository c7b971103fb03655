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
from bot.domain.checkins import context as scan_context
from bot.domain.checkins import rows, scan_input, scan_times
from bot.domain.checkins import rules as scan_rules
from bot.domain.checkins.context import Place
from bot.domain.checkins.offline import usage as offline_usage
from bot.domain.checkins.rules import Subject
from bot.domain.keys import KeyRing
from bot.domain.models import Attempt, Device, Event, Pass
from bot.domain.passes.tokens import PassToken
from bot.errors import Refused
from flows.shapes import Invalid
from flows.shapes.scans import ADMITTED, ALREADY_ADMITTED, CONFLICT, LATE, LEFT, OUT, RESULTS, TOO_MANY, Admission, Scan

Answer = Admission | Refused
HAPPENED = (ADMITTED, LEFT)
"""What a scanner shows when it lets people pass."""


def record(database: Database, ring: KeyRing, scans: Sequence[Scan], now: datetime) -> list[Answer]:
    """Answers in the order of the scans, each by itself; a Refused stands for a scan that cannot be one.

    A scan_id that was answered before gets the same answer. Of the rest, what was shown as admitted is
    `admitted` (or `left`), or `conflict` where more people went in than the party has: nobody is counted
    twice then, and the earliest entry by the scanners' clocks is the pass's first. Of a pass that was issued
    anew meanwhile, old and new are one: whoever went in with the one has gone in with the other. What was shown as
    anything else is kept as an attempt. A pass that there is not cannot be recorded: `unknown`, `forged`
    and `unreadable` are kept as attempts too. Whether whoever forced an entry may do so, the caller knows.
    """
    answers: dict[int, Answer] = {}
    scans, groups = _groups(database, ring, scans, now)
    for group in groups:
        with database.write() as db:
            answers |= _of_one_pass(db, ring, {number: scans[number] for number in group}, now)
    return [answers[number] for number in range(len(scans))]


def _groups(
    database: Database, ring: KeyRing, scans: Sequence[Scan], now: datetime
) -> tuple[list[Scan], Iterable[list[int]]]:
    """The scans, each at the moment that counts for it; and the numbers of those of each pass, by time.

    What is of no pass stands by itself.
    """
    with database.read() as db:
        ids = _ids(db, ring, scans)
        instead = scan_rules.standing_in(db, {one for one in ids if one is not None})
        timed = _timed(db, scans, ids, now)
    groups: dict[object, list[int]] = {}
    # Even a wrong clock tells the order of its own scans.
    order = [(one.scanned_at or now, said.scanned_at or now) for one, said in zip(timed, scans, strict=True)]
    for number in sorted(range(len(scans)), key=order.__getitem__):
        held = ids[number]
        groups.setdefault(("none", number) if held is None else instead.get(held, held), []).append(number)
    return timed, groups.values()


def _ids(db: Session, ring: KeyRing, scans: Sequence[Scan]) -> list[int | None]:
    """The ids of the passes that were held up, whether there are such passes or not; None of what names none."""
    read = [_read(scan, ring) for scan in scans]
    codes = {one for one in read if isinstance(one, str)}
    known = {row.code: row.id for row in db.execute(select(Pass.code, Pass.id).where(Pass.code.in_(codes)))}
    return [one.pass_id if isinstance(one, PassToken) else known.get(one or "") for one in read]


def _timed(db: Session, scans: Sequence[Scan], ids: Sequence[int | None], now: datetime) -> list[Scan]:
    """The scans at the moments that count for them. Of each pass, scanner and event it matters when it was made."""
    passes = {one for one in ids if one is not None and one <= scan_rules.LARGEST_ID}
    issued: dict[int | None, datetime] = dict(_made(db, Pass.id, Pass.issued_at, passes))
    made: dict[int | None, datetime] = dict(_made(db, Device.id, Device.created_at, {one.device_id for one in scans}))
    begun: dict[str, datetime] = dict(_made(db, Event.slug, Event.created_at, {one.event for one in scans}))
    timed = []
    for scan, held in zip(scans, ids, strict=True):
        # A `late` scan was made with another scanner than the one that uploads it.
        needed = [issued.get(held), made.get(scan.device_id) if scan.channel != LATE else None, begun.get(scan.event)]
        earliest = max((one for one in needed if one is not None), default=now)
        found = scan_times.booked(scan, earliest, now)
        timed.append(replace(scan, scanned_at=found.moment, clock=found.clock))
    return timed


def _made(db: Session, name: Any, moment: Any, wanted: Collection[Any]) -> Iterable[tuple[Any, datetime]]:
    """When these rows were made, by name."""
    return [(row[0], row[1]) for row in db.execute(select(name, moment).where(name.in_(wanted)))]


def _read(scan: Scan, ring: KeyRing) -> str | PassToken | None:
    try:
        return scan_input.read(scan.text, ring)
    except Invalid:
        return None


@dataclass(frozen=True, slots=True)
class _Begun:
    """A scan whose place is known, and the row that has its scan_id; 0: the scan_id was taken before."""

    scan: Scan
    place: Place
    row_id: int


def _of_one_pass(db: Session, ring: KeyRing, group: Mapping[int, Scan], now: datetime) -> dict[int, Answer]:
    """The answers to the scans of one pass, given in the order of time.

    All scan_ids are taken before the pass's use is, and in one order: so that no two transactions wait
    for each other.
    """
    begun: dict[int, _Begun] = {}
    answers: dict[int, Answer] = {}
    for number in sorted(group, key=lambda number: group[number].scan_id):
        try:
            begun[number] = _begin(db, group[number], now)
        except Refused as no:
            answers[number] = no
    mine = {number: begun[number] for number in group if number in begun and begun[number].row_id}
    for number, one in mine.items():
        coming = [other for later, other in mine.items() if later != number and later not in answers]
        answers[number] = _judged(db, ring, one, coming, now)
    told = {one.scan.scan_id: answers[number] for number, one in mine.items()}
    for number, one in begun.items():
        if number not in mine:  # another row has the scan_id, or another scan of this group had
            answers[number] = rows.kept(db, one.place.event.id, one.scan.scan_id) or told[one.scan.scan_id]
    return answers


def _begin(db: Session, scan: Scan, now: datetime) -> _Begun:
    checkins.check(scan)
    if scan.shown not in RESULTS:
        raise ValueError(scan.shown)
    place = scan_context.load(db, scan.event, scan.gate, scan.scanned_at or now, hold=True)
    return _Begun(scan, place, rows.claim(db, place, scan, now) or 0)


def _judged(db: Session, ring: KeyRing, one: _Begun, coming: Sequence[_Begun], now: datetime) -> Admission:
    subject, result = scan_rules.identify(db, ring, one.scan.text, one.place)
    if subject is None or one.scan.shown not in HAPPENED:
        answer = _kept_as_attempt(db, one, subject, result or one.scan.shown, now)
    else:
        answer = _happened(db, one, subject, scan_rules.counted_as(db, ring, subject, one.place), coming)
    return replace(answer, clock=one.scan.clock)


def _kept_as_attempt(db: Session, one: _Begun, subject: Subject | None, result: str, now: datetime) -> Admission:
    """Keep the attempt, once however often the batch comes.

    Its answer says when a used pass was used, as is known now: a scanner without a network knew less. Whose pass it
    is it never says: a list of codes that somebody made up would become a list of people.
    """
    scan, place = one.scan, one.place
    rows.release(db, one.row_id)
    same = exists().where(
        Attempt.event_id == place.event.id, Attempt.scan_id == scan.scan_id, Attempt.channel == scan.channel
    )
    if not db.scalar(select(same)):
        rows.attempt(db, place, scan, result, subject.issued.id if subject else None, now)
    if subject is None or scan_rules.is_elsewhere(subject, place):
        return Admission(result, scan.scan_id)
    if result in (ALREADY_ADMITTED, TOO_MANY) and scan.direction != OUT:
        return replace(scan_answers.used(db, result, scan, _day(subject, place), subject), pass_=None)
    return Admission(result, scan.scan_id)


def _happened(db: Session, one: _Begun, shown: Subject, subject: Subject, coming: Sequence[_Begun]) -> Admission:
    """Record it; `shown` is the pass that was held up, `subject` the one to which it counts."""
    scan, day = one.scan, _day(subject, one.place)
    period = subject.terms.period(day)
    first_id, first = rows.first_entry(db, subject.issued.id, period)
    later = [_movement(other) for other in coming if other.scan.shown in HAPPENED]
    past = offline_usage.add(db, subject.terms, period, _movement(one), later)
    left = subject.terms.left(past.entered, past.gone)
    result = LEFT if scan.direction == OUT else CONFLICT if past.claimed > past.people else ADMITTED
    over = _overruled(one, shown, result)
    rows.fill(
        db,
        one.row_id,
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
    seen = None if scan_rules.is_elsewhere(subject, one.place) else subject.seen()
    return Admission(result, scan.scan_id, past.people, left, seen, told, bool(over))


def _overruled(one: _Begun, subject: Subject, result: str) -> str:
    """The objection to an entry that a supervisor forced; empty where there was none, or nobody forced it."""
    if not one.scan.force or result == LEFT:
        return ""
    against = scan_rules.objection(subject, one.place)
    return against or (ALREADY_ADMITTED if result == CONFLICT else "")


def _day(subject: Subject, place: Place) -> date:
    """The event's day of the scan, or where the pass is not for it the pass's day that is nearest.

    A clock that is a day off must not leave the pass unused on the day for which it is.
    """
    if scan_rules.is_elsewhere(subject, place):
        return place.day
    return min(subject.days, key=lambda day: abs((day - place.day).days))


def _movement(one: _Begun) -> offline_usage.Movement:
    return offline_usage.Movement(one.place.moment, one.scan.direction, one.scan.count)
