"""The days of a pass in words, alike everywhere."""

from collections.abc import Iterator, Sequence
from datetime import date

from flows.shapes import PassFacts, Sentence
from flows.text import _, ngettext_, words

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
    named = {f"part{place}": part for place, part in enumerate(parts)}
    return Sentence(", ".join(f"{{{name}}}" for name in named), named)


def _span(days: Sequence[date]) -> Sentence:
    return words(days[0]) if len(days) == 1 else _("{first} – {last}", first=days[0], last=days[-1])


def _spans(days: Sequence[date]) -> Iterator[Sequence[date]]:
    """The days in runs without a gap."""
    begins = 0
    for place in range(1, len(days) + 1):
        if place == len(days) or (days[place] - days[place - 1]).days > 1:
            yield days[begins:place]
            begins = place
