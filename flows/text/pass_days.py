"""The days and hours of a pass in words, alike everywhere."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, time

from flows.shapes import PassFacts, Sentence
from flows.text import LANGUAGES, _, joined, ngettext_, render, words
from flows.text.languages import SOURCE

MAX_SPANS = 3
"""Spans that are named; further days are counted."""


def days_held(known: PassFacts) -> Sequence[date]:
    """The days on which a pass is good, the first first."""
    return known.kind_days or (known.day,)


def describe_days(days: Sequence[date]) -> Sentence:
    """Days, the first first: `Sun 10 Jan`; days in a row by the first and the last; others one by one.

    Of many the first spans, and how many days there are besides.
    """
    spans = list(_spans(days))
    parts = [_span(span) for span in spans[:MAX_SPANS]]
    rest = sum(len(span) for span in spans[MAX_SPANS:])
    if rest:
        parts.append(ngettext_("and {count} more", "and {count} more", count=rest))
    return joined(*parts)


def full_days(days: Sequence[date], language: str) -> str:
    """As `describe_days`, in this language (English where we do not have it), the last day named with its year."""
    from flows.text.formats import full_day

    spoken = language if language in LANGUAGES else SOURCE
    named = describe_days(days)
    last = next(reversed(list(_spans(days))[:MAX_SPANS]))[-1]
    return render(_with_year(named, last, full_day(last, spoken, weekday=True)), spoken)


def open_hours(opens: time | None, closes: time | None) -> Sentence | None:
    """When the event is open, where that is known."""
    if opens and closes:
        return _("Open {opens} – {closes}", opens=opens, closes=closes)
    if opens:
        return _("Open from {opens}", opens=opens)
    return _("Open until {closes}", closes=closes) if closes else None


def _with_year(sentence: Sentence, day: date, said: str) -> Sentence:
    """The sentence with these words in place of a day, at whatever depth it stands."""
    params = {
        name: _with_year(value, day, said) if isinstance(value, Sentence) else said if value == day else value
        for name, value in sentence.params.items()
    }
    return replace(sentence, params=params)


def _span(days: Sequence[date]) -> Sentence:
    return words(days[0]) if len(days) == 1 else _("{first} – {last}", first=days[0], last=days[-1])


def _spans(days: Sequence[date]) -> Iterator[Sequence[date]]:
    """The days in runs without a gap."""
    begins = 0
    for place in range(1, len(days) + 1):
        if place == len(days) or (days[place] - days[place - 1]).days > 1:
            yield days[begins:place]
            begins = place
