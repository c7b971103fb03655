"""The event for which a gate conversation was begun; it stops where that is no longer the volunteer's event.

Who stands on several rosters works for one event at a time, and that can change in the middle of a question: what
was asked for one event is never answered for another.
"""

from collections.abc import Callable
from typing import Any

from flows.gate.menu import not_working
from flows.shapes import Answers, Duty, Facts, Outcome, Say, Sentence
from flows.text import _
from flows.text.choices import event_by
from flows.text.event_states import CANCELLED, local_today

EVENT = "event"
"""Among the answers: the slug of the event."""
EVENT_CHANGED = _("That was for *{event}*, but you now work for *{now}*. Nothing was done.")
OFF_THE_ROSTER = _("You no longer work for *{event}*. What you started there was dropped.")


def event_answer(duty: Duty) -> dict[str, Any]:
    """The answers with which a conversation begins that is about the event for which somebody works."""
    return {EVENT: duty.event}


def event_changed(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    """Why a conversation cannot go on: it was begun for another event than that for which they work now."""
    slug, duty = answers.get(EVENT), facts.duty
    if duty is None or slug is None or slug == duty.event:
        return ()
    event = event_by(str(slug), facts)
    if str(slug) in dict(duty.others):  # what an older program kept may be anything
        return (EVENT_CHANGED.filled(event=dict(duty.others)[str(slug)], now=duty.event_name),)
    if event and (event.status == CANCELLED or local_today(event, facts.now) > event.ends_on):
        return (not_working(event),)
    return (OFF_THE_ROSTER.filled(event=event.name if event else str(slug)),)


def for_its_event(instead: Callable[[Answers, Facts], Outcome]) -> Callable[[Answers, Facts], Outcome]:
    """A flow's `instead` that ends the conversation where it was begun for another event."""

    def ended(answers: Answers, facts: Facts) -> Outcome:
        elsewhere = event_changed(answers, facts)
        return (Say(elsewhere),) if elsewhere else instead(answers, facts)

    return ended
