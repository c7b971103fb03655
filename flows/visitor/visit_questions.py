"""The questions that registration and change share: which event, which day, how many people."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flows.fields import Choice, Day, Number
from flows.fields.day import Days
from flows.shapes import Answers, Facts, Sentence, Step
from flows.text import _, words
from flows.text.choices import (
    chosen_day,
    chosen_event,
    days_of,
    days_or_lines,
    event_options,
    every_day,
    open_events,
    people,
)
from flows.text.event_states import local_today
from flows.understanding import party_sizes


def _the_only_event(answers: Answers, facts: Facts) -> str | None:
    events = open_events(facts)
    return events[0].slug if len(events) == 1 else None


EVENT = Step(
    "event",
    _("Which event do you want to visit?"),
    Choice(event_options, findable=True),
    given=_the_only_event,
    example=words("1"),
)
"""Only asked where several are open."""


def _today(answers: Answers, facts: Facts) -> str:
    event = chosen_event(answers, facts)
    return local_today(event, facts.now).isoformat() if event else facts.now.date().isoformat()


def _the_only_day(days: Days) -> Callable[[Answers, Facts], str | None]:
    def only(answers: Answers, facts: Facts) -> str | None:
        found = days(answers, facts)
        return found[0].day.isoformat() if len(found) == 1 else None

    return only


FREE_DATE = Step(
    "visit_date",
    _("Which day will you come?"),
    Day(days_of, every=every_day, today=_today),
    label=_("Day"),
    given=_the_only_day(days_of),
    example=_("tomorrow"),
)
"""Only asked where several days are open."""

VISIT_DATE = replace(
    FREE_DATE, field=Day(days_or_lines, every=every_day, today=_today), given=_the_only_day(days_or_lines)
)
"""As FREE_DATE; a full day can be chosen too where the event has a waiting list."""


def most_people(answers: Answers, facts: Facts) -> int:
    """The largest party: what the event allows a pass, or what is left of the day where that is less."""
    event, day = chosen_event(answers, facts), chosen_day(answers, facts)
    allowed = event.max_party if event else 1
    return allowed if day is None or day.left is None else min(allowed, day.left)


def _too_many(answers: Answers, facts: Facts) -> str:
    event = chosen_event(answers, facts)
    return "only_some_left" if event and most_people(answers, facts) < event.max_party else "party_too_large"


def party_sum(text: str, value: Any) -> tuple[Sentence, ...]:
    """How many people those make together who were counted apart."""
    party = party_sizes.read(text)
    return (_("In total: {people}.", people=people(party.count)),) if party and party.summed else ()


PARTY_SIZE = Step(
    "party_size",
    lambda answers, facts: (
        _(
            "How many people will come on this pass, including you? Count children and babies too. At most {most}.",
            most=most_people(answers, facts),
        ),
    ),
    Number(1, most_people, code=_too_many),
    label=_("People"),
    example=words("3"),
    heard=party_sum,
)
