"""`register someone else`: their number, proved by an OTP, then a registration. The pass comes to this chat."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows.fields import Otp, Phone, Text, YesNo
from flows.shapes import Answers, Effect, Facts, Flow, Outcome, Say, SendOtp, SendPass, Sentence, Step, VerifyOtp
from flows.shapes.person import MAX_NAME_LENGTH, MIN_NAME_LENGTH
from flows.text import _, lines, words
from flows.text.choices import chosen_event, language_of
from flows.visitor.consent import last_question, shown_now
from flows.visitor.language import LANGUAGE_STEP
from flows.visitor.registration import (
    FULL_NAME,
    STEP_OF_REFUSAL,
    event_sentences,
    not_open,
    register,
    visit_line,
)
from flows.visitor.visit_questions import EVENT, FREE_DATE, PARTY_SIZE, most_people

PURPOSE = "someone_else"
"""What the OTP is for: one that was sent for anything else does not count."""


ONLY_AFTER_WHATSAPP = _(
    "To make a pass for someone else, you need their phone: we send a code to it. At the moment we can "
    "send codes only to phones that messaged us in the last day. Ask them to message us on WhatsApp "
    "first; they can also register there."
)


def _opening(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    if facts.codes_need_whatsapp:
        return (ONLY_AFTER_WHATSAPP,)
    return (_("To make a pass for someone else, you need their phone: we send a code to it."),)


def _send(answers: Answers, facts: Facts) -> tuple[Effect, ...]:
    return (SendOtp(PURPOSE, answers["phone"], language_of(answers)),)


def _send_again(command: str, answers: Answers, facts: Facts) -> tuple[Effect, ...]:
    return _send(answers, facts) if command == "resend" else ()


PHONE = Step(
    "phone",
    _("What is their mobile number?"),
    Phone(own=lambda answers, facts: facts.person.phone),
    label=_("Their number"),
    after=_send,
    example=words("98765 43210"),
)

OTP = Step(
    "otp",
    lambda answers, facts: (
        _("We sent a 6-digit code to {phone}. Enter it here.", phone=PHONE.field.shown(answers["phone"], {})),
        _("No code? Send *new code*. To change the number, send *back*."),
    ),
    Otp(),
    after=lambda answers, facts: (VerifyOtp(PURPOSE, answers["phone"], answers["otp"]),),
    also=_send_again,
    once=True,
    example=words("123456"),
)

THEIR_NAME = replace(
    FULL_NAME,
    ask=_("What is their full name?"),
    field=Text(least=MIN_NAME_LENGTH, most=MAX_NAME_LENGTH, letter=True, name=True),
)
THEIR_DATE = replace(FREE_DATE, ask=_("Which day will they come?"))


THEIR_PARTY = replace(
    PARTY_SIZE,
    ask=lambda answers, facts: (
        _(
            "How many people will come on this pass, including them? Count children and babies too. At most {most}.",
            most=most_people(answers, facts),
        ),
    ),
)

AGREE = Step(
    "agree",
    lambda answers, facts: last_question(SOMEONE_ELSE, answers, facts, another=True),
    YesNo(no="not_agreed", beside="agreement.registering"),
    noted=lambda answers, facts: shown_now(chosen_event(answers, facts)),
    example=_("yes"),
)


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    event = chosen_event(answers, facts)
    if event is None:
        return not_open(answers, facts)
    done = lines(
        _("Done! The pass code for {name} is *{code}*.", name=answers["full_name"]),
        words(event.name),
        visit_line(answers),
    )
    picture = _("We are sending the pass here in this chat. Please forward it to them, or tell them the code.")
    return (register(event, answers, language, phone=answers["phone"]), Say((done, picture, *event_sentences(event))))


def _already(code: str, params: Mapping[str, Any], answers: Answers, facts: Facts) -> Outcome:
    """The pass again where this person may see it; else how its holder gets it."""
    held = str(params.get("code"))
    if any(known.code == held for known in facts.passes):
        return (SendPass(held, language_of(answers)), Say((_("We are sending it again: *{code}*.", code=held),)))
    return (Say((_("They can also send *my pass* from their own phone to see it."),)),)


SOMEONE_ELSE: Flow = Flow(
    name="someone_else",
    version=1,
    steps=(LANGUAGE_STEP, PHONE, OTP, EVENT, THEIR_NAME, THEIR_DATE, THEIR_PARTY, AGREE),
    finish=_finish,
    refused={
        **STEP_OF_REFUSAL,
        "otp_wait": "otp",
        "otp_too_many": None,
        "otp_unreachable": "phone",
        "otp_country": "phone",
        "otp_budget": "phone",
        "otp_wrong": "otp",
        "otp_not_checked": "otp",
        "otp_expired": "otp",
        "otp_not_sent": "otp",
        "otp_used_up": "otp",
        "own_number": "phone",
        "already_registered": _already,
    },
    questions_before="agree",
    opening=_opening,
    instead=not_open,
)
