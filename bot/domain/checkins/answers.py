"""Answers to scans that move nobody: refusals, and simulated scans."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from bot.domain.checkins import rows
from bot.domain.checkins import rules as scan_rules
from bot.domain.checkins import usage as pass_usage
from bot.domain.checkins.rules import ScannedPass
from bot.domain.events.scan_context import ScanContext
from bot.domain.keys import KeyRing
from flows.shapes.scans import (
    ADMITTED,
    ALREADY_ADMITTED,
    EVENT_CLOSED,
    LEFT,
    NOT_INSIDE,
    OUT,
    TOO_MANY,
    WRONG_EVENT,
    Admission,
    Scan,
)


def _refusal(scan: Scan, place: ScanContext, subject: ScannedPass, result: str) -> Admission:
    """A refusal; the people of another event are not this event's business."""
    shown = None if result == WRONG_EVENT else subject.to_view()
    return Admission(result, scan.scan_id, pass_=shown, hours=place.hours if result == EVENT_CLOSED else None)


def used_up(db: Session, scan: Scan, context: ScanContext, subject: ScannedPass) -> Admission:
    """`already_admitted`, or `too_many` where some of the party are left."""
    known = used(db, ALREADY_ADMITTED, scan, context.day, subject)
    return replace(known, result=TOO_MANY) if known.remaining else known


def used(db: Session, result: str, scan: Scan, day: date, subject: ScannedPass) -> Admission:
    """An answer with this result, how many are left of that day's use, and the first entry."""
    use = pass_usage.usage_of(db, subject.terms, day)
    left = subject.terms.left(use.entered, use.gone)
    _, first = rows.first_entry(db, subject.issued.id, use.period)
    return Admission(result, scan.scan_id, 0, left, subject.to_view(), first)


def not_inside(db: Session, scan: Scan, context: ScanContext, subject: ScannedPass) -> Admission:
    """`not_inside`, or `too_many` where some of the party are."""
    there = pass_usage.inside(db, subject.issued.id, context.day)
    return Admission(TOO_MANY if there else NOT_INSIDE, scan.scan_id, 0, there, subject.to_view())


def judge(
    db: Session,
    ring: KeyRing,
    scan: Scan,
    place: ScanContext,
    enter: Callable[[Session, Scan, ScanContext, ScannedPass, str], Admission],
    leave: Callable[[Session, Scan, ScanContext, ScannedPass], Admission],
) -> tuple[ScannedPass | None, Admission]:
    """Whose pass it is, and the answer: a refusal, or what `enter` or `leave` gives; `again` where this scan_id has
    been answered before, whatever comes with it now.

    A check and an entry are judged by this alike; they differ in whether `enter` and `leave` look or count.
    `enter` is also told the objection that an order overrules, empty where there is none.
    """
    subject, result = scan_rules.identify(db, ring, scan.text, place, scan.scan_id)
    if subject is None or subject.is_answered:
        answered = rows.stored_answer(db, place.event.id, scan.scan_id)
        if answered:
            return subject, answered
    if subject is None:
        return None, Admission(result, scan.scan_id)
    if scan.direction == OUT:
        elsewhere = scan_rules.is_elsewhere(subject, place)
        return subject, _refusal(scan, place, subject, WRONG_EVENT) if elsewhere else leave(db, scan, place, subject)
    against = scan_rules.objection(subject, place)
    if against and not scan.force:
        return subject, _refusal(scan, place, subject, against)
    return subject, enter(db, scan, place, subject, against)


def would_enter(db: Session, scan: Scan, context: ScanContext, subject: ScannedPass, against: str) -> Admission:
    """The answer that an entry would get now. Changes nothing."""
    otherwise = used_up(db, scan, context, subject)
    fits = otherwise.remaining >= (scan.count or 1)
    if not fits and not scan.force:
        return otherwise
    people = scan.count or otherwise.remaining or subject.terms.party
    left = max(otherwise.remaining - people, 0)
    forced = bool(against) or not fits
    return Admission(ADMITTED, scan.scan_id, people, left, subject.to_view(), otherwise.first_entry, forced)


def would_leave(db: Session, scan: Scan, context: ScanContext, subject: ScannedPass) -> Admission:
    """The answer that leaving would get now. Changes nothing."""
    otherwise = not_inside(db, scan, context, subject)
    if otherwise.remaining < (scan.count or 1):
        return otherwise
    use = pass_usage.usage_of(db, subject.terms, context.day)
    people = scan.count or otherwise.remaining
    left = subject.terms.left(use.entered, use.gone + people)
    return Admission(LEFT, scan.scan_id, people, left, subject.to_view(), inside=otherwise.remaining - people)
