"""Registration: from `hi` to the pass, in seven messages."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flows.fields import Text, YesNo, is_ticked
from flows.shapes import Answers, Event, Facts, Flow, Outcome, Register, Say, SendPass, Sentence, Start, Step
from flows.shapes.person import MAX_NAME_LENGTH, MIN_NAME_LENGTH
from flows.text import _, lines, sentence_for, words
from flows.text.choices import (
    chosen_event,
    day_from,
    full_day,
    language_of,
    open_events,
    own_pass_of_that_day,
    people,
    takes_visitors,
)
from flows.text.event_states import OPEN, OVER, sentence_of, state_of
from flows.text.pass_days import describe_days
from flows.visitor.consent import (
    consent_text,
    is_consent_of_now,
    language_ticked,
    last_question,
    shown_now,
    version_agreed,
)
from flows.visitor.language import LANGUAGE_STEP
from flows.visitor.visit_questions import EVENT, PARTY_SIZE, VISIT_DATE
from flows.visitor.waiting_question import WAIT, WAIT_STEP, joined

MAX_EXPLAINED_EVENTS = 3
"""Events of which it is told why nobody can register, where none is open: those that are over last."""

REGISTRATION_NAME = "registration"

GREETING = _("Namaste! Get your entry pass for *{event}* here.")

# --- before the first question ------------------------------------------------------------------


def opening(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    """The greeting with the event's name, its own welcome, and what it wants known at present."""
    event = chosen_event(answers, facts)
    if event is None:
        return (_("Namaste! Get your entry pass for our events here."),)
    return (GREETING.filled(event=event.name), *(words(text) for text in (event.welcome, event.notice) if text))


def instead(answers: Answers, facts: Facts) -> Outcome:
    """Why nobody can register now, or that this person has a pass for the day already."""
    event = chosen_event(answers, facts)
    if event is None and answers.get("event"):
        return (Say((sentence_for("no_such_event"),)),)
    if event is None:
        return () if open_events(facts) else _nothing_open(facts)
    if not takes_visitors(event, facts):
        return (Say(_not_this_one(event, facts)),)
    if answers.get(WAIT) is False:  # another day then
        kept = {name: value for name, value in answers.items() if name not in (WAIT, "visit_date")}
        return (Start(REGISTRATION_NAME, kept),)
    if is_stale_consent(event, answers):
        return (Start(REGISTRATION_NAME, {name: value for name, value in answers.items() if name != "agree"}),)
    return _has_one_already(answers, facts)


def is_stale_consent(event: Event | None, answers: Answers) -> bool:
    """Whether they ticked on a form what the consent no longer says: then it is asked for again."""
    agreed = answers.get("agree")
    return event is not None and is_ticked(agreed) and not is_consent_of_now(event, agreed)


def not_open(answers: Answers, facts: Facts) -> Outcome:
    """Why nobody can get a pass now, whatever passes the person holds: for registering somebody else."""
    event = chosen_event(answers, facts)
    if event and state_of(event, facts.days(event), facts.now) != OPEN:
        return (Say(_not_this_one(event, facts)),)
    return instead({**answers, "visit_date": None}, facts)


def none_open(facts: Facts) -> tuple[Sentence, ...]:
    """Why nobody can register for anything now: of the events to come, else of those that are over."""
    over = {event.slug for event in facts.events if state_of(event, facts.days(event), facts.now) == OVER}
    coming = [event for event in facts.events if event.slug not in over]
    told = [
        sentence_of(event, facts.days(event), facts.now) for event in (coming or facts.events)[:MAX_EXPLAINED_EVENTS]
    ]
    return tuple(told) or (_("No event is open for registration at the moment."),)


def _nothing_open(facts: Facts) -> Outcome:
    return (Say(none_open(facts)),)


def _not_this_one(event: Event, facts: Facts) -> tuple[Sentence, ...]:
    state = sentence_of(event, facts.days(event), facts.now)
    return (state, _("Other events are open. To see them, send *register*.")) if open_events(facts) else (state,)


def _has_one_already(answers: Answers, facts: Facts) -> Outcome:
    held = own_pass_of_that_day(answers, facts)
    if held is None:
        return ()
    return (Say((sentence_for("already_registered", day=held.day),)), *_sent_again(held.code, answers))


def _sent_again(code: str, answers: Answers) -> Outcome:
    told = _("We are sending it again: *{code}*. To change the day or number of people, send *change*.", code=code)
    return (SendPass(code, language_of(answers)), Say((told,)))


# --- the questions of this conversation alone ---------------------------------------------------


def known_name(answers: Answers, facts: Facts) -> str:
    """A name to offer: the one on their own pass, else their WhatsApp profile's where it can be a name."""
    own = next((known.full_name for known in facts.passes if known.own), facts.profile_name).strip()
    usable = MIN_NAME_LENGTH <= len(own) <= MAX_NAME_LENGTH and any(character.isalpha() for character in own)
    return own if usable else ""


def _ask_name(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    if known_name(answers, facts):
        return (_("What is your full name? Type it, or choose this one:"),)
    return (_("What is your full name?"),)


FULL_NAME = Step(
    "full_name",
    _ask_name,
    Text(least=MIN_NAME_LENGTH, most=MAX_NAME_LENGTH, letter=True, name=True, suggest=known_name),
    label=_("Name"),
    example=_("Asha Rao"),
)

AGREE = Step(
    "agree",
    lambda answers, facts: last_question(REGISTRATION, answers, facts, another=False),
    YesNo(no="not_agreed", beside="agreement.registering"),
    noted=lambda answers, facts: shown_now(chosen_event(answers, facts)),
    example=_("yes"),
)

# --- the end ------------------------------------------------------------------------------------


def own_answers(event: Event, answers: Answers) -> Mapping[str, Any]:
    """The answers to the event's own questions that were not skipped."""
    return {
        question.name: answers[question.name] for question in event.questions if answers.get(question.name, "") != ""
    }


def register(event: Event, answers: Answers, language: str, phone: str | None = None) -> Register:
    """The effect that registers them when everything is answered; `phone` is somebody else's."""
    ticked = language_ticked(answers.get("agree"))
    return Register(
        event=event.slug,
        full_name=answers["full_name"],
        visit_date=day_from(answers["visit_date"]),
        party_size=answers["party_size"],
        answers=own_answers(event, answers),
        language=language,
        consent_version=version_agreed(event, answers),
        consent_text=consent_text(event, ticked or language, another=phone is not None, ticked=bool(ticked)),
        phone=phone,
    )


def visit_line(answers: Answers, kind_days: Sequence[date] = ()) -> Sentence:
    """Day and party in one line; `kind_days` are the pass's own, whatever was chosen."""
    days = kind_days or (day_from(answers["visit_date"]),)
    return _("{day}, {people}", day=describe_days(days), people=people(answers["party_size"]))


def finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    """Registers, and tells the code and what comes next."""
    event = chosen_event(answers, facts)
    if event is None:
        return _nothing_open(facts)
    if full_day(answers, facts) and answers.get(WAIT):
        return joined(register(event, answers, language))
    done = lines(_("Done! Your pass code is *{code}*."), words(event.name), visit_line(answers))
    picture = _("We are sending your QR code. Show it at the gate. The code alone also works.")
    later = _("To see, change or cancel your pass, send *hi*.")
    if facts.duty:  # for them *hi* opens the gate
        later = _("To see, change or cancel your pass, send *visitor*.")
    return (register(event, answers, language), Say((done, picture, *event_sentences(event), later)))


def event_sentences(event: Event) -> tuple[Sentence, ...]:
    """The event's instructions for somebody with a pass."""
    return (words(event.instructions),) if event.instructions else ()


def sent_again(code: str, params: Mapping[str, Any], answers: Answers, facts: Facts) -> Outcome:
    """What follows the refusal of a second pass for a day: the one that there is, again."""
    return _sent_again(params["code"], answers) if params.get("code") else ()


STEP_OF_REFUSAL = {
    "day_full": "visit_date",
    "day_closed": "visit_date",
    "day_over": "visit_date",
    "too_few_left": "party_size",
    "party_too_large": "party_size",
    "consent_changed": "agree",
    "place_free": "agree",
    "no_waiting_list": "visit_date",
}
"""Where a refusal of Register leads, whoever is registered; all others end the conversation."""

REGISTRATION: Flow = Flow(
    name=REGISTRATION_NAME,
    version=1,
    steps=(LANGUAGE_STEP, EVENT, FULL_NAME, VISIT_DATE, WAIT_STEP, PARTY_SIZE, AGREE),
    finish=finish,
    refused={**STEP_OF_REFUSAL, "already_registered": sent_again, "already_waiting": None},
    questions_before="agree",
    opening=opening,
    instead=instead,
)
