"""The event for which a gate conversation was begun; it stops where that is no longer the volunteer's event.

Who stands on several rosters works for one event at a time, and that can change in the middle of a question: what
was asked for one event is never answered for another.
"""

from typing import Any

from flows.gate.menu import not_working
from flows.shapes import Answers, Duty, Facts, Sentence
from flows.text import _
from flows.text.choices import event_by
from flows.text.event_states import CANCELLED, local_today

EVENT = "event"
"""Among the answers: the slug of the event."""
EVENT_CHANGED = _("That was for *{event}*, and you work for *{now}* now. Nothing was done.")
OFF_THE_ROSTER = _("You do not work for *{event}* any more. What was begun there was left.")


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
        return (Sentence(EVENT_CHANGED.source, {"event": dict(duty.others)[str(slug)], "now": duty.event_name}),)
    if event and (event.status == CANCELLED or local_today(event, facts.now) > event.ends_on):
        return (not_working(event),)
    return (Sentence(OFF_THE_ROSTER.source, {"event": event.name if event else str(slug)}),)
