"""The options that conversations offer: events, days, passes, and how each reads in a list."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flows.shapes import Answers, Event, EventDay, Facts, Option, PassFacts, Sentence, WaitingFacts
from flows.text import LANGUAGES, _, ngettext_, words
from flows.text.event_states import CANCELLED, FULL, OPEN, is_called_off, open_days, state_of, to_come
from flows.text.languages import CONFIRMED, SOURCE
from flows.text.pass_days import days_held, describe_days

MAX_LISTED_PASSES = 8
"""Passes named in a list; a teacher may hold many more, and a phone shows about a dozen lines."""


def people(count: int) -> Sentence:
    """`3 people`."""
    return ngettext_("{count} person", "{count} people", count=count)


def without(said: str, number: str) -> str:
    """A number's words alone, `people` of `3 people`; all of them where the number is written otherwise."""
    return " ".join(said.replace(number, " ", 1).split()) or said


def open_events(facts: Facts) -> tuple[Event, ...]:
    """The events that somebody can register or wait for now."""
    return tuple(event for event in facts.events if takes_visitors(event, facts))


def takes_visitors(event: Event, facts: Facts) -> bool:
    """Whether somebody can register for the event now, or wait for a place where all of its days are full."""
    state = state_of(event, facts.days(event), facts.now)
    return state == OPEN or (state == FULL and event.waiting_list)


def event_by(slug: str, facts: Facts) -> Event | None:
    """The event of this slug, open or not; None where there is none (any more)."""
    return next((event for event in facts.events if event.slug == slug), None)


def chosen_event(answers: Answers, facts: Facts) -> Event | None:
    """The event that this conversation is about: the chosen one, the chosen pass's, or the only open one."""
    if answers.get("event"):
        return event_by(answers["event"], facts)
    if answers.get("code"):
        held = chosen_pass(answers, facts)
        return event_by(held.event, facts) if held else None
    events = open_events(facts)
    return events[0] if len(events) == 1 else None


def event_options(answers: Answers, facts: Facts) -> tuple[Option, ...]:
    """The open events with their dates, and the chosen one whatever its state: that is told elsewhere."""
    chosen = event_by(answers.get("event") or "", facts)
    events = open_events(facts)
    shown = events if chosen is None or chosen in events else (*events, chosen)
    return tuple(Option(event.slug, words(event.name), dates(event)) for event in shown)


def language_options(answers: Answers, facts: Facts) -> tuple[Option, ...]:
    """The languages by their own names, in the events' order: those of the open ones, or all that are confirmed."""
    offered = dict.fromkeys(language for event in open_events(facts) for language in event.languages)
    return tuple(Option(code, LANGUAGES[code]) for code in offered or CONFIRMED if code in LANGUAGES)


def languages_spoken(answers: Answers, facts: Facts) -> tuple[str, ...]:
    """The languages of the conversation's event, or at work of the volunteer's; else those of all events there are."""
    chosen = event_by(answers.get("event") or "", facts)
    if chosen:
        return chosen.languages
    if facts.on_roster and facts.duty:
        return facts.duty.languages
    events = open_events(facts) or facts.events
    return tuple(dict.fromkeys(code for event in events for code in event.languages)) or CONFIRMED


def dates(event: Event) -> Sentence:
    """`Sat 17 Jan to Sun 25 Jan`; one day only once."""
    if event.starts_on == event.ends_on:
        return words(event.starts_on)
    return _("{first} to {last}", first=event.starts_on, last=event.ends_on)


def every_day(answers: Answers, facts: Facts) -> tuple[EventDay, ...]:
    """The days of the conversation's event; whoever changes a pass finds its places free again."""
    event = chosen_event(answers, facts)
    held = chosen_pass(answers, facts) if answers.get("code") else None
    days = facts.days(event) if event else ()
    return tuple(_given_back(day, held) for day in days) if held else days


def _given_back(day: EventDay, pass_: PassFacts) -> EventDay:
    if day.left is None or day.day not in days_held(pass_):
        return day
    return replace(day, left=day.left + pass_.party_size)


def days_of(answers: Answers, facts: Facts) -> tuple[EventDay, ...]:
    """The days of the conversation's event that can still be had.

    Of a pass whose kind has days of its own one of them: nobody chooses among them.
    """
    event = chosen_event(answers, facts)
    held = chosen_pass(answers, facts) if answers.get("code") else None
    found = open_days(event, every_day(answers, facts), facts.now) if event else ()
    if held and held.kind_days:
        return tuple(day for day in found if day.day in held.kind_days)[:1]
    return found


def days_or_lines(answers: Answers, facts: Facts) -> tuple[EventDay, ...]:
    """The days of the conversation's event that can be had, and the full ones for which people can wait."""
    event = chosen_event(answers, facts)
    if event is None or not event.waiting_list:
        return days_of(answers, facts)
    days = every_day(answers, facts)
    return tuple(day for day in to_come(event, days, facts.now) if not day.closed)


def full_day(answers: Answers, facts: Facts) -> EventDay | None:
    """The day that was chosen, where it is full and people can wait for a place on it."""
    chosen = answers.get("visit_date")
    event = chosen_event(answers, facts) if chosen else None
    if event is None or not event.waiting_list:  # which is nearly always so, and asked at every step of every turn
        return None
    found = (day for day in days_or_lines(answers, facts) if day.left == 0 and day.day.isoformat() == chosen)
    return next(found, None)


def chosen_day(answers: Answers, facts: Facts) -> EventDay | None:
    """The day that was chosen, if it can still be had."""
    chosen = answers.get("visit_date")
    days = days_of(answers, facts) if chosen else ()
    return next((day for day in days if day.day.isoformat() == chosen), None)


def own_pass_of_that_day(answers: Answers, facts: Facts) -> PassFacts | None:
    """The person's own pass for the chosen event and day, if they have one."""
    event, chosen = chosen_event(answers, facts), answers.get("visit_date")
    if event is None or not chosen:
        return None
    mine = (known for known in facts.passes if known.own and known.event == event.slug)
    return next((known for known in mine if known.day.isoformat() == chosen), None)


def chosen_pass(answers: Answers, facts: Facts) -> PassFacts | None:
    """The pass that this conversation is about: the chosen one, or the only one."""
    chosen = answers.get("code")
    if chosen:
        return next((known for known in facts.passes if known.code == chosen), None)
    return facts.passes[0] if len(facts.passes) == 1 else None


def pass_options(answers: Answers, facts: Facts) -> tuple[Option, ...]:
    """The person's passes by code, with day, party and name."""
    return tuple(Option(known.code, known.code, _described(known)) for known in facts.passes)


def _described(known: PassFacts) -> Sentence:
    return _(
        "{day}, {people}, {name}",
        day=describe_days(days_held(known)),
        people=people(known.party_size),
        name=known.full_name,
    )


def pass_line(known: PassFacts) -> Sentence:
    """A pass in one line of a list: code, day, party, and whose it is when it is not one's own."""
    if known.own:
        return _(
            "*{code}*: {day}, {people}",
            code=known.code,
            day=describe_days(days_held(known)),
            people=people(known.party_size),
        )
    return _(
        "*{code}*: {day}, {people}, for {name}",
        code=known.code,
        day=describe_days(days_held(known)),
        people=people(known.party_size),
        name=known.full_name,
    )


def waiting_line(entry: WaitingFacts) -> Sentence:
    """A place in a waiting list in one line: day, party and where it stands."""
    day, party = words(entry.day), people(entry.party_size)
    if entry.offered_until:
        return _("Waiting list: {day}, {people}: a place is free for you", day=day, people=party)
    return _("Waiting list: {day}, {people}, number {place}", day=day, people=party, place=entry.place)


def waiting_lines(facts: Facts) -> tuple[Sentence, ...]:
    """The waiting lists on which the person stands, a line each."""
    return tuple(waiting_line(entry) for entry in facts.waiting if not entry.has_ended)


def pass_lines(passes: Sequence[PassFacts]) -> tuple[Sentence, ...]:
    """The passes, a line each: the first ones, and how many more there are."""
    more = len(passes) - MAX_LISTED_PASSES
    rest = (ngettext_("and {count} more", "and {count} more", count=more),) if more > 0 else ()
    return (*(pass_line(known) for known in passes[:MAX_LISTED_PASSES]), *rest)


def cancellation_notices(passes: Sequence[PassFacts], facts: Facts) -> tuple[Sentence, ...]:
    """Which of their events and days do not take place, each said once, and how another day is had."""
    told: dict[tuple[str, date | None], Sentence] = {}
    for known in passes:
        event = event_by(known.event, facts)
        sentence = (
            is_called_off(event, to_come(event, facts.days(event), facts.now), days_held(known)) if event else None
        )
        if event and sentence:
            told[event.slug, None if event.status == CANCELLED else known.day] = sentence
    still_open = {event.slug for event in open_events(facts)}
    movable = any(slug in still_open for slug, _day in told)
    return (*told.values(), *((_("To choose another day, send *change*."),) if movable else ()))


def day_from(text: str) -> date:
    """The day of an answer, which keeps it as ISO text."""
    return date.fromisoformat(text)


def language_of(answers: Answers) -> str:
    """The language of the conversation; English where it is not known yet."""
    return str(answers.get("language") or SOURCE)
