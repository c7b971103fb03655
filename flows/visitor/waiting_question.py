"""Whether somebody wants to wait for a place on a day that is full, and what they are told who do."""

from dataclasses import replace
from datetime import date

from flows.fields import YesNo
from flows.shapes import Answers, Facts, Outcome, Register, Say, Sentence, Step, VisitWish
from flows.shapes.waiting_effects import JoinWaitingList
from flows.text import _, lines, ngettext_
from flows.text.choices import days_of, full_day, people
from flows.text.pass_days import describe_days

WAIT = "wait"
"""The step's name."""
MAX_OTHER_DAYS = 5
"""Days that are named as free ones beside the full day."""


def _ask(answers: Answers, facts: Facts) -> tuple[Sentence, ...]:
    day = full_day(answers, facts)
    if day is None:
        return ()
    full = (
        ngettext_(
            "{day} is full, and {count} registration waits for a place.",
            "{day} is full, and {count} registrations wait for a place.",
            day=day.day,
            count=day.waiting,
        )
        if day.waiting
        else _("{day} is full.", day=day.day)
    )
    others = [free.day for free in days_of(answers, facts)][:MAX_OTHER_DAYS]
    free = (_("There are places on {days}.", days=describe_days(others)),) if others else ()
    wait = _("Do you want to join the waiting list? Reply *yes*, or *no* to choose another day.")
    return (lines(full, *free), wait)


WAIT_STEP = Step(
    WAIT,
    _ask,
    YesNo(beside="agreement.registering"),
    when=lambda answers, facts: full_day(answers, facts) is not None,
    example=_("yes"),
)
"""Only asked where the day that was chosen is full: nobody waits for what they take for a pass."""

WAIT_ON_PAGE = replace(WAIT_STEP, field=YesNo(no="other_day"))
"""WAIT_STEP on a page, where the day stands above it and can be changed there."""


LATER = _("This is not a pass yet. When a place is free we message you; then you have up to an hour to say yes.")
"""What comes next for who waits."""


def place_sentence(day: date, party: int, place: int | None = None) -> Sentence:
    """Where somebody stands in the line; without a `place`, where the effect says."""
    known = {} if place is None else {"place": place}
    return _(
        "You are on the waiting list for {day}, {people}: number *{place}*.", day=day, people=people(party), **known
    )


def joined(wish: Register) -> Outcome:
    """Puts them into the line instead of registering them, and says what comes next."""
    values = {name: getattr(wish, name) for name in VisitWish.__dataclass_fields__}
    place = place_sentence(wish.visit_date, wish.party_size)
    return (JoinWaitingList(**values), Say((place, LATER, _("To see or leave the list, send *my pass* or *cancel*."))))
