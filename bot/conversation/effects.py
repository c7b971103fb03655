"""Performers of effects: one short function for each, inside the caller's transaction.

A Refused goes to the caller, who rolls everything back. Nothing leaves from here: what is to be sent is
owed in the same transaction, and its ids are in `Performing.owed`, to be enqueued after the commit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import singledispatch
from typing import Any

from sqlalchemy.orm import Session

from bot.address import WEB, on_whatsapp
from bot.conversation.look import who
from bot.delivery import dispatch
from bot.delivery.dispatch.channel_choice import WAITS, Reach
from bot.domain import events, passes, people
from bot.domain.keys import KeyRing
from bot.domain.messaging.otp import Otps
from bot.domain.messaging.otp_limits import Origin
from bot.domain.models import Contact, Pass
from bot.domain.passes import registration as registrations
from bot.domain.passes import tokens
from bot.domain.passes.rows import Issued
from bot.domain.people import Identity, ownership_proofs, pending_messages, phone_owners
from bot.domain.privacy import erasure
from bot.domain.roster.sign_in_links import SignInLinks
from bot.errors import Refused
from bot.inbound import Inbound
from flows.shapes import (
    CancelPass,
    ChangePass,
    Effect,
    EraseMe,
    KeepLanguage,
    NoteTold,
    Register,
    ResumeMessages,
    Say,
    SendOtp,
    SendPass,
    StopMessages,
    VerifyOtp,
)
from flows.shapes.ownership_proof import NoteProofTold, ProveByCode
from flows.understanding import codes

Results = dict[str, Any]
HARD_TO_TAKE_BACK = (ChangePass, CancelPass, EraseMe, ProveByCode)
"""Effects that need a proved sender: an SMS, whose sender can be forged, has none of them done."""
MOST_LINKS = 3
"""Links in one message: each is 170 characters long."""
A_TURN = timedelta(seconds=30)
"""How long after an erasure its own traces are erased: by then the turn that asked for it is over, as a rule."""
THEMSELVES = "visitor"
"""The actor in the audit log where people erase their own data."""


def _nobody_knows(address: str) -> str | None:
    return None


def _on_whatsapp(phone: str, now: datetime) -> Reach:
    return Reach(phone, on_whatsapp(phone), None, WAITS)


@dataclass(slots=True)
class Performing:
    """What performing an effect needs: the transaction, who asks, and the parts of the process."""

    db: Session
    ring: KeyRing
    otps: Otps
    identity: Identity = field(repr=False)
    address: str = field(repr=False)
    """Where the person is answered. One-time passwords are bound to it."""
    sender: str
    channel: str
    attempt: str
    """The MessageSid. A repeat of the turn has the same one."""
    now: datetime
    origin: str = ""
    """Where the links of passes lead."""
    last_sender: Callable[[str], str | None] = _nobody_knows
    """The sender to which somebody last wrote from an address."""
    reach: Callable[[str, datetime], Reach] = _on_whatsapp
    """The way to a phone from which nobody is writing now."""
    sign_in_links: SignInLinks | None = field(default=None, repr=False)
    """None: nobody can sign in to the staff pages by one."""
    network: str = field(default="", repr=False)
    """The network address of whoever sits before a page; empty in the chat."""
    is_new: bool = False
    """Whether nobody had the writer on file when the turn began."""
    owed: list[int] = field(default_factory=list)
    """Deliveries to enqueue after the commit."""
    last: list[Callable[[], None]] = field(default_factory=list, repr=False)
    """Statements that lock what many wait for: run as the last ones of the transaction. They may raise Refused."""

    def finish(self) -> None:
        """Run the last statements of the transaction. Raises Refused."""
        while self.last:
            self.last.pop(0)()

    def registrant(self, language: str) -> int:
        """The contact's id of whoever is writing, made with this language where needed."""
        made = people.make(self.db, self.identity, language, self.now) if self.is_new else None
        if made is not None:
            self.is_new = False
            return made
        person = self.person()
        person.language = person.language or language
        self.db.flush()
        return person.id

    def person(self) -> Contact:
        """The contact of whoever is writing, made or joined where needed."""
        return people.find_or_make(self.db, **self.identity._asdict(), now=self.now)

    def known_person(self) -> Contact | None:
        """The contact of whoever is writing, if there is one."""
        known = people.find(self.db, **self.identity._asdict())
        return self.person() if known else None

    def owe(self, issued: Pass | Issued, language: str) -> None:
        """Put the picture of this pass into the outbox, for whoever is writing."""
        lane, sender = self.address, self.sender
        self.owed.append(dispatch.owe_pass(self.db, issued, lane=lane, sender=sender, language=language, now=self.now))


@dataclass(frozen=True, slots=True)
class Means:
    """The parts of the process that performing effects needs; one for a process."""

    ring: KeyRing
    otps: Otps
    origin: str = ""
    """Where the links of passes lead."""
    last_sender: Callable[[str], str | None] = _nobody_knows
    """The sender to which somebody last wrote from an address; None: nobody knows."""
    reach: Callable[[str, datetime], Reach] = _on_whatsapp
    """The way to a phone from which nobody is writing now."""
    sign_in_links: SignInLinks | None = field(default=None, repr=False)
    """None: nobody can sign in to the staff pages by one."""

    def within(self, db: Session, inbound: Inbound, now: datetime, *, is_new: bool = False) -> Performing:
        """Ready to perform the effects of the turn that this message began.

        `is_new`: nobody had whoever wrote on file when the turn began.
        """
        return Performing(
            is_new=is_new,
            db=db,
            ring=self.ring,
            otps=self.otps,
            identity=who(inbound),
            address=inbound.lane,
            sender=inbound.sender,
            channel=inbound.channel,
            attempt=inbound.sid,
            now=now,
            origin=self.origin,
            last_sender=self.last_sender,
            reach=self.reach,
            sign_in_links=self.sign_in_links,
        )


def check_codes(wanted: Iterable[Effect], means: Means, inbound: Inbound, now: datetime) -> None:
    """Judge the one-time codes among these effects, before any transaction: a provider may take its time.

    The verdict is kept with the message, so that performing the effect only reads it. Raises Refused.
    """
    for effect in wanted:
        if isinstance(effect, VerifyOtp):
            bound = (effect.purpose, effect.phone, inbound.lane)
            means.otps.verify(*bound, effect.otp, inbound.sid, now)


def check_sender(wanted: Iterable[Effect], inbound: Inbound) -> None:
    """Judge whether this sender may have these effects done: whoever forges an SMS takes no pass from anybody.

    Raises Refused `not_by_sms`.
    """
    if not inbound.is_proved and any(isinstance(effect, HARD_TO_TAKE_BACK) for effect in wanted):
        raise Refused("not_by_sms")


def writes(effect: Effect) -> bool:
    """Whether performing it needs a transaction."""
    return not isinstance(effect, Say)


@singledispatch
def perform(effect: Effect, doing: Performing) -> Results:
    """Do it; what it gives for the sentences of the turn. Raises Refused.

    TypeError for an effect that nobody has taught: a test asks for each that there is.
    """
    raise TypeError(type(effect).__name__)


@perform.register
def _say(effect: Say, doing: Performing) -> Results:
    return {}


@perform.register
def _register(effect: Register, doing: Performing) -> Results:
    asked_by = holder = doing.registrant(effect.language)
    if effect.phone:
        holder = people.find_or_make(doing.db, phone=effect.phone, now=doing.now).id
    wish = registrations.Wish(
        effect.event,
        effect.full_name,
        date.fromisoformat(effect.visit_date),
        effect.party_size,
        effect.answers,
        effect.language,
        doing.channel,
        effect.consent_version,
        effect.consent_text,
    )
    issued, take_places = registrations.add(
        doing.db, doing.ring, wish, holder_id=holder, asked_by_id=asked_by, now=doing.now
    )
    doing.last.append(take_places)
    if doing.channel != WEB:  # a page shows the pass itself, and sends it on request
        doing.owe(issued, effect.language)
    return _of(issued)


@perform.register
def _send_pass(effect: SendPass, doing: Performing) -> Results:
    doing.owe(passes.own(doing.db, doing.person(), effect.code, doing.now), effect.language)
    return {}


@perform.register
def _change_pass(effect: ChangePass, doing: Performing) -> Results:
    issued = passes.change(
        doing.db,
        doing.ring,
        contact=doing.person(),
        code=effect.code,
        visit_date=date.fromisoformat(effect.visit_date),
        party_size=effect.party_size,
        now=doing.now,
    )
    doing.owe(issued, effect.language)
    return _of(issued)


@perform.register
def _cancel_pass(effect: CancelPass, doing: Performing) -> Results:
    passes.cancel(doing.db, contact=doing.person(), code=effect.code, now=doing.now)
    return {}


@perform.register
def _erase_me(effect: EraseMe, doing: Performing) -> Results:
    """The rest goes once this turn is kept: it leaves traces of its own."""
    mine = people.settled(doing.db, doing.identity)
    who = erasure.by_name(doing.db, phone=mine.phone, user=mine.user)
    after = doing.now + A_TURN
    erasure.erase(doing.db, who, doing.now, even_today=effect.even_today, actor=THEMSELVES, traces_from=after)
    return {}


@perform.register
def _send_otp(effect: SendOtp, doing: Performing) -> Results:
    bound = {"purpose": effect.purpose, "phone": effect.phone, "asker": doing.address}
    countries = events.sms_countries(doing.db, effect.event, doing.now)
    origin = Origin(doing.network, countries)
    lane = doing.otps.ask(**bound, now=doing.now, attempt=doing.attempt, origin=origin)
    # Somebody whom we reach by WhatsApp has an open window with the sender to which they wrote.
    sender = doing.last_sender(lane) or doing.sender or None
    row = dispatch.owe_otp(doing.db, **bound, language=effect.language, lane=lane, sender=sender, now=doing.now)
    doing.owed.append(row)
    return {}


@perform.register
def _verify_otp(effect: VerifyOtp, doing: Performing) -> Results:
    bound = {"purpose": effect.purpose, "phone": effect.phone, "asker": doing.address}
    doing.otps.verify(**bound, otp=effect.otp, attempt=doing.attempt, now=doing.now)
    dispatch.note_code_used(doing.db, **bound, now=doing.now)
    return {}


@perform.register
def _keep_language(effect: KeepLanguage, doing: Performing) -> Results:
    if person := doing.person() if effect.newcomer else doing.known_person():
        person.language = effect.language
    return {}


@perform.register
def _stop_messages(effect: StopMessages, doing: Performing) -> Results:
    """Also makes a contact of somebody unknown, so that the wish outlives the conversation."""
    person = doing.person()
    person.stopped_at = person.stopped_at or doing.now
    return {}


@perform.register
def _resume_messages(effect: ResumeMessages, doing: Performing) -> Results:
    if person := doing.known_person():
        person.stopped_at = None
    return {}


@perform.register
def _note_told(effect: NoteTold, doing: Performing) -> Results:
    if person := doing.known_person():
        bare = [code.replace("-", "") for code in effect.codes]
        pending_messages.note_told(doing.db, person, bare, doing.now)
    return {"links": "\n".join(_link(doing, code) for code in effect.codes[:MOST_LINKS])}


@perform.register
def _note_proof_told(effect: NoteProofTold, doing: Performing) -> Results:
    if person := doing.known_person():
        phone_owners.note_told(doing.db, person, doing.now)
    return {}


@perform.register
def _prove_by_code(effect: ProveByCode, doing: Performing) -> Results:
    ownership_proofs.prove(doing.db, doing.person(), effect.code)
    return {}


def _link(doing: Performing, code: str) -> str:
    return tokens.qr_text(doing.origin, tokens.encode(tokens.of(passes.by_code(doing.db, code)), doing.ring))


def _of(issued: Pass | Issued) -> Results:
    return {"code": codes.shown(issued.code), "day": issued.day, "party_size": issued.party_size}
