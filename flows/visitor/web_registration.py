"""Registration on the web: the chat's questions, and a phone number proved by a code.

In the chat the channel tells who somebody is; a page must ask for a number and for the code that went to it.
Everything else, to what the answers come to, is the registration's.
"""

from dataclasses import replace

from flows.fields import Otp, Phone, YesNo
from flows.shapes import Answers, Effect, Facts, Flow, Outcome, Register, SendOtp, Step, VerifyOtp
from flows.shapes.waiting_effects import JoinWaitingList
from flows.text import _, words
from flows.text.choices import chosen_event, language_of
from flows.visitor.consent import consent_text, last_question
from flows.visitor.registration import AGREE, FULL_NAME, REGISTRATION, finish
from flows.visitor.waiting_question import WAIT, WAIT_ON_PAGE

PURPOSE = "web"
"""What the OTP is for: one that was sent for anything else does not count."""


def send_otp(answers: Answers, facts: Facts) -> tuple[Effect, ...]:
    """The code to the number that was given."""
    return (SendOtp(PURPOSE, answers["phone"], language_of(answers), str(answers.get("event") or "")),)


PHONE = Step(
    "phone",
    _("What is your mobile number?"),
    Phone(),
    label=_("Mobile number"),
    after=send_otp,
    example=words("98765 43210"),
)

OTP = Step(
    "otp",
    lambda answers, facts: (
        _("We sent a 6-digit code to {phone}. Enter it here.", phone=PHONE.field.shown(answers["phone"], {})),
    ),
    Otp(),
    after=lambda answers, facts: (VerifyOtp(PURPOSE, answers["phone"], answers["otp"]),),
    once=True,
    example=words("123456"),
)

NAME = replace(FULL_NAME, ask=_("What is your full name?"))
"""Nothing is suggested: whose number it is, is not proved yet."""

CONSENT = replace(
    AGREE,
    ask=lambda answers, facts: last_question(WEB_REGISTRATION, answers, facts, another=False),
    field=YesNo(no="not_agreed"),
)


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    """Finishes as in the chat, but keeps the words beside the box that was ticked as the consent."""
    event = chosen_event(answers, facts)
    shown = consent_text(event, language, another=False, ticked=True) if event else ""
    done = finish(answers, facts, language)
    kept = (Register, JoinWaitingList)
    return tuple(replace(effect, consent_text=shown) if isinstance(effect, kept) else effect for effect in done)


ON_PAGE = {FULL_NAME.name: NAME, WAIT: WAIT_ON_PAGE}
"""Steps that a page asks otherwise than the chat."""

WEB_REGISTRATION: Flow = replace(
    REGISTRATION,
    name="web_registration",
    steps=(
        *(ON_PAGE.get(step.name, step) for step in REGISTRATION.steps if step is not AGREE),
        PHONE,
        OTP,
        CONSENT,
    ),
    questions_before="phone",
    finish=_finish,
)


FIND_PASSES: Flow = Flow("find_passes", version=1, steps=(PHONE, OTP), finish=lambda answers, facts, language: ())
"""The questions before a page that shows passes: whoever proves a number sees the passes of its holder."""
