"""Performers of the gate's effects in the chat. Importing this module registers them.

No result of a scan is refused here: the attempt is kept with the turn, and the volunteer's next message finds it.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.address import is_on_whatsapp
from bot.conversation.effects import EffectContext, Results, perform
from bot.domain import audit, checkins, roster
from bot.domain.checkins import code_guessing, head_counts, undo
from bot.domain.checkins import search as gate_search
from bot.domain.checkins.head_counts import HeadCountRequest
from bot.domain.models import Device, Staff
from bot.domain.roster import duty, owners
from bot.domain.roster import sessions as staff_sessions
from bot.domain.roster.sign_in_links import LinkTarget
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
    StopEntry,
    TakeBack,
)
from flows.shapes.scans import Admission, Scan, Scanned
from flows.text import _, lines, words
from flows.text.literal import escape


@perform.register
def _admit(effect: Admit, ctx: EffectContext) -> Results:
    asked = [_scan(effect, asked_scan, ctx, place) for place, asked_scan in enumerate(effect.scans, 1)]
    answers = [checkins.admit(ctx.db, ctx.deps.ring, scan, ctx.now) for scan in asked]
    told = _scan_results(effect, asked, answers, ctx)
    return {"told": (*told, *_count_guesses(asked, answers, ctx))}


def _scan(effect: Admit, scan: Scanned, ctx: EffectContext, place: int) -> Scan:
    """The scan of a message; its scan_id is the message's SID, with a number where there are several."""
    scan_id = ctx.attempt if len(effect.scans) == 1 else f"{ctx.attempt}-{place}"
    return Scan(
        scan.text,
        scan_id,
        effect.event,
        ctx.channel,
        gate=effect.gate,
        staff_id=effect.staff_id,
        direction=scan.direction,
        count=scan.count,
        simulate=scan.simulate,
        force=scan.force,
        reason=scan.reason,
    )


def _scan_results(
    effect: Admit, asked: Sequence[Scan], answers: Sequence[Admission], ctx: EffectContext
) -> tuple[Sentence, ...]:
    if len(asked) == 1:
        return gate_answers.scan_answer(answers[0], asked[0], ctx.now, effect.timezone)
    when, short = (ctx.now, effect.timezone), len(asked) > gate_answers.MAX_FULL_LINES
    return tuple(
        gate_answers.in_a_line(answer, scan, when, short=short) for scan, answer in zip(asked, answers, strict=True)
    )


def _count_guesses(asked: Sequence[Scan], answers: Sequence[Admission], ctx: EffectContext) -> tuple[Sentence, ...]:
    """Count guesses; whoever made too many is paused, and the supervisors are told, once."""
    results = [(scan, answer.result) for scan, answer in zip(asked, answers, strict=True)]
    guesser = code_guessing.count_guesses(ctx.db, results, ctx.now)
    if guesser is None:
        return ()
    key = f"guessing:{ctx.attempt}"
    ctx.delivery_ids += report_guessing.notify_supervisors(
        ctx.db, guesser, key=key, now=ctx.now, sender_of=ctx.deps.last_sender
    )
    return (_("You are paused for 10 minutes: too many unknown codes. We have told a supervisor."),)


@perform.register
def _note_offer(effect: NoteOffer, ctx: EffectContext) -> Results:
    row = _row(ctx.db, effect.staff_id)
    about = {"code": effect.code}
    audit.record(ctx.db, audit.NEAR_CODE_OFFERED, now=ctx.now, event_id=row.event_id, staff_id=row.id, about=about)
    return {}


@perform.register
def _count_people(effect: CountPeople, ctx: EffectContext) -> Results:
    count = HeadCountRequest(effect.event, ctx.attempt, effect.direction, effect.people, ctx.channel, effect.gate)
    head_counts.add(ctx.db, replace(count, staff_id=effect.staff_id), ctx.now)
    return {}


@perform.register
def _take_back(effect: TakeBack, ctx: EffectContext) -> Results:
    if effect.passes:
        return {"taken": lines(*(_undo_pass(text, effect.staff_id, ctx) for text in effect.passes))}
    try:
        return {"taken": _undo_last(effect.staff_id, ctx)}
    except Refused as no:
        return {"taken": gate_answers.nothing_undone(no.code, no.params.get("code", ""))}


def _undo_last(staff_id: int, ctx: EffectContext) -> Sentence:
    counted = undo.undo_count(ctx.db, staff_id, ctx.now)
    if counted is not None:
        return gate_answers.count_undone(counted.people, counted.direction)
    undone = undo.undo(ctx.db, staff_id, ctx.now)
    return gate_answers.admission_undone(undone.people, undone.pass_)


def _undo_pass(text: str, staff_id: int, ctx: EffectContext) -> Sentence:
    try:
        undone = undo.undo_pass(ctx.db, ctx.deps.ring, staff_id, text, ctx.now)
    except Refused as no:
        return gate_answers.nothing_undone(no.code, no.params.get("code", ""), text)
    return gate_answers.admission_undone(undone.people, undone.pass_)


@perform.register
def _note_search(effect: NoteSearch, ctx: EffectContext) -> Results:
    gate_search.record_search(
        ctx.db, effect.event, staff_id=effect.staff_id, by=effect.by, codes=effect.codes, now=ctx.now
    )
    return {}


@perform.register
def _choose_gate(effect: ChooseGate, ctx: EffectContext) -> Results:
    duty.choose_gate(ctx.db, effect.staff_id, effect.gate)
    return {}


@perform.register
def _choose_event(effect: ChooseEvent, ctx: EffectContext) -> Results:
    phone = _row(ctx.db, effect.staff_id).phone
    duty.choose_event(ctx.db, phone, effect.event, ctx.now)
    return {}


@perform.register
def _offer_sign_in(effect: OfferSignIn, ctx: EffectContext) -> Results:
    """The link goes only to the roster's own WhatsApp: a message by another way may be anybody's."""
    if ctx.deps.sign_in_links is None or not is_on_whatsapp(ctx.address):
        raise Refused("not_on_roster")
    target, phone = _link_target(ctx, effect.staff_id)
    token = ctx.deps.sign_in_links.make(target, phone, ctx.now)
    return {"link": f"{ctx.deps.links.origin}/staff/link/{token}"}


def _link_target(ctx: EffectContext, staff_id: int | None) -> tuple[LinkTarget, str]:
    """Whom the link is for, and the phone. Raises Refused `not_on_roster`."""
    if staff_id is not None:
        return LinkTarget(staff_id), _row(ctx.db, staff_id).phone
    phone = ctx.identity.phone or ""
    owner = owners.find(ctx.db, phone)
    if owner is not None:
        return LinkTarget(owner_id=owner.id), owner.phone
    places = staff_sessions.places(ctx.db, phone, ctx.now)
    if not places:
        raise Refused("not_on_roster")
    return LinkTarget(places[0].id), places[0].phone


@perform.register
def _stop_entry(effect: StopEntry, ctx: EffectContext) -> Results:
    roster.supervisor(ctx.db, effect.staff_id)
    owed = stop_entry.set_entry_stopped(
        ctx.db,
        effect.event,
        effect.gate,
        stopped=effect.stopped,
        key=f"entry:{ctx.attempt}",
        now=ctx.now,
        staff_id=effect.staff_id,
        sender_of=ctx.deps.last_sender,
    )
    ctx.delivery_ids += owed
    return {"number": len(owed)}


@perform.register
def _release_staff(effect: ReleaseStaff, ctx: EffectContext) -> Results:
    row = roster.supervisor(ctx.db, effect.staff_id)
    released = code_guessing.resume(ctx.db, row.event_id, effect.name, ctx.now)
    about = {
        "staff": [released_member.id for released_member in released if isinstance(released_member, Staff)],
        "devices": [released_member.id for released_member in released if isinstance(released_member, Device)],
    }
    audit.record(ctx.db, audit.STAFF_RESUMED, now=ctx.now, event_id=row.event_id, staff_id=row.id, about=about)
    return {"names": words(", ".join(dict.fromkeys(escape(released_member.name) for released_member in released)))}


def _row(db: Session, staff_id: int) -> Staff:
    return db.scalars(select(Staff).where(Staff.id == staff_id)).one()
