"""Performers of effects: one short function for each, inside the caller's transaction.

A Refused goes to the caller, who rolls everything back. Nothing leaves from here: what is to be sent is
owed in the same transaction, and its ids are in `Performing.delivery_ids`, to be enqueued after the commit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import singledispatch
from typing import Any

from sqlalchemy.orm import Session

from bot.address import WEB, Address, on_whatsapp
from bot.conversation.look import identity_of
from bot.delivery import dispatch
from bot.delivery.dispatch.channel_choice import WAITING, ChannelChoice
from bot.domain import events, passes, people
from bot.domain.keys import KeyRing
from bot.domain.messaging.otp import Otps
from bot.domain.messaging.otp_limits import Origin
from bot.domain.models import Contact, Pass
from bot.domain.passes import registration as registrations
from bot.domain.passes.holder_links import Links
from bot.domain.passes.rows import Issued
from bot.domain.people import Identity, ownership_proofs, pending_messages, phone_owners
from bot.domain.privacy import erasure
from bot.domain.roster.sign_in_links import SignInLinks
from bot.domain.waiting_list import offers
from bot.errors import Refused
from bot.inbound import Inbound
from flows.shapes import (
    CancelPass,
    ChangePass,
    Effect,
    EraseMe,
    KeepLanguage,
    MarkFailuresTold,
    Register,
    ResumeMessages,
    Say,
    SendOtp,
    SendPass,
    StopMessages,
    VerifyOtp,
)
from flows.shapes.invitations import CheckInvitation, JoinTeam
from flows.shapes.ownership_proof import MarkProofTold, ProveByCode
from flows.shapes.waiting_effects import LeaveWaitingList
from flows.understanding import codes

Results = dict[str, Any]
IRREVERSIBLE = (ChangePass, CancelPass, EraseMe, ProveByCode, CheckInvitation, JoinTeam, LeaveWaitingList)
"""Effects that need a proved sender: an SMS, whose sender can be forged, has none of them done."""
MAX_LINKS = 3
"""Links in one message: each is 170 characters long."""
MAX_TURN_DURATION = timedelta(seconds=30)
"""How long after an erasure its own traces are erased: by then the turn that asked for it is over, as a rule."""
SELF_ACTOR = "visitor"
"""The actor in the audit log where people erase their own data."""


def _no_sender(address: str) -> str | None:
    return None


def _wait_for_whatsapp(phone: str, now: datetime) -> ChannelChoice:
    return ChannelChoice(phone, on_whatsapp(phone), None, WAITING)


@dataclass(frozen=True, slots=True)
class EffectDeps:
    """The parts of the process that performing effects needs; one for a process."""

    ring: KeyRing
    otps: Otps
    links: Links = field(default_factory=Links)
    """Where the links that people are sent lead."""
    last_sender: Callable[[str], str | None] = _no_sender
    """The sender to which somebody last wrote from an address; None: nobody knows."""
    choose_channel: Callable[[str, datetime], ChannelChoice] = _wait_for_whatsapp
    """The way to a phone from which nobody is writing now."""
    sign_in_links: SignInLinks | None = field(default=None, repr=False)
    """None: nobody can sign in to the staff pages by one."""

    def context(self, db: Session, inbound: Inbound, now: datetime, *, is_new: bool = False) -> "EffectContext":
        """Ready to perform the effects of the turn that this message began.

        `is_new`: nobody had whoever wrote on file when the turn began.
        """
        return EffectContext(
            deps=self,
            db=db,
            identity=identity_of(inbound),
            address=inbound.lane,
            sender=inbound.sender,
            channel=inbound.channel,
            attempt=inbound.sid,
            now=now,
            is_new=is_new,
        )


@dataclass(slots=True)
class EffectContext:
    """What performing an effect needs: the transaction, who asks, and the parts of the process."""

    db: Session
    deps: EffectDeps = field(repr=False)
    identity: Identity = field(repr=False)
    address: str = field(repr=False)
    """Where the person is answered. One-time passwords are bound to it."""
    sender: str
    channel: str
    attempt: str
    """The MessageSid. A repeat of the turn has the same one."""
    now: datetime
    network: str = field(default="", repr=False)
    """The network address of whoever sits before a page; empty in the chat."""
    is_new: bool = False
    """Whether nobody had the writer on file when the turn began."""
    delivery_ids: list[int] = field(default_factory=list)
    """Deliveries to enqueue after the commit."""
    last: list[Callable[[], None]] = field(default_factory=list, repr=False)
    """Statements that lock what many wait for: run as the last ones of the transaction. They may raise Refused."""

    def finish(self) -> None:
        """Run the last statements of the transaction. Raises Refused."""
        while self.last:
            self.last.pop(0)()

    def registrant(self, language: str) -> tuple[int, bool]:
        """The contact's id of whoever is writing, made with this language where needed; whether it was made now."""
        made = people.make(self.db, self.identity, language, self.now) if self.is_new else None
        if made is not None:
            self.is_new = False
            return made, True
        person = self.person()
        person.language = person.language or language
        self.db.flush()
        return person.id, False

    def person(self) -> Contact:
        """The contact of whoever is writing, made or joined where needed."""
        return people.find_or_make(self.db, **self.identity._asdict(), now=self.now)

    def known_person(self) -> Contact | None:
        """The contact of whoever is writing, if there is one."""
        known = people.find(self.db, **self.identity._asdict())
        return self.person() if known else None

    def offers_to(self) -> tuple[str, str | None]:
        """The address and sender by which whoever is writing is told of something later."""
        if self.channel != WEB:
            return self.address, self.sender or None
        choice = self.deps.choose_channel(self.identity.phone or "", self.now)
        return choice.address, choice.sender

    def enqueue_pass(self, issued: Pass | Issued, language: str, *, shared: bool = False) -> None:
        """Put the picture of this pass into the outbox, for whoever is writing; `shared`: to be forwarded.

        Nothing for a page, which shows the pass itself, and sends it on request.
        """
        lane, sender = self.address, self.sender
        if Address.parse(lane).kind == WEB:
            return
        self.delivery_ids.append(
            dispatch.enqueue_pass(
                self.db, issued, address=lane, sender=sender, language=language, now=self.now, shared=shared
            )
        )


def check_otps(requested: Iterable[Effect], deps: EffectDeps, inbound: Inbound, now: datetime) -> None:
    """Judge the one-time codes among these effects, before any transaction: a provider may take its time.

    The verdict is kept with the message, so that performing the effect only reads it. Raises Refused.
    """
    for effect in requested:
        if isinstance(effect, VerifyOtp):
            bound = (effect.purpose, effect.phone, inbound.lane)
            deps.otps.verify(*bound, effect.otp, inbound.sid, now)


def check_sender(requested: Iterable[Effect], inbound: Inbound) -> None:
    """Judge whether this sender may have these effects done: whoever forges an SMS takes no pass from anybody.

    Raises Refused `not_by_sms`.
    """
    if not inbound.is_proved and any(isinstance(effect, IRREVERSIBLE) for effect in requested):
        raise Refused("not_by_sms")


def needs_transaction(effect: Effect) -> bool:
    """Whether performing it needs a transaction."""
    return not isinstance(effect, Say)


@singledispatch
def perform(effect: Effect, ctx: EffectContext) -> Results:
    """Do it; what it gives for the sentences of the turn. Raises Refused.

    TypeError for an effect that nobody has taught: a test asks for each that there is.
    """
    raise TypeError(type(effect).__name__)


@perform.register
def _say(effect: Say, ctx: EffectContext) -> Results:
    return {}


@perform.register
def _register(effect: Register, ctx: EffectContext) -> Results:
    asked_by, is_new = ctx.registrant(effect.language)
    holder = asked_by
    if effect.phone:
        holder = people.find_or_make(ctx.db, phone=effect.phone, now=ctx.now).id
    if effect.waiting is not None:
        offers.claim(
            *(ctx.db, effect.waiting),
            contact_id=asked_by,
            day=effect.visit_date,
            people=effect.party_size,
            now=ctx.now,
        )
    later = ctx.last if is_new and holder == asked_by else None
    issued = registrations.add(
        *(ctx.db, ctx.deps.ring, effect),
        channel=ctx.channel,
        holder_id=holder,
        asked_by_id=asked_by,
        now=ctx.now,
        later=later,
        has_places=effect.waiting is not None,
    )
    ctx.enqueue_pass(issued, effect.language)
    return _pass_results(issued)


@perform.register
def _send_pass(effect: SendPass, ctx: EffectContext) -> Results:
    issued = passes.own_pass(ctx.db, ctx.person(), effect.code, ctx.now)
    ctx.enqueue_pass(issued, effect.language, shared=effect.shared)
    return {}


@perform.register
def _change_pass(effect: ChangePass, ctx: EffectContext) -> Results:
    issued = passes.change(
        ctx.db,
        ctx.deps.ring,
        contact=ctx.person(),
        code=effect.code,
        visit_date=date.fromisoformat(effect.visit_date),
        party_size=effect.party_size,
        now=ctx.now,
    )
    ctx.enqueue_pass(issued, effect.language)
    return _pass_results(issued)


@perform.register
def _cancel_pass(effect: CancelPass, ctx: EffectContext) -> Results:
    passes.cancel(ctx.db, contact=ctx.person(), code=effect.code, now=ctx.now)
    return {}


@perform.register
def _erase_me(effect: EraseMe, ctx: EffectContext) -> Results:
    """The rest goes once this turn is kept: it leaves traces of its own."""
    mine = people.resolved(ctx.db, ctx.identity)
    who = erasure.by_name(ctx.db, phone=mine.phone, user=mine.user)
    after = ctx.now + MAX_TURN_DURATION
    erasure.erase(ctx.db, who, ctx.now, even_today=effect.even_today, actor=SELF_ACTOR, traces_from=after)
    return {}


@perform.register
def _send_otp(effect: SendOtp, ctx: EffectContext) -> Results:
    bound = {"purpose": effect.purpose, "phone": effect.phone, "asker": ctx.address}
    countries = events.sms_countries(ctx.db, effect.event, ctx.now)
    origin = Origin(ctx.network, countries)
    lane = ctx.deps.otps.ask(**bound, now=ctx.now, attempt=ctx.attempt, origin=origin)
    # Somebody whom we reach by WhatsApp has an open window with the sender to which they wrote.
    sender = ctx.deps.last_sender(lane) or ctx.sender or None
    row = dispatch.enqueue_otp(ctx.db, **bound, language=effect.language, address=lane, sender=sender, now=ctx.now)
    ctx.delivery_ids.append(row)
    return {}


@perform.register
def _verify_otp(effect: VerifyOtp, ctx: EffectContext) -> Results:
    bound = {"purpose": effect.purpose, "phone": effect.phone, "asker": ctx.address}
    ctx.deps.otps.verify(**bound, otp=effect.otp, attempt=ctx.attempt, now=ctx.now)
    dispatch.mark_code_used(ctx.db, **bound, now=ctx.now)
    return {}


@perform.register
def _keep_language(effect: KeepLanguage, ctx: EffectContext) -> Results:
    if person := ctx.person() if effect.newcomer else ctx.known_person():
        person.language = effect.language
    return {}


@perform.register
def _stop_messages(effect: StopMessages, ctx: EffectContext) -> Results:
    """Also makes a contact of somebody unknown, so that the wish outlives the conversation."""
    person = ctx.person()
    person.stopped_at = person.stopped_at or ctx.now
    return {}


@perform.register
def _resume_messages(effect: ResumeMessages, ctx: EffectContext) -> Results:
    if person := ctx.known_person():
        person.stopped_at = None
    return {}


@perform.register
def _mark_failures_told(effect: MarkFailuresTold, ctx: EffectContext) -> Results:
    if person := ctx.known_person():
        bare = [code.replace("-", "") for code in effect.codes]
        pending_messages.mark_reported(ctx.db, person, bare, ctx.now)
    return {"links": "\n".join(_link(ctx, code) for code in effect.codes[:MAX_LINKS])}


@perform.register
def _mark_proof_told(effect: MarkProofTold, ctx: EffectContext) -> Results:
    if person := ctx.known_person():
        phone_owners.mark_told(ctx.db, person, ctx.now)
    return {}


@perform.register
def _prove_by_code(effect: ProveByCode, ctx: EffectContext) -> Results:
    ownership_proofs.prove(ctx.db, ctx.person(), effect.code)
    return {}


def _link(ctx: EffectContext, code: str) -> str:
    return ctx.deps.links.to_pass(passes.by_code(ctx.db, code).id)


def _pass_results(issued: Pass | Issued) -> Results:
    return {"code": codes.shown(issued.code), "day": issued.day, "party_size": issued.party_size}
