"""A place that came free is offered to somebody who waits for it: a yes takes it, a no gives it to the next."""

from dataclasses import replace

from flows.fields import YesNo
from flows.shapes import (
    Answers,
    Effect,
    Facts,
    Flow,
    Outcome,
    Register,
    Say,
    Sentence,
    State,
    Step,
    WaitingFacts,
)
from flows.shapes.waiting_effects import LeaveWaitingList, MarkWaitingTold
from flows.text import _, lines, sentence_for, words
from flows.text.choices import event_by, people
from flows.text.event_states import local_now
from flows.visitor.consent import CONSENT_SHOWN, consent_of, shown_now
from flows.visitor.registration import finish, sent_again

NAME = "place_offer"
ENTRY = "waiting"
"""Among the answers: the entry of the waiting list."""


def offered(state: State, facts: Facts) -> State:
    """The state in which the question of an offer stands open, as the message that made it has asked; the state as
    it is where there is none. Nothing else may be going on: its question stands below our message.
    """
    offer = next((entry for entry in facts.waiting if entry.offered_until), None)
    if offer is None:
        return state
    answers = {
        **offer.answers,
        "event": offer.event,
        "full_name": offer.full_name,
        "visit_date": offer.day.isoformat(),
        "party_size": offer.party_size,
        ENTRY: offer.id,
        CONSENT_SHOWN: offer.consent_version,
    }
    language = state.language or offer.language
    return State(NAME, PLACE_OFFER.version, answers, asked="take", language=language)


def ended_notice(facts: Facts) -> tuple[Effect, ...]:
    """Tells of lines that ended without this person, once; nothing for all others."""
    ended = [entry for entry in facts.waiting if entry.has_ended]
    if not ended:
        return ()
    told = tuple(
        _("The waiting list for {day} has ended for you: no place came free, or its hour passed.", day=entry.day)
        for entry in ended
    )
    return (Say(told), MarkWaitingTold(tuple(entry.id for entry in ended)))


def _entry(answers: Answers, facts: Facts) -> WaitingFacts | None:
    mine = (entry for entry in facts.waiting if entry.id == answers.get(ENTRY) and entry.offered_until)
    return next(mine, None)


def _instead(answers: Answers, facts: Facts) -> Outcome:
    if _entry(answers, facts):
        return ()
    return (Say((sentence_for("place_gone"),)),)


def _ask(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    entry, event = _entry(answers, facts), event_by(str(answers["event"]), facts)
    if entry is None or event is None or entry.offered_until is None:
        return ()
    until = local_now(event, entry.offered_until).time().replace(second=0, microsecond=0)
    free = _("A place is free for you: {day}, {people}.", day=entry.day, people=people(entry.party_size))
    return (
        lines(words(event.name), free),
        consent_of(event, another=False),
        _("Reply *yes* by {until} to get the pass, or *no* to give the place to the next person.", until=until),
    )


def _finish(answers: Answers, facts: Facts, language: str) -> Outcome:
    entry = _entry(answers, facts)
    if entry is None:
        return _instead(answers, facts)
    if not answers["take"]:
        return (LeaveWaitingList(entry.id), Say((_("Thank you. The place goes to the next person."),)))
    done = finish(answers, facts, language)
    return tuple(replace(effect, waiting=entry.id) if isinstance(effect, Register) else effect for effect in done)


PLACE_OFFER = Flow(
    name=NAME,
    version=1,
    steps=(
        Step(
            "take",
            _ask,
            YesNo(beside="agreement.registering"),
            noted=lambda answers, facts: shown_now(event_by(str(answers["event"]), facts)),
            example=_("yes"),
        ),
    ),
    finish=_finish,
    refused={"place_gone": None, "already_registered": sent_again, "consent_changed": "take"},
    instead=_instead,
)
