"""Walk-ups: people who are registered at the gate, by whoever works there, for today.

Public registration may be closed; the gates must be open. A full day needs a supervisor. The same
request_id again is the same registration, also while the first is still being made.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain import checkins, events, pass_days, people, roster
from bot.domain.events import places, scan_context
from bot.domain.events.scan_context import ScanContext
from bot.domain.keys import KeyRing
from bot.domain.models import Contact, Event, Kind, Pass, Registration, WalkupRecord
from bot.domain.passes import kinds
from bot.domain.passes import rows as pass_rows
from bot.domain.passes import rules as pass_rules
from bot.domain.people import name_index
from bot.domain.roster import validation as roster_validation
from bot.domain.upserts import added, insert
from bot.errors import Refused
from flows.shapes.person import MIN_NAME_LENGTH
from flows.shapes.scans import Admission, Scan
from flows.shapes.walkup_effects import Walkup
from flows.text import LANGUAGES, event_states
from flows.understanding import codes
from flows.visitor import consent

CHANNEL = "walkup"
"""The channel of the registration. The admission has the channel by which it came."""
MAX_REQUEST_ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class RegisteredWalkup:
    """The result of a walk-up registration."""

    pass_id: int
    code: str
    """As shown: XXXX-XXXX."""
    full_name: str
    party_size: int
    day: date
    kind: str
    admission: Admission | None = None
    """None where nobody asked to admit them."""
    again: bool = False
    """This request_id was registered before: what came with it now was not looked at."""


class _AlreadyRegistered(Exception):
    """Another has registered this request_id meanwhile."""


def register(db: Session, ring: KeyRing, walkup: Walkup, now: datetime) -> RegisteredWalkup:
    """Register somebody for today, and admit them where that is asked: all of it or nothing.

    An admission that is refused (entry is paused, another gate) leaves the pass as it is. Raises Refused:
    `no_such_event`, `no_such_gate`, `no_such_kind`, `event_cancelled`, `event_over`, `gates_not_open`,
    `kind_not_today` (`kind`), `bad_name`, `bad_request_id`, `bad_language`, `party_too_large` (`most`),
    `consent_changed`, `already_registered` (`code`, `day`) unless `anyway`, `today_full` (`left`)
    unless `overbook`, `supervisors_only`.
    """
    _check_form(walkup)
    place = scan_context.load(db, walkup.event, walkup.gate, now)
    issued, again = _stored_walkup(db, place.event.id, walkup.request_id), True
    if issued is None:
        try:
            with db.begin_nested():
                issued, again = _issue(db, ring, walkup, place, now), False
        except _AlreadyRegistered:
            issued = _stored_walkup(db, place.event.id, walkup.request_id)
    assert issued is not None, "a request_id that is taken has a pass"  # noqa: S101 - the unique rule says so
    return _registered(issued, _admit(db, ring, walkup, issued, now) if walkup.admit else None, again)


def check_walkup(db: Session, slug: str, kind_slug: str, phone: str, now: datetime) -> None:
    """Refuse `already_registered` (`code`, `day`) where this phone (E.164) holds a pass of the kind for today.

    Raises Refused `no_such_event`, `no_such_kind`.
    """
    place = scan_context.load(db, slug, None, now)
    kind = kinds.find(db, place.event.id, kind_slug, for_new=True)
    holder = people.find(db, phone=phone)
    if holder:
        pass_rules.refuse_second(db, holder_id=holder.id, kind=kind, day=_day_of(kind, place))


def _day_of(kind: Kind, context: ScanContext) -> date:
    """The day that a pass of this kind has: today, or the first of the kind's own."""
    return pass_days.days_of_kind(kind, context.day)[0]


def _check_form(walkup: Walkup) -> None:
    if not 1 <= len(walkup.request_id) <= MAX_REQUEST_ID_LENGTH:
        raise Refused("bad_request_id")
    name = roster_validation.name(walkup.full_name)
    if len(name) < MIN_NAME_LENGTH or not any(character.isalpha() for character in name):
        raise Refused("bad_name")
    if walkup.language not in LANGUAGES:
        raise Refused("bad_language", language=walkup.language)


def _stored_walkup(db: Session, event_id: int, request_id: str) -> Pass | None:
    """The pass that this request made, replaced since or not; None: there was no such request."""
    made = select(Pass).join(WalkupRecord, WalkupRecord.registration_id == Pass.registration_id)
    same = made.where(WalkupRecord.event_id == event_id, WalkupRecord.request_id == request_id)
    return db.scalars(same.order_by(Pass.id).limit(1)).first()


def _issue(db: Session, ring: KeyRing, walkup: Walkup, context: ScanContext, now: datetime) -> Pass:
    """The registration and its pass. The request_id is taken before anything is judged."""
    event = db.get_one(Event, context.event.id, populate_existing=True)
    holder = _holder(db, walkup, now)
    registration = _registration(db, walkup, event, holder, now)
    _claim(db, walkup, context, registration)
    kind = kinds.find(db, event.id, walkup.kind, for_new=True)
    db.refresh(kind, ["days"])  # the registration's row holds the event, so that they stay from here on
    _check(db, event, kind, context, walkup, now)
    day = _day_of(kind, context)
    if not walkup.anyway:
        pass_rules.refuse_second(db, holder_id=holder.id, kind=kind, day=day)
    _take_places(db, kind, context, walkup)
    # A second pass of the same day: no other registration has this number, nor any pass below nought.
    twin = -registration.id if walkup.anyway else 0
    return pass_rows.insert(db, ring, registration, kind, day, walkup.party_size, now, twin=twin)


def _holder(db: Session, walkup: Walkup, now: datetime) -> Contact:
    """The contact of the phone; without a phone a contact with no address."""
    if walkup.phone:
        holder = people.find_or_make(db, phone=walkup.phone, now=now)
    else:
        holder = Contact(created_at=now)
        db.add(holder)
    holder.language = holder.language or walkup.language
    db.flush()
    return holder


def _registration(db: Session, walkup: Walkup, event: Event, holder: Contact, now: datetime) -> Registration:
    made = added(
        db,
        Registration(
            event_id=event.id,
            holder_id=holder.id,
            asked_by_id=holder.id,
            full_name=roster_validation.name(walkup.full_name),
            answers={},
            language=walkup.language,
            channel=CHANNEL,
            consent_version=walkup.consent_version,
            consent_text=consent.read_out_text(events.shape(event), walkup.language),
            consented_at=now,
            created_at=now,
        ),
    )
    name_index.add(db, [made])
    return made


def _claim(db: Session, walkup: Walkup, context: ScanContext, registration: Registration) -> None:
    """Reserve the request_id; waits for another request with the same one. Raises _MadeBefore."""
    row = {
        "registration_id": registration.id,
        "event_id": context.event.id,
        "request_id": walkup.request_id,
        "staff_id": walkup.staff_id,
        "device_id": walkup.device_id,
        "gate_id": context.gate_id,
    }
    claiming = insert(db, WalkupRecord).values(row).on_conflict_do_nothing(index_elements=["event_id", "request_id"])
    if db.execute(claiming.returning(WalkupRecord.registration_id)).first() is None:
        raise _AlreadyRegistered


def _check(db: Session, event: Event, kind: Kind, context: ScanContext, walkup: Walkup, now: datetime) -> None:
    shape = events.shape(event)
    if event.status == event_states.CANCELLED:
        raise Refused("event_cancelled")
    if not context.is_open:
        over = not event_states.to_come(shape, events.days(db, event.slug), now)
        raise Refused("event_over" if over else "gates_not_open")
    if kind.days and context.day.isoformat() not in kind.days:
        raise Refused("kind_not_today", kind=kind.slug)
    pass_rules.check_party(kind, event, walkup.party_size)
    if walkup.consent_version != event.consent_version:
        raise Refused("consent_changed")


def _take_places(db: Session, kind: Kind, context: ScanContext, walkup: Walkup) -> None:
    if walkup.overbook:
        roster.supervisor(db, walkup.staff_id, context.event.id)
    days = pass_days.days_of_kind(kind, context.day)
    try:
        places.take_each(db, context.event.id, days, walkup.party_size, today=context.day, beyond=walkup.overbook)
    except Refused as no:
        if no.code in ("day_full", "too_few_left"):
            raise Refused("today_full", left=no.params["left"]) from None
        raise


def _admit(db: Session, ring: KeyRing, walkup: Walkup, issued: Pass, now: datetime) -> Admission:
    scan = Scan(
        text=issued.code,
        scan_id=f"{CHANNEL}:{walkup.request_id}",
        event=walkup.event,
        channel=walkup.channel,
        gate=walkup.gate,
        staff_id=walkup.staff_id,
        device_id=walkup.device_id,
    )
    return checkins.admit(db, ring, scan, now)


def _registered(issued: Pass, admission: Admission | None, again: bool) -> RegisteredWalkup:
    return RegisteredWalkup(
        pass_id=issued.id,
        code=codes.shown(issued.code),
        full_name=issued.registration.full_name,
        party_size=issued.party_size,
        day=issued.day,
        kind=issued.kind.slug,
        admission=admission,
        again=again,
    )
