"""Answers to scans that move nobody: refusals, and simulated scans."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from bot.domain.checkins import rows
from bot.domain.checkins import rules as scan_rules
from bot.domain.checkins import usage as pass_usage
from bot.domain.checkins.context import Place
from bot.domain.checkins.rules import Subject
from bot.domain.keys import KeyRing
from flows.shapes.scans import ADMITTED, ALREADY_ADMITTED, LEFT, NOT_INSIDE, OUT, TOO_MANY, WRONG_EVENT, Admission, Scan


def refusal(scan: Scan, subject: Subject, result: str) -> Admission:
    """A refusal; the people of another event are not this event's business."""
    return Admission(result, scan.scan_id, pass_=None if result == WRONG_EVENT else subject.seen())


def used_up(db: Session, scan: Scan, place: Place, subject: Subject) -> Admission:
    """`already_admitted`, or `too_many` where some of the party are left."""
    known = used(db, ALREADY_ADMITTED, scan, place.day, subject)
    return replace(known, result=TOO_MANY) if known.remaining else known


def used(db: Session, result: str, scan: Scan, day: date, subject: Subject) -> Admission:
    """An answer with this result, how many are left of that day's use, and the first entry."""
    use = pass_usage.look(db, subject.terms, day)
    left = subject.terms.left(use.entered, use.gone)
    _, first = rows.first_entry(db, subject.issued.id, use.period)
    return Admission(result, scan.scan_id, 0, left, subject.seen(), first)


def stays(db: Session, scan: Scan, place: Place, subject: Subject) -> Admission:
    """`not_inside`, or `too_many` where some of the party are."""
    there = pass_usage.inside(db, subject.issued.id, place.day)
    return Admission(TOO_MANY if there else NOT_INSIDE, scan.scan_id, 0, there, subject.seen())


def simulated(db: Session, ring: KeyRing, scan: Scan, place: Place) -> Admission:
    """The answer that checkins.admit would give now. Changes nothing."""
    subject, result = scan_rules.identify(db, ring, scan.text, place)
    if subject is None:
        return Admission(result, scan.scan_id)
    return (_out if scan.direction == OUT else _in)(db, scan, place, subject)


def _in(db: Session, scan: Scan, place: Place, subject: Subject) -> Admission:
    against = scan_rules.objection(subject, place)
    if against and not scan.force:
        return refusal(scan, subject, against)
    otherwise = used_up(db, scan, place, subject)
    fits = otherwise.remaining >= (scan.count or 1)
    if not fits and not scan.force:
        return otherwise
    people = scan.count or otherwise.remaining or subject.terms.party
    left = max(otherwise.remaining - people, 0)
    forced = bool(against) or not fits
    return Admission(ADMITTED, scan.scan_id, people, left, subject.seen(), otherwise.first_entry, forced)


def _out(db: Session, scan: Scan, place: Place, subject: Subject) -> Admission:
    if scan_rules.is_elsewhere(subject, place):
        return refusal(scan, subject, WRONG_EVENT)
    otherwise = stays(db, scan, place, subject)
    if otherwise.remaining < (scan.count or 1):
        return otherwise
    use = pass_usage.look(db, subject.terms, place.day)
    people = scan.count or otherwise.remaining
    left = subject.terms.left(use.entered, use.gone + people)
    return Admission(LEFT, scan.scan_id, people, left, subject.seen(), inside=otherwise.remaining - people)
