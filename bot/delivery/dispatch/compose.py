"""Composes a delivery's message at the moment of sending."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from bot.address import SMS, Address
from bot.delivery import templates
from bot.delivery.images import cache as image_cache
from bot.delivery.images import media_links
from bot.delivery.images.caption import caption
from bot.delivery.images.handover import version_of
from bot.delivery.images.pass_image import PassImage
from bot.delivery.message import FilledTemplate, OutboundMessage
from bot.delivery.outbox.enqueue import BULK, belongs_to_another, contact_at, contacts_at, stopped_since
from bot.delivery.outbox.whatsapp_text import name_in
from bot.delivery.templates.interactive import InteractiveCard
from bot.domain import pass_days
from bot.domain.keys import KeyRing
from bot.domain.messaging import broadcasts
from bot.domain.models import Delivery, EventDay, Pass
from bot.domain.passes.holder_links import Links
from bot.domain.people import phone_owners
from bot.domain.roster import owners
from bot.domain.roster import sessions as staff_sessions
from bot.settings import Settings
from flows.shapes import Sentence
from flows.text import _
from flows.text import render as words
from flows.text.pass_days import describe_days
from flows.understanding.codes import shown
from flows.visitor.web_registration import PURPOSE

OTP_VALIDITY_SECONDS = 300
"""How long an OTP works (bot.domain.messaging.otp); Twilio need not send it later."""
MAX_VALIDITY_SECONDS = 36_000
"""Twilio's limit for ValidityPeriod, seconds."""

OTP_TEXT = _(
    "Pravesh: {otp} is the code for an entry pass that someone is getting for you. It works for 5 "
    "minutes. Share it only with someone you know."
)
"""The words around an OTP, which begin with whose it is; six digits, which no pass code looks like."""
OTP_TEXTS = {
    PURPOSE: _("Pravesh: {otp} is your code for your entry pass. It works for 5 minutes. Do not share it."),
    staff_sessions.PURPOSE: _(
        "Pravesh: {otp} is your code for the team pages. It works for 5 minutes. Do not share it."
    ),
    owners.PURPOSE: _("Pravesh: {otp} is your code to become the owner. It works for 5 minutes. Do not share it."),
}
"""The words around an OTP for particular purposes, by purpose."""


@dataclass(frozen=True, slots=True)
class PictureMessage(OutboundMessage):
    """A message with the picture of a pass, which is drawn before Twilio fetches it."""

    picture: PassImage | None = None
    """The facts to draw; None: whoever is asked for the picture looks them up."""
    pass_id: int = 0
    version: str = ""
    """Which picture of the pass (bot.delivery.images.handover)."""


@runtime_checkable
class OtpSender(Protocol):
    """A provider that makes and sends one-time codes: see bot.delivery.twilio.verify."""

    def send(self, purpose: str, phone: str, asker: str, language: str) -> str:
        """Have a code sent; the provider's SID. Raises Refused, SendFailed."""


class OtpMaker(Protocol):
    """Makes one-time codes: see bot.domain.messaging.otp."""

    def make(self, purpose: str, phone: str, asker: str, now: datetime) -> str:
        """A new code for this phone; the one before is void."""


class NotWanted(Exception):
    """The message must not go out any more; the text is the reason kept with the row."""


_PASSES = (
    select(Pass)
    .where(Pass.id.in_(bindparam("numbers", expanding=True)))
    .options(joinedload(Pass.registration), joinedload(Pass.event), joinedload(Pass.kind))
)
_DAYS = select(EventDay).where(
    EventDay.event_id.in_(bindparam("events", expanding=True)), EventDay.day.in_(bindparam("days", expanding=True))
)
LINK_AFTER_FAILURE = _("WhatsApp could not show your entry pass *{code}*. Open it here: {link}")
"""The SMS with a pass's link, where its picture did not come."""
FIRST_LINK = _("Your entry pass *{code}* ({event}, {day}): {link}")
"""The SMS with the link of a pass that goes no other way."""


def compose(
    db: Session, row: Delivery, settings: Settings, now: datetime, ring: KeyRing | None = None
) -> OutboundMessage | None:
    """The message of a row, or None for an OTP, which is made only when it leaves.

    Raises NotWanted where the pass has been replaced or revoked meanwhile, where the address is somebody else's by
    now, where a message to many would go to
    somebody who has stopped them or its broadcast was cancelled, and for a sign-in of somebody who is on no
    roster: whoever asked for it must not learn that.
    """
    if row.priority >= BULK and stopped_since(db, row):
        raise NotWanted("stopped_by_recipient")
    if row.contact_id is not None and row.pass_id is None and contact_at(db, row.lane) not in (None, row.contact_id):
        raise NotWanted(phone_owners.CANCEL_REASON)
    if row.broadcast_id is not None and broadcasts.status(db, row.broadcast_id) == broadcasts.CANCELLED:
        raise NotWanted("broadcast_cancelled")
    if row.kind == "otp":
        _refuse_strangers(db, row)
        return None
    if row.kind == "pass":
        return _pass_image(db, row, settings, now, ring)
    if row.kind == "link":
        return _pass_link(db, row, settings)
    if row.kind == "question" and "shape" in row.payload:
        return _question(db, row, now)
    return OutboundMessage(row.lane, row.sender, row.payload["body"])


def preload(db: Session, rows: Sequence[Delivery]) -> tuple[Sequence[Any], ...]:
    """Read at once whose the addresses of these rows are, and their passes with all that is said of them: for as long
    as the caller keeps what it gets, `compose` asks for none of them again.
    """
    people = contacts_at(db, {row.lane for row in rows if row.pass_id is not None or row.contact_id is not None})
    numbers = {row.pass_id for row in rows if row.pass_id is not None}
    if not numbers:
        return (people,)
    passes = db.scalars(_PASSES, {"numbers": sorted(numbers)}).all()
    events, days = {one.event_id for one in passes}, {one.day for one in passes}
    return people, passes, db.scalars(_DAYS, {"events": sorted(events), "days": sorted(days)}).all()


def _refuse_strangers(db: Session, row: Delivery) -> None:
    payload = row.payload
    if payload["purpose"] == staff_sessions.PURPOSE and not staff_sessions.may_sign_in(db, payload["phone"]):
        raise NotWanted("not_on_roster")


def _question(db: Session, row: Delivery, now: datetime) -> OutboundMessage:
    """The question as buttons, a list or with a form; in words alone where its template has gone meanwhile."""
    if "form" in row.payload:
        return _with_template(db, row, row.payload["values"], row.payload["listed"], now)
    card = InteractiveCard.from_template(row.payload["shape"], row.payload["values"])
    return _with_template(db, row, card.variables, card.body, now)


def _with_template(
    db: Session, row: Delivery, variables: Mapping[str, str], listed: str, now: datetime
) -> OutboundMessage:
    sid = templates.sid_of(db, row.payload["shape"], now)
    filled = FilledTemplate(sid, json.dumps(variables, ensure_ascii=False)) if sid else None
    return OutboundMessage(row.lane, row.sender, row.payload["body"], content=filled, also_listed_as=(listed,))


def _valid_pass(db: Session, row: Delivery) -> Pass:
    pass_ = db.get(Pass, row.pass_id) if row.pass_id is not None else None
    if pass_ is None:
        raise NotWanted("pass_gone")
    if pass_.status != "valid":
        raise NotWanted(f"pass_{pass_.status}")
    if belongs_to_another(db, row.lane, pass_):
        raise NotWanted(phone_owners.CANCEL_REASON)
    return pass_


def _pass_link(db: Session, row: Delivery, settings: Settings) -> OutboundMessage:
    pass_, language = _valid_pass(db, row), row.payload.get("language") or "en"
    told = {
        "code": shown(pass_.code),
        "event": name_in(pass_.event, language),
        "day": describe_days(pass_days.days_of_pass(pass_)),
        "link": Links(settings.origin, settings.secret_key).to_pass(pass_.id, language),
    }
    sentence = FIRST_LINK if row.payload.get("first") else LINK_AFTER_FAILURE
    return OutboundMessage(row.lane, settings.sms_from, words(sentence.filled(**told), language).replace("*", ""))


def _pass_image(db: Session, row: Delivery, settings: Settings, now: datetime, ring: KeyRing | None) -> PictureMessage:
    pass_ = _valid_pass(db, row)
    language = row.payload.get("language") or pass_.registration.language
    token = media_links.sign(pass_.id, settings.secret_key, now)
    shared = bool(row.payload.get("shared"))
    facts = image_cache.facts_of(db, pass_, ring, settings.origin, language, shared=shared)
    left = int((row.give_up_at - now).total_seconds())
    return PictureMessage(
        row.lane,
        row.sender,
        caption(facts, pass_.event.map_url),
        f"{settings.origin}/media/passes/{token}.png?language={language}{'&shared=1' if shared else ''}",
        max(1, min(left, MAX_VALIDITY_SECONDS)),
        picture=facts if ring else None,
        pass_id=pass_.id,
        version=version_of(language, shared=shared),
    )


def compose_otp(row: Delivery, otps: OtpMaker, settings: Settings, now: datetime) -> OutboundMessage:
    """The message with a new OTP: by SMS to a bare number, else by WhatsApp.

    There the template for codes goes, if one is set. Raises Refused where no code may be made any more.
    """
    payload: Mapping[str, Any] = row.payload
    otp = otps.make(payload["purpose"], payload["phone"], payload["asker"], now)
    said = OTP_TEXTS.get(payload["purpose"], OTP_TEXT)
    body = words(Sentence(said.source, {"otp": otp}), payload["language"])
    if settings.sms_from and Address.parse(row.lane).kind == SMS:
        return OutboundMessage(row.lane, settings.sms_from, body, validity=OTP_VALIDITY_SECONDS)
    # A bare number here means that the SMS sender was removed after the code was requested.
    lane = Address.of(Address.parse(row.lane).name).format()
    template = settings.twilio_otp_content_sid
    content = FilledTemplate(template, json.dumps({"1": otp})) if template else None
    return OutboundMessage(lane, row.sender, body, validity=OTP_VALIDITY_SECONDS, content=content)
