"""Performers of the gate's effects in the chat. Importing this module registers them.

No result of a scan is refused here: the attempt is kept with the turn, and the volunteer's next message finds it.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.address import is_on_whatsapp
from bot.conversation.effects import Performing, Results, perform
from bot.domain import audit, checkins
from bot.domain.checkins import code_guessing, head_counts, undo
from bot.domain.checkins import search as gate_search
from bot.domain.checkins.head_counts import Count
from bot.domain.models import Device, Staff
from bot.domain.roster import duty
from bot.domain.roster import sessions as staff_sessions
from bot.domain.roster import validation as roster_validation
from bot.errors import Refused
from bot.usecases import report_guessing, stop_entry
from flows.gate import answers as gate_answers
from flows.shapes import Sentence
from flows.shapes.gate_effects import (
    Admit,
    ChooseEvent,
    ChooseGate,
    CountPeople,
    NoteOffer,
    NoteSearch,
    OfferSignIn,
    ReleaseStaff,
    Scanned,
    StopEntry,
    TakeBack,
)
from flows.shapes.scans import Admission, Scan
from flows.text import _, lines, words
from flows.text.literal import inert


@perform.register
def _admit(effect: Admit, doing: Performing) -> Results:
    asked = [_scan(effect, one, doing, place) for place, one in enumerate(effect.scans, 1)]
    answers = [checkins.admit(doing.db, doing.ring, scan, doing.now) for scan in asked]
    told = _told(effect, asked, answers, doing)
    return {"told": (*told, *_heed(asked, answers, doing))}


def _scan(effect: Admit, one: Scanned, doing: Performing, place: int) -> Scan:
    """The scan of a message; its scan_id is the message's SID, with a number where there are several."""
    scan_id = doing.attempt if len(effect.scans) == 1 else f"{doing.attempt}-{place}"
    return Scan(
        one.text,
        scan_id,
        effect.event,
        doing.channel,
        gate=effect.gate,
        staff_id=effect.staff_id,
        direction=one.direction,
        count=one.count,
        simulate=one.simulate,
        force=one.force,
        reason=one.reason,
    )


def _told(
    effect: Admit, asked: Sequence[Scan], answers: Sequence[Admission], doing: Performing
) -> tuple[Sentence, ...]:
    if len(asked) == 1:
        return gate_answers.told(answers[0], asked[0], doing.now, effect.timezone)
    when, short = (doing.now, effect.timezone), len(asked) > gate_answers.FEW
    return tuple(
        gate_answers.in_a_line(answer, scan, when, short=short) for scan, answer in zip(asked, answers, strict=True)
    )


def _heed(asked: Sequence[Scan], answers: Sequence[Admission], doing: Performing) -> tuple[Sentence, ...]:
    """Count guesses; whoever made too many is paused, and the supervisors are told, once."""
    results = [(scan, answer.result) for scan, answer in zip(asked, answers, strict=True)]
    guesser = code_guessing.heed(doing.db, results, doing.now)
    if guesser is None:
        return ()
    key = f"guessing:{doing.attempt}"
    doing.owed += report_guessing.tell(doing.db, guesser, key=key, now=doing.now, sender_of=doing.last_sender)
    return (_("You are paused for 10 minutes: too many unknown codes. A supervisor has been told."),)


@perform.register
def _note_offer(effect: NoteOffer, doing: Performing) -> Results:
    row = _row(doing.db, effect.staff_id)
    about = {"code": effect.code}
    audit.note(doing.db, audit.OFFERED, now=doing.now, event_id=row.event_id, staff_id=row.id, about=about)
    return {}


@perform.register
def _count_people(effect: CountPeople, doing: Performing) -> Results:
    count = Count(effect.event, doing.attempt, effect.direction, effect.people, doing.channel, effect.gate)
    head_counts.add(doing.db, replace(count, staff_id=effect.staff_id), doing.now)
    return {}


@perform.register
def _take_back(effect: TakeBack, doing: Performing) -> Results:
    if effect.passes:
        return {"taken": lines(*(_taken_back(text, effect.staff_id, doing) for text in effect.passes))}
    try:
        return {"taken": _last_taken_back(effect.staff_id, doing)}
    except Refused as no:
        return {"taken": gate_answers.not_taken_back(no.code, no.params.get("code", ""))}


def _last_taken_back(staff_id: int, doing: Performing) -> Sentence:
    counted = undo.undo_count(doing.db, staff_id, doing.now)
    if counted is not None:
        return gate_answers.uncounted(counted.people, counted.direction)
    undone = undo.undo(doing.db, staff_id, doing.now)
    return gate_answers.taken_back(undone.people, undone.pass_)


def _taken_back(text: str, staff_id: int, doing: Performing) -> Sentence:
    try:
        undone = undo.undo_pass(doing.db, doing.ring, staff_id, text, doing.now)
    except Refused as no:
        return gate_answers.not_taken_back(no.code, no.params.get("code", ""), text)
    return gate_answers.taken_back(undone.people, undone.pass_)


@perform.register
def _note_search(effect: NoteSearch, doing: Performing) -> Results:
    gate_search.note(doing.db, effect.event, staff_id=effect.staff_id, by=effect.by, codes=effect.codes, now=doing.now)
    return {}


@perform.register
def _choose_gate(effect: ChooseGate, doing: Performing) -> Results:
    duty.choose_gate(doing.db, effect.staff_id, effect.gate)
    return {}


@perform.register
def _choose_event(effect: ChooseEvent, doing: Performing) -> Results:
    phone = _row(doing.db, effect.staff_id).phone
    duty.choose_event(doing.db, phone, effect.event, doing.now)
    return {}


@perform.register
def _offer_sign_in(effect: OfferSignIn, doing: Performing) -> Results:
    """The link goes only to the roster's own WhatsApp: a message by another way may be anybody's."""
    if doing.sign_in_links is None or not is_on_whatsapp(doing.address):
        raise Refused("not_on_roster")
    row = _row(doing.db, effect.staff_id) if effect.staff_id is not None else _place_of(doing)
    token = doing.sign_in_links.make(row.id, row.phone, doing.now)
    return {"link": f"{doing.origin}/staff/link/{token}"}


def _place_of(doing: Performing) -> Staff:
    places = staff_sessions.places(doing.db, doing.identity.phone, doing.now) if doing.identity.phone else []
    if not places:
        raise Refused("not_on_roster")
    return places[0]


@perform.register
def _stop_entry(effect: StopEntry, doing: Performing) -> Results:
    _supervisor(doing.db, effect.staff_id)
    owed = stop_entry.set_stopped(
        doing.db,
        effect.event,
        effect.gate,
        stopped=effect.stopped,
        key=f"entry:{doing.attempt}",
        now=doing.now,
        staff_id=effect.staff_id,
        sender_of=doing.last_sender,
    )
    doing.owed += owed
    return {"number": len(owed)}


@perform.register
def _release_staff(effect: ReleaseStaff, doing: Performing) -> Results:
    row = _supervisor(doing.db, effect.staff_id)
    released = code_guessing.resume(doing.db, row.event_id, effect.name, doing.now)
    about = {
        "staff": [one.id for one in released if isinstance(one, Staff)],
        "devices": [one.id for one in released if isinstance(one, Device)],
    }
    audit.note(doing.db, audit.RELEASED, now=doing.now, event_id=row.event_id, staff_id=row.id, about=about)
    return {"names": words(", ".join(dict.fromkeys(inert(one.name) for one in released)))}


def _row(db: Session, staff_id: int) -> Staff:
    return db.scalars(select(Staff).where(Staff.id == staff_id)).one()


def _supervisor(db: Session, staff_id: int) -> Staff:
    """The row of who asks, if they may give orders now. Raises Refused `supervisors_only`."""
    row = _row(db, staff_id)
    if not row.enabled or not roster_validation.is_at_least(row.role, "supervisor"):
        raise Refused("supervisors_only")
    return row
