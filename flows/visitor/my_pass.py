"""`my pass` sends a pass again; `change` issues it anew."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows.fields import Choice
from flows.fields.choice import the_only
from flows.shapes import (
    Answers,
    ChangePass,
    Facts,
    Flow,
    Outcome,
    Refusal,
    Say,
    SendPass,
    Sentence,
    Start,
    Step,
)
from flows.text import _, lines, sentence_for, words
from flows.text.choices import (
    cancellation_notices,
    chosen_pass,
    day_from,
    event_by,
    every_day,
    pass_line,
    pass_lines,
    pass_options,
    people,
    waiting_lines,
)
from flows.text.event_states import OPEN, is_called_off, sentence_of, state_of
from flows.text.pass_days import days_held, describe_days
from flows.visitor.registration import event_sentences, visit_line
from flows.visitor.visit_questions import FREE_DATE, PARTY_SIZE, most_people

# --- my pass ------------------------------------------------------------------------------------

SHARE_IT = _("For a picture to forward to the others on your pass, send *share*.")
NO_PASS = _("You have no pass for today or later.")


def without_a_pass(answers: Answers, facts: Facts) -> Outcome:
    """Says how to get a pass to somebody who has none; nothing for others."""
    if facts.passes:
        return ()
    waiting = waiting_lines(facts)
    if waiting:
        return (Say((NO_PASS, lines(*waiting))),)
    return (Say((lines(NO_PASS, _("To get one, send *register*.")),)),)


def _no_pass_yet(answers: Answers, facts: Facts) -> Outcome:
    if facts.passes or facts.waiting or facts.person.known:
        return without_a_pass(answers, facts)
    return (Say((NO_PASS,)), Start("registration"))


def _send(answers: Answers, facts: Facts, language: str) -> Outcome:
    sent = chosen_pass(answers, facts) or next((known for known in facts.passes if known.own), facts.passes[0])
    others = pass_lines([known for known in facts.passes if known.code != sent.code])
    again = (_("We are sending the picture with the QR code."),)
    also = (lines(_("You also have:"), *others),) if others else ()
    waiting = (lines(*waiting_lines(facts)),) if waiting_lines(facts) else ()
    # In the middle of something else a code would be taken for an answer.
    more = (*also, _("To get one of these, send its code.")) if others and not answers.get("under") else also
    event = event_by(sent.event, facts)
    named = (words(event.name),) if event else ()
    notice = (words(event.notice),) if event and event.notice else ()
    known = (*cancellation_notices(facts.passes, facts), *notice, *(event_sentences(event) if event else ()))
    share = (SHARE_IT,) if sent.party_size > 1 and not others else ()
    return (
        SendPass(sent.code, language),
        Say((lines(*named, pass_line(sent)), *known, *again, *share, *more, *waiting)),
    )


MY_PASS = Flow(name="my_pass", version=1, steps=(), finish=_send, instead=_no_pass_yet)
"""Sends today's pass or the next (or the one whose code is among the answers), and lists the others."""

# --- change -------------------------------------------------------------------------------------

DAY_REFUSALS = ("day_full", "day_closed", "day_over")
PARTY_REFUSALS = ("too_few_left", "party_too_large")
"""Refusals after which another day, or another number, may do."""


def _cannot_change(answers: Answers, facts: Facts) -> Outcome:
    held = chosen_pass(answers, facts)
    event = event_by(held.event, facts) if held else None
    if held is None and answers.get("code"):
        return (Say((sentence_for("no_such_pass"),)),)
    if held is None or event is None:
        return without_a_pass(answers, facts)
    days = every_day({**answers, "code": held.code}, facts)
    if state_of(event, days, facts.now) == OPEN:
        return ()
    return (Say((sentence_of(event, days, facts.now), *_unchanged(answers, facts))),)


def _unchanged(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    held = chosen_pass(answers, facts)
    return (_("Your pass *{code}* stays the same.", code=held.code),) if held else ()


def _ask_day(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    held = chosen_pass(answers, facts)
    event = event_by(held.event, facts) if held else None
    if held is None or event is None:
        return ()
    off = is_called_off(event, facts.days(event), days_held(held))
    return (*((off,) if off else ()), _("Which day do you want? Now: {day}.", day=describe_days(days_held(held))))


def _ask_party(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    held = chosen_pass(answers, facts)
    if held is None:
        return ()
    return (
        _(
            "How many people in total? Count children and babies too. Now: {people}. At most {most}.",
            people=people(held.party_size),
            most=most_people(answers, facts),
        ),
    )


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    held = chosen_pass(answers, facts)
    if held is None:
        return without_a_pass(answers, facts)
    day, size = answers["visit_date"], answers["party_size"]
    same_day = bool(held.kind_days) or day_from(day) == held.day
    if same_day and size == held.party_size:
        same = _("Your pass already says this. We are sending it again: *{code}*.", code=held.code)
        return (SendPass(held.code, language), Say((same,)))
    done = lines(_("Done! Your new pass code is *{code}*."), visit_line(answers, held.kind_days))
    old = _("Your old pass {old} is no longer valid. We are sending the new picture.", old=held.code)
    return (ChangePass(held.code, day, size, language), Say((done, old)))


def _go_on_without(step: str) -> Refusal:
    def again(code: str, params: Mapping[str, Any], answers: Answers, facts: Facts) -> Outcome:
        kept = {name: value for name, value in answers.items() if name != step}
        return (Say(_unchanged(answers, facts)), Start("change", kept))

    return again


def _ends(code: str, params: Mapping[str, Any], answers: Answers, facts: Facts) -> Outcome:
    return (Say(_unchanged(answers, facts)),)


CHANGE = Flow(
    name="change",
    version=1,
    steps=(
        Step(
            "code",
            _("Which pass do you want to change?"),
            Choice(pass_options),
            given=the_only(pass_options),
            example=words("1"),
        ),
        replace(FREE_DATE, ask=_ask_day),
        replace(PARTY_SIZE, ask=_ask_party),
    ),
    finish=_finish,
    refused={
        **{code: _go_on_without("visit_date") for code in DAY_REFUSALS},
        **{code: _go_on_without("party_size") for code in PARTY_REFUSALS},
        "already_registered": _ends,
        **{f"event_{state}": _ends for state in ("not_yet_open", "closed", "full", "over", "cancelled")},
        "no_such_pass": None,
        "pass_used": None,
    },
    instead=_cannot_change,
)
"""Asks day and party again; the old pass stays valid until the new one is there."""
